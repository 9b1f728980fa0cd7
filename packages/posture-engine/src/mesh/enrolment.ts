/**
 * What admission would make of a pod: which data plane its labels and those of
 * its namespace ask for. Istio's rules of injection are those of its webhooks
 * and of `inject.go`; ambient's are the default selectors of istio-cni.
 */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  locateField,
} from '../snapshot';
import { FieldValue, entryOf, metadataEvidence } from './podFields';

export type DataPlane = 'none' | 'sidecar' | 'ambient' | 'linkerd';

/** What labels, annotations and namespaces ask for. */
export interface Enrolment {
  dataPlane: DataPlane;
  /** A clause such as "namespace shop is labelled istio-injection=enabled". */
  reason: string;
  evidence: FieldValue[];
  /** Where `dataPlane` is none: whether something forbids it, nothing asks for it, or what is asked for is not there. */
  absence?: 'host-network' | 'opted-out' | 'not-asked' | 'not-installed';
  /** Why it cannot be told; `dataPlane` is then none. */
  undecided?: string;
}

/** What one data plane makes of a pod; `unseen` where only the namespace could tell. */
interface Ask {
  answer: 'yes' | 'no' | 'refused' | 'unseen';
  reason: string;
  evidence: FieldValue[];
}

interface Candidate {
  workload: Workload;
  pod: PodView;
  /** Undefined where the Namespace object was not seen. */
  namespace: { labels: Labels; annotations: Labels } | undefined;
}

type Labels = Readonly<Record<string, string>>;

/** Istio's webhooks leave these out by name. */
const NEVER_INJECTED: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

const INJECTION = 'istio-injection';
const REVISION = 'istio.io/rev';
const INJECT = 'sidecar.istio.io/inject';
export const DATA_PLANE_MODE = 'istio.io/dataplane-mode';
const LINKERD_INJECT = 'linkerd.io/inject';

export function enrolmentOf(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): Enrolment {
  if (pod.spec.hostNetwork) {
    return {
      dataPlane: 'none',
      absence: 'host-network',
      reason: 'it uses the network of its node, which no mesh takes over',
      evidence: [
        { ...locateField(workload, pod, 'spec.hostNetwork'), value: true },
      ],
    };
  }
  const candidate: Candidate = {
    workload,
    pod,
    namespace: seenNamespace(pod.namespace, snapshot),
  };
  const asks: Record<Exclude<DataPlane, 'none'>, Ask> = {
    // In this order: a pod with a sidecar is not taken into ambient.
    sidecar: askSidecar(candidate),
    ambient: askAmbient(candidate),
    linkerd: askLinkerd(candidate),
  };
  for (const dataPlane of ['sidecar', 'ambient', 'linkerd'] as const) {
    if (asks[dataPlane].answer === 'yes') {
      const { reason, evidence } = asks[dataPlane];
      return dataPlane !== 'linkerd' && !hasIstio(snapshot)
        ? {
            dataPlane: 'none',
            absence: 'not-installed',
            reason: `${reason}, but Istio is not installed in the cluster`,
            evidence,
          }
        : { dataPlane, reason, evidence };
    }
  }
  const answers = Object.values(asks);
  if (answers.some(({ answer }) => answer === 'unseen')) {
    const reason = whyUnseen(pod.namespace, snapshot);
    return {
      dataPlane: 'none',
      reason: '',
      evidence: [],
      undecided: `whether its pods join a mesh depends on the labels of namespace ${
        pod.namespace
      }, ${reason ? `and ${reason}` : 'which is not part of what was read'}`,
    };
  }
  const refusal = answers.find(({ answer }) => answer === 'refused');
  return refusal
    ? {
        dataPlane: 'none',
        absence: 'opted-out',
        reason: refusal.reason,
        evidence: refusal.evidence,
      }
    : {
        dataPlane: 'none',
        absence: 'not-asked',
        reason: 'no label of the pod or of its namespace asks for one',
        evidence: [
          namespaceEvidence(candidate, 'labels', INJECTION),
          namespaceEvidence(candidate, 'labels', DATA_PLANE_MODE),
        ],
      };
}

/** What keeps a Namespace object out of sight; undefined where it was seen, or where the source simply has none. */
export function whyUnseen(
  name: string,
  snapshot: ClusterSnapshot,
): string | undefined {
  const { coverage } = snapshot;
  if (snapshot.get('Namespace', name)) {
    return undefined;
  }
  if (coverage.kinds.Namespace?.state !== 'listed') {
    return coverage.gap('Namespace')?.reason;
  }
  const problem = coverage.problems.find(
    ({ kind, object }) =>
      kind === 'Namespace' &&
      object === describeObject({ kind: 'Namespace', name }),
  );
  return (
    problem &&
    `${problem.object} cannot be read: ${problem.field}: ${problem.message}`
  );
}

