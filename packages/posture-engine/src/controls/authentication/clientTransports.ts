/** AN-4: the mesh's clients speak mTLS to the workload, and it to others: what DestinationRules and PeerAuthentications make of both ends. */
import {
  ClusterSnapshot,
  WORKLOAD_KINDS,
  Workload,
  describeObject,
} from '../../snapshot';
import { ForeignRule, clientFactsOf } from '../../mesh/connection/foreignRules';
import { followsOutsideRule } from '../../mesh/connection/outsideRules';
import { destinationRuleOf } from '../../mesh/client/destinationRules';
import { serviceHost } from '../../mesh/client/hosts';
import { PodDataPlane, dataPlaneOf } from '../../mesh/dataPlane';
import { Control, Judgement } from '../control';
import { worstFirst } from '../wording';
import { callFailure, foreignFailure } from './clientWords';
import { notInMesh, ofInfrastructure } from './meshWords';
import { outsideFailure } from './outsideWords';
import { forcedCalls, serverCalls } from './serverCalls';

export const clientTransports: Control = {
  id: 'AN-4',
  title: 'Callers use mTLS',
  pillar: 'authentication',
  severity: 'high',
  scope: 'workload',
  question:
    'Do the proxies of its callers really speak mTLS to it, and its own to others?',
  why: 'What a port accepts is half of the truth: a DestinationRule can make the callers speak plaintext to it all the same. Then their calls are readable by others and come from nobody, or they are refused.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 2 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement:
        'Identity-tier policy: encryption in transit, authentication',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-8(1), SC-23, IA-9' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: traffic encryption' },
    {
      framework: 'NSA/CISA KHG',
      requirement: 'Network separation and encryption',
    },
    { framework: 'PCI DSS 4.0', requirement: '4.2' },
  ],
  needs: [
    { kind: 'Service', in: 'namespace' },
    { kind: 'DestinationRule', in: 'mesh' },
    { kind: 'PeerAuthentication', in: 'mesh' },
    { kind: 'Sidecar', in: 'mesh' },
    { kind: 'ConfigMap', in: 'control-plane' },
    { kind: 'Namespace', in: 'namespace', optional: true },
    // Asked only for subsets with a transport of their own.
    { kind: 'VirtualService', in: 'cluster', optional: true },
    // Hosts outside, and other ends, count by what is in `facts`.
    {
      kind: 'ServiceEntry',
      in: 'cluster',
      optional: true,
      elsewhere: 'facts',
    },
    ...WORKLOAD_KINDS.map(
      kind => ({ kind, in: 'namespace', optional: true } as const),
    ),
  ],
  facts: clientFactsOf,
  evaluate(workload, snapshot) {
    const infrastructure = ofInfrastructure(workload, snapshot);
    if (infrastructure) {
      return [infrastructure];
    }
    const memberships = workload.pods.map(pod =>
      dataPlaneOf(workload, pod, snapshot),
    );
    const inMesh = memberships.find(
      membership =>
        membership.gateway || !notInMesh(workload, membership, snapshot),
    );
    return [
      inMesh
        ? judge(workload, inMesh, snapshot)
        : forcedFailure(workload, memberships[0], snapshot) ??
          notInMesh(workload, memberships[0], snapshot) ??
          proof(workload, memberships[0]),
    ];
  },
};

/** Of a workload that has no proxy, and that a rule has called as if it had one. */
function forcedFailure(
  workload: Workload,
  { dataPlane, undecided }: PodDataPlane,
  snapshot: ClusterSnapshot,
): Judgement | undefined {
  const [call] =
    dataPlane === 'none' && undecided === undefined
      ? forcedCalls(workload, snapshot)
      : [];
  const failure = call && callFailure(workload, call, snapshot);
  const rule = call?.client.decidedBy.find(
    ({ layer }) => layer === 'destination-rule',
  );
  return failure && rule
    ? {
        ...failure,
        fix: {
          summary: `Take ${rule.field} out of ${describeObject(
            rule.object,
          )}: proxies choose mTLS by themselves wherever the other side takes it, and call pods without a proxy in plaintext. Or bring ${
            workload.reference.name
          } into the mesh (control AN-1 says how).`,
        },
      }
    : undefined;
}

