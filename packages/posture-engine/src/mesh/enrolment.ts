/** What admission would make of a pod: which data plane its labels and those of its namespace ask for, of those that are there. */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  locateField,
} from '../snapshot';
import {
  Ask,
  Candidate,
  DATA_PLANE_MODE,
  INJECTION,
  askAmbient,
  askLinkerd,
  askSidecar,
  namespaceEvidence,
} from './enrolmentAsks';
import { FieldValue } from './podFields';

export type DataPlane = 'none' | 'sidecar' | 'ambient' | 'linkerd';
const DATA_PLANES = ['sidecar', 'ambient', 'linkerd'] as const;

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
  /** Where `dataPlane` is none: the one that is asked for all the same. */
  meant?: Exclude<DataPlane, 'none'>;
}

export function enrolmentOf(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): Enrolment {
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
  const asked = DATA_PLANES.filter(
    dataPlane => asks[dataPlane].answer === 'yes',
  );
  if (pod.spec.hostNetwork) {
    return {
      dataPlane: 'none',
      ...(asked[0] ? { meant: asked[0] } : {}),
      absence: 'host-network',
      reason: 'it uses the network of its node, which no mesh takes over',
      evidence: [
        { ...locateField(workload, pod, 'spec.hostNetwork'), value: true },
      ],
    };
  }
  const [dataPlane] = asked;
  if (dataPlane) {
    const { reason, evidence } = asks[dataPlane];
    const missing = missingMesh(dataPlane, snapshot);
    if (missing !== undefined) {
      return {
        dataPlane: 'none',
        meant: dataPlane,
        absence: 'not-installed',
        reason: `${reason}, but ${missing} is not installed in the cluster`,
        evidence,
      };
    }
    return dataPlane === 'ambient' && asks.linkerd.answer === 'yes'
      ? {
          dataPlane: 'none',
          reason: '',
          evidence: [],
          undecided: `${reason}, and ${asks.linkerd.reason}: ztunnel and a proxy of Linkerd would both take its traffic, and what becomes of it cannot be told`,
        }
      : { dataPlane, reason, evidence };
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

/** An API server that has no PeerAuthentication has no Istio, and one that has no Server no Linkerd. */
function missingMesh(
  dataPlane: Exclude<DataPlane, 'none'>,
  { coverage: { kinds } }: ClusterSnapshot,
): string | undefined {
  const [kind, mesh] =
    dataPlane === 'linkerd'
      ? (['Server', 'Linkerd'] as const)
      : (['PeerAuthentication', 'Istio'] as const);
  return kinds[kind]?.state === 'not-installed' ? mesh : undefined;
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