/** An API server that has no PeerAuthentication has no Istio. */
function hasIstio({ coverage }: ClusterSnapshot): boolean {
  return coverage.kinds.PeerAuthentication?.state !== 'not-installed';
}

function seenNamespace(
  name: string,
  snapshot: ClusterSnapshot,
): Candidate['namespace'] {
  const namespace = snapshot.get('Namespace', name);
  return (
    namespace && {
      labels: snapshot.namespaceLabels(name),
      annotations: namespace.metadata.annotations ?? {},
    }
  );
}

function namespaceEvidence(
  { pod, namespace }: Candidate,
  part: 'labels' | 'annotations',
  key: string,
): FieldValue {
  return {
    object: { apiVersion: 'v1', kind: 'Namespace', name: pod.namespace },
    field: `metadata.${part}['${key}']`,
    value: entryOf(namespace?.[part] ?? {}, key) ?? null,
  };
}

/** An answer that rests on one label or annotation, of the pod or of its namespace. */
function byPod(
  { workload, pod }: Candidate,
  answer: Ask['answer'],
  part: 'labels' | 'annotations',
  key: string,
): Ask {
  return {
    answer,
    reason: `its pods carry the ${part.slice(0, -1)} ${key}=${entryOf(
      pod[part],
      key,
    )}`,
    evidence: [metadataEvidence(workload, pod, part, key)],
  };
}

function byNamespace(
  candidate: Candidate,
  answer: Ask['answer'],
  part: 'labels' | 'annotations',
  key: string,
): Ask {
  const evidence = namespaceEvidence(candidate, part, key);
  return {
    answer,
    reason: `namespace ${candidate.pod.namespace} has the ${part.slice(
      0,
      -1,
    )} ${key}=${evidence.value}`,
    evidence: [evidence],
  };
}

const UNSEEN: Ask = { answer: 'unseen', reason: '', evidence: [] };
const NOT_ASKED: Ask = { answer: 'no', reason: '', evidence: [] };

function askSidecar(candidate: Candidate): Ask {
  const { pod, namespace } = candidate;
  const inject = entryOf(pod.labels, INJECT);
  if (NEVER_INJECTED.has(pod.namespace)) {
    return NOT_ASKED;
  }
  const injection = namespace && entryOf(namespace.labels, INJECTION);
  if (injection !== undefined && injection !== 'enabled') {
    // No webhook matches such a namespace, whatever its pods say.
    return byNamespace(candidate, 'refused', 'labels', INJECTION);
  }
  if (inject === 'false') {
    return byPod(candidate, 'refused', 'labels', INJECT);
  }
  // The annotation opts out, never in, and only where the label says nothing.
  if (inject === undefined && entryOf(pod.annotations, INJECT) === 'false') {
    return byPod(candidate, 'refused', 'annotations', INJECT);
  }
  if (!namespace) {
    // A pod can ask only where its namespace forbids nothing.
    return UNSEEN;
  }
  if (injection === 'enabled') {
    return byNamespace(candidate, 'yes', 'labels', INJECTION);
  }
  if (entryOf(namespace.labels, REVISION) !== undefined) {
    return byNamespace(candidate, 'yes', 'labels', REVISION);
  }
  if (inject === 'true') {
    return byPod(candidate, 'yes', 'labels', INJECT);
  }
  if (entryOf(pod.labels, REVISION) !== undefined) {
    return byPod(candidate, 'yes', 'labels', REVISION);
  }
  return NOT_ASKED;
}

function askAmbient(candidate: Candidate): Ask {
  const { pod, namespace } = candidate;
  switch (entryOf(pod.labels, DATA_PLANE_MODE)) {
    case 'ambient':
      return byPod(candidate, 'yes', 'labels', DATA_PLANE_MODE);
    case 'none':
      return byPod(candidate, 'refused', 'labels', DATA_PLANE_MODE);
    default:
  }
  if (pod.namespace === 'kube-system') {
    return NOT_ASKED;
  }
  if (!namespace) {
    return UNSEEN;
  }
  return entryOf(namespace.labels, DATA_PLANE_MODE) === 'ambient'
    ? byNamespace(candidate, 'yes', 'labels', DATA_PLANE_MODE)
    : NOT_ASKED;
}

function askLinkerd(candidate: Candidate): Ask {
  const { pod, namespace } = candidate;
  switch (entryOf(pod.annotations, LINKERD_INJECT)) {
    case 'enabled':
    case 'ingress':
      return byPod(candidate, 'yes', 'annotations', LINKERD_INJECT);
    case 'disabled':
      return byPod(candidate, 'refused', 'annotations', LINKERD_INJECT);
    default:
  }
  if (!namespace) {
    return UNSEEN;
  }
  const inject = entryOf(namespace.annotations, LINKERD_INJECT);
  return inject === 'enabled' || inject === 'ingress'
    ? byNamespace(candidate, 'yes', 'annotations', LINKERD_INJECT)
    : NOT_ASKED;
}
