/** Cilium's own policies as they are written, beside what Cilium makes of them. */
import { matchesSelector } from '../selectors';
import {
  CiliumPolicy,
  CiliumPolicySpec,
  ClusterSnapshot,
  PodView,
} from '../snapshot';
import type { PodClass } from '../decisions';
import type { PolicySpec, RefusedPolicy } from './cilium';
import { computeLabels } from './cilium/labels';
import { specsOf } from './cilium/refusals';
import { subjectSelector } from './cilium/selectors';
import { CiliumView } from './ciliumView';

export interface CiliumText {
  policy: CiliumPolicy;
  path: string;
  text: CiliumPolicySpec;
  spec: PolicySpec;
}

export interface RefusedText {
  policy: CiliumPolicy;
  refusal: RefusedPolicy;
}

export interface CiliumTextsOfPod {
  held: readonly CiliumText[];
  /** Of which Cilium takes nothing, and that would select the pod. */
  refused: readonly RefusedText[];
}

export class CiliumTexts {
  /** Use as `snapshot.derive(CiliumTexts.of)`. */
  static of(this: void, snapshot: ClusterSnapshot): CiliumTexts {
    const view = snapshot.derive(CiliumView.of);
    const held: CiliumText[] = [];
    const refused: RefusedText[] = [];
    for (const policy of [
      ...snapshot.all('CiliumNetworkPolicy'),
      ...snapshot.all('CiliumClusterwideNetworkPolicy'),
    ]) {
      const refusal = view.refusalOf(policy);
      if (refusal) {
        refused.push({ policy, refusal });
      }
      for (const [path, text] of specsOf(policy)) {
        const spec = view.specOf(policy, path);
        if (spec && !spec.forNodes) {
          held.push({ policy, path, text, spec });
        }
      }
    }
    return new CiliumTexts(snapshot, view, held, refused);
  }

  readonly #held: ReadonlyMap<string | undefined, readonly CiliumText[]>;

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly view: CiliumView,
    held: readonly CiliumText[],
    private readonly refused: readonly RefusedText[],
  ) {
    const byNamespace = new Map<string | undefined, CiliumText[]>();
    for (const text of held) {
      const list = byNamespace.get(text.spec.namespace) ?? [];
      list.push(text);
      byNamespace.set(text.spec.namespace, list);
    }
    this.#held = byNamespace;
  }

  for(pod: PodView, podClass: PodClass): CiliumTextsOfPod {
    if (podClass.hostNetwork) {
      return { held: [], refused: [] };
    }
    const labels = this.view.peers.labelsOf(podClass);
    return {
      held: [
        ...(this.#held.get(podClass.namespace) ?? []),
        ...(this.#held.get(undefined) ?? []),
      ].filter(({ spec }) => matchesSelector(spec.subject, labels)),
      refused: this.refused.length === 0 ? [] : this.#refusedFor(pod),
    };
  }

  /** What Cilium does not take tells no classes apart, so the pod itself is asked. */
  #refusedFor(pod: PodView): readonly RefusedText[] {
    const { namespace, labels: podLabels } = pod;
    const labels = computeLabels(
      {
        namespace,
        namespaceLabels: this.snapshot.namespaceLabels(namespace),
        labels: podLabels,
        pods: [pod],
      },
      this.view.settings.clusterName,
    );
    return this.refused.filter(({ policy }) =>
      specsOf(policy).some(
        ([, { endpointSelector, nodeSelector }]) =>
          (policy.metadata.namespace ?? namespace) === namespace &&
          !nodeSelector &&
          maySelect(endpointSelector, policy.metadata.namespace, labels),
      ),
    );
  }
}

/** A selector that is itself at fault may mean anybody. */
function maySelect(
  selector: CiliumPolicySpec['endpointSelector'],
  namespace: string | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  try {
    return matchesSelector(
      subjectSelector(
        selector ?? {},
        namespace === undefined ? {} : { namespace },
      ),
      labels,
    );
  } catch {
    return true;
  }
}
