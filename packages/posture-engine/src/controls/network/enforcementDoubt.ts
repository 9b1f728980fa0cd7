/** Which policies for a workload may be ignored, and what keeps NW-4 from being proved. */
import {
  Enforces,
  KnownNetwork,
  POLICY_APIS,
  PolicyApi,
  policiesFor,
} from '../../network/cni';
import { OTHER_POLICY_KINDS } from '../../network/otherPolicies';
import {
  ClusterSnapshot,
  KindName,
  ObjectReference,
  PodView,
  Workload,
  describeObject,
} from '../../snapshot';
import { Evidence, Judgement } from '../control';
import { enumerate } from '../wording';

/** What is meant for the workload, of kinds that are not known to be enforced. */
export interface Meant {
  object: ObjectReference;
  enforces: Enforces;
}

export function meantFor(
  snapshot: ClusterSnapshot,
  pods: readonly PodView[],
  { enforces }: KnownNetwork,
): Meant[] {
  const doubtful = POLICY_APIS.filter(api => enforces[api].answer !== 'yes');
  const found = new Map<string, Meant>();
  for (const api of doubtful) {
    for (const object of pods.flatMap(pod => policiesFor(snapshot, pod, api))) {
      found.set(`${object.apiVersion} ${describeObject(object)}`, {
        object,
        enforces: enforces[api],
      });
    }
  }
  return [...found.values()];
}

export function policyEvidence(meant: readonly Meant[]): Evidence[] {
  return meant.map(({ object }) => ({ object, field: '', value: null }));
}

/** What keeps it from being proved. */
export function doubt(
  workload: Workload,
  pods: readonly PodView[],
  network: KnownNetwork,
  meant: readonly Meant[],
  snapshot: ClusterSnapshot,
): Judgement | undefined {
  const { enforces, seenInstead, unseen, nodesWithout, title } = network;
  if (seenInstead) {
    return {
      verdict: 'unknown',
      message: `Cannot be told: ${title} was stated as the network of the cluster, and what is in view is an agent of ${seenInstead.title} instead.`,
      evidence: [...seenInstead.evidence],
    };
  }
  const [unclear] = meant;
  if (unclear) {
    return {
      verdict: 'unknown',
      message: `Cannot be told whether ${describeObject(
        unclear.object,
      )} is enforced: ${unclear.enforces.because}.`,
      evidence: [...policyEvidence(meant), ...network.evidence],
    };
  }
  if (enforces.NetworkPolicy.answer === 'unknown') {
    return {
      verdict: 'unknown',
      message: `Cannot be told: ${enforces.NetworkPolicy.because}.`,
      evidence: [...network.evidence],
    };
  }
  if (unseen) {
    return {
      verdict: 'unknown',
      message: `Cannot be told whether ${title} runs on every node: ${unseen.reason}.`,
      evidence: [...network.evidence],
      ...(unseen.missing ? { missing: [unseen.missing] } : {}),
    };
  }
  const gap = POLICY_APIS.flatMap(api =>
    enforces[api].answer === 'yes'
      ? []
      : kindsOf(api).flatMap(
          kind =>
            snapshot.coverage.gap(kind, [workload.reference.namespace]) ?? [],
        ),
  )[0];
  if (gap) {
    return {
      verdict: 'unknown',
      message: `Cannot be told whether there are policies that ${title} does not enforce: ${gap.reason}.`,
      evidence: [...network.evidence],
      ...(gap.missing ? { missing: [gap.missing] } : {}),
    };
  }
  // A pod that is yet to be made may come to any node.
  const without = nodesWithout.filter(node =>
    pods.some(
      ({ spec: { nodeName } }) => nodeName === undefined || nodeName === node,
    ),
  );
  return without.length === 0
    ? undefined
    : {
        verdict: 'unknown',
        message: `Cannot be told: the agent of ${title} does not run on ${enumerate(
          without,
        )}, where ${
          workload.reference.name
        } has pods or may get some, and without it nothing there follows changes of policies.`,
        evidence: [...network.evidence],
      };
}

function kindsOf(api: PolicyApi): KindName[] {
  return api === 'Calico'
    ? OTHER_POLICY_KINDS.map(({ kind }) => kind).filter(kind =>
        kind.endsWith('projectcalico.org'),
      )
    : [api];
}