function judge(
  workload: Workload,
  membership: PodDataPlane,
  snapshot: ClusterSnapshot,
): Judgement {
  const { ambient } = snapshot.derive(clientFactsOf);
  const calls = serverCalls(workload, ambient, snapshot);
  const failures = [
    ...calls.flatMap(call => callFailure(workload, call, snapshot) ?? []),
    ...rulesOf(workload, snapshot).flatMap(
      rule => foreignFailure(workload, rule) ?? [],
    ),
    ...outsideFailures(workload, snapshot),
  ];
  const [worst] = worstFirst(failures);
  const others = calls.filter(({ outcome }) => outcome === 'server-plaintext');
  const doubt = calls.find(({ outcome }) => outcome === 'unknown');
  if (worst) {
    return worst;
  }
  if (doubt) {
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${workload.reference.name}: ${doubt.reason}.`,
      evidence: [],
    };
  }
  return others.length > 0 && others.length === calls.length
    ? {
        verdict: 'not-applicable',
        message: `Callers cannot speak mTLS to ${workload.reference.name}, since no port of it that a Service leads to takes any (AN-2).`,
        evidence: [],
      }
    : proof(workload, membership, others.length > 0);
}

/** Rules of the workload's namespace that its own proxies follow for Services of others. */
function rulesOf(workload: Workload, snapshot: ClusterSnapshot): ForeignRule[] {
  const { foreignRules } = snapshot.derive(clientFactsOf);
  const { namespace } = workload.reference;
  const found = Object.hasOwn(foreignRules, namespace)
    ? foreignRules[namespace]
    : [];
  return found.filter(({ rule, service }) =>
    workload.pods.some(pod => {
      const { dataPlane, gateway } = dataPlaneOf(workload, pod, snapshot);
      const merged =
        dataPlane === 'sidecar' || gateway
          ? destinationRuleOf(
              pod,
              serviceHost(service.name, service.namespace),
              service.namespace,
              snapshot,
            )
          : undefined;
      const { metadata } = merged?.deciding ?? {};
      return (
        metadata?.name === rule.name && metadata?.namespace === rule.namespace
      );
    }),
  );
}

/** Of TLS that rules ask for towards hosts outside. */
function outsideFailures(workload: Workload, snapshot: ClusterSnapshot) {
  const { outsideRules } = snapshot.derive(clientFactsOf);
  return outsideRules.flatMap(rule =>
    workload.pods.some(pod =>
      followsOutsideRule({ workload, pod }, rule, snapshot),
    )
      ? [outsideFailure(workload, rule)]
      : [],
  );
}

function proof(
  workload: Workload,
  { dataPlane, gateway, basis, evidence }: PodDataPlane,
  partly = false,
): Judgement {
  const { name } = workload.reference;
  if (dataPlane === 'linkerd') {
    return {
      verdict: 'pass',
      message: `Pods of Linkerd speak mTLS to ${name}, and it to them: no rule can switch that off. What goes past a proxy AN-5 tells.`,
      evidence,
      enforcement: basis === 'seen' ? 'enforced' : 'declared',
    };
  }
  const ways = gateway
    ? `${name} speaks mTLS to what it calls in the mesh`
    : `Callers in the mesh speak mTLS to ${name}${
        partly ? ' where its ports take it' : ''
      }, and it to them`;
  return {
    verdict: 'pass',
    message:
      dataPlane === 'ambient'
        ? `${ways}: ztunnel does so whatever rules say.`
        : `${ways}: no rule makes either side speak plaintext.`,
    evidence,
    enforcement: basis === 'seen' ? 'enforced' : 'declared',
  };
}
