/**
 * Which workloads are an entity's: by the annotations, and with the meaning,
 * that Backstage's Kubernetes plugin gives them. A label selector outweighs the
 * id; namespace and cluster narrow either.
 */
import {
  KUBERNETES_CLUSTER_ANNOTATION,
  KUBERNETES_ID_ANNOTATION,
  KUBERNETES_LABEL_SELECTOR_ANNOTATION,
  KUBERNETES_NAMESPACE_ANNOTATION,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  ClusterSnapshot,
  LabelSelector,
  Workload,
  groupOf,
  kindNameOf,
  matchesSelector,
} from '@backstage-zero-trust/posture-engine';
import { Entity } from '@backstage/catalog-model';
import { isError } from '@backstage/errors';
import { parseLabelSelector } from './parseLabelSelector';

export interface WorkloadSelector {
  labels: LabelSelector;
  /** Undefined: in all. */
  namespace?: string;
  cluster?: string;
}

/** `problem`: an annotation that cannot be read, in a sentence. */
export type SelectorResult =
  | { selector: WorkloadSelector }
  | { problem: string };

/** Undefined where no annotation names workloads. */
export function workloadSelectorOf(entity: Entity): SelectorResult | undefined {
  const annotations = entity.metadata.annotations ?? {};
  const text = annotations[KUBERNETES_LABEL_SELECTOR_ANNOTATION];
  const id = annotations[KUBERNETES_ID_ANNOTATION];
  const namespace = annotations[KUBERNETES_NAMESPACE_ANNOTATION];
  const cluster = annotations[KUBERNETES_CLUSTER_ANNOTATION];
  const narrowing = {
    ...(namespace ? { namespace } : {}),
    ...(cluster ? { cluster } : {}),
  };
  if (text) {
    try {
      return { selector: { labels: parseLabelSelector(text), ...narrowing } };
    } catch (error) {
      return {
        problem: `The annotation ${KUBERNETES_LABEL_SELECTOR_ANNOTATION} cannot be read: ${
          isError(error) ? error.message : 'it is no label selector'
        }.`,
      };
    }
  }
  if (id) {
    const labels = { matchLabels: { [KUBERNETES_ID_ANNOTATION]: id } };
    return { selector: { labels, ...narrowing } };
  }
  if (id === undefined && text === undefined) {
    return undefined;
  }
  const empty =
    id === undefined
      ? KUBERNETES_LABEL_SELECTOR_ANNOTATION
      : KUBERNETES_ID_ANNOTATION;
  return { problem: `The annotation ${empty} is empty.` };
}

type Labels = Readonly<Record<string, string>>;

/**
 * The workloads of one snapshot by their labels. A workload carries the labels
 * of its own object and those of its pods; either may match.
 */
export class WorkloadIndex {
  static create(snapshot: ClusterSnapshot): WorkloadIndex {
    return new WorkloadIndex(snapshot);
  }

  readonly #cluster: string;
  readonly #labels = new Map<Workload, Labels[]>();
  readonly #byLabel = new Map<string, Set<Workload>>();

  private constructor(snapshot: ClusterSnapshot) {
    this.#cluster = snapshot.cluster;
    for (const workload of snapshot.workloads) {
      const labels = labelsOf(workload, snapshot);
      this.#labels.set(workload, labels);
      for (const [key, value] of labels.flatMap(set => Object.entries(set))) {
        const pair = pairOf(key, value);
        const workloads = this.#byLabel.get(pair) ?? new Set();
        this.#byLabel.set(pair, workloads.add(workload));
      }
    }
  }

  /** In the snapshot's order. */
  select({ labels, namespace, cluster }: WorkloadSelector): Workload[] {
    if (cluster !== undefined && cluster !== this.#cluster) {
      return [];
    }
    const [pair] = Object.entries(labels.matchLabels ?? {});
    const candidates = pair
      ? this.#byLabel.get(pairOf(...pair)) ?? []
      : this.#labels.keys();
    return [...candidates].filter(
      workload =>
        (namespace === undefined ||
          workload.reference.namespace === namespace) &&
        this.#labels.get(workload)?.some(set => matchesSelector(labels, set)),
    );
  }
}

function pairOf(key: string, value: string): string {
  return `${key}=${value}`;
}

/** A workload stays the same as long as its own object and its pods do. */
const remembered = new WeakMap<Workload, Labels[]>();

function labelsOf(workload: Workload, snapshot: ClusterSnapshot): Labels[] {
  const known = remembered.get(workload);
  if (known) {
    return known;
  }
  const { apiVersion, kind, name, namespace } = workload.object;
  const kindName = kindNameOf(groupOf(apiVersion), kind);
  const object = kindName && snapshot.get(kindName, name, namespace);
  const sets = [
    object?.metadata.labels ?? {},
    ...workload.pods.map(({ labels }) => labels),
    workload.template?.labels ?? {},
  ];
  // Pods of one workload mostly say the same.
  const labels = [
    ...new Map(sets.map(set => [JSON.stringify(set), set])).values(),
  ];
  remembered.set(workload, labels);
  return labels;
}
