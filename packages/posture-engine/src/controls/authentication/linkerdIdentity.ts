/** AN-9: behind Linkerd, nobody gets in without an identity. */
import { ClusterSnapshot, Workload, describeObject } from '../../snapshot';
import { PodDataPlane, dataPlaneOf } from '../../mesh/dataPlane';
import {
  EXPOSURES,
  PodPort,
  exposureOf,
  worstPodPorts,
} from '../../mesh/inboundPorts';
import { linkerdGap } from '../../mesh/linkerd';
import { Control, Evidence, Judgement } from '../control';
import { LINKERD_NEEDS } from '../linkerdNeeds';
import { enumerate, sentence } from '../wording';
import {
  closedBecause,
  linkerdFix,
  openedBecause,
  severityOfOpening,
  whoGetsIn,
} from './linkerdPort';
import { asSentence, ofInfrastructure } from './meshWords';
import { evidenceOf } from './portWords';

export const linkerdIdentity: Control = {
  id: 'AN-9',
  title: 'Linkerd demands an identity',
  pillar: 'authentication',
  severity: 'high',
  scope: 'workload',
  question:
    'Behind Linkerd, is every caller refused that does not prove who it is?',
  why: 'Linkerd encrypts between its own pods by itself, and by default still lets in everybody else in plaintext: a padlock between friends keeps no stranger out.',
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
    { framework: 'PCI DSS 4.0', requirement: '4.2, 2.2.7' },
  ],
  needs: [
    { kind: 'Service', in: 'namespace' },
    // Without these it is unknown for pods behind Linkerd, and for no others.
    ...LINKERD_NEEDS,
    { kind: 'Namespace', in: 'namespace', optional: true },
    { kind: 'ConfigMap', in: 'control-plane', optional: true },
    // It tells whether a manifest's pods join Istio instead.
    { kind: 'PeerAuthentication', in: 'mesh', optional: true },
  ],
  evaluate(workload, snapshot) {
    const infrastructure = ofInfrastructure(workload, snapshot);
    if (infrastructure) {
      return [infrastructure];
    }
    const views = workload.pods.map(pod => ({
      pod,
      membership: dataPlaneOf(workload, pod, snapshot),
    }));
    const outside = views.find(({ membership }) => isMissing(membership));
    if (outside) {
      return [leftOut(workload, outside.membership)];
    }
    const pods = views
      .filter(({ membership }) => membership.dataPlane === 'linkerd')
      .map(({ pod }) => pod);
    return [
      pods.length > 0
        ? judge({ ...workload, pods }, snapshot)
        : elsewhere(workload, views[0].membership, snapshot),
    ];
  },
};

/** Meant for Linkerd, and without its proxy. */
function isMissing({ dataPlane, meant }: PodDataPlane): boolean {
  return dataPlane === 'none' && meant === 'linkerd';
}

function leftOut(
  workload: Workload,
  { reason, evidence }: PodDataPlane,
): Judgement {
  const { name } = workload.reference;
  return {
    verdict: 'fail',
    message: `${name} is meant for Linkerd and runs without its proxy: whoever reaches it is let in, in plaintext and without an identity.`,
    because: asSentence(reason),
    evidence,
    witness: {
      from: 'any pod that the network lets through',
      to: describeObject(workload.reference),
      protocol: 'TCP',
      transport: 'plaintext',
      action: 'opens a connection without encryption and without an identity',
    },
    fix: {
      summary: `See control AN-1, which says what keeps ${name} out of Linkerd. Then say with Servers and AuthorizationPolicies who may call it.`,
    },
  };
}

function elsewhere(
  workload: Workload,
  { undecided, dataPlane, evidence }: PodDataPlane,
  snapshot: ClusterSnapshot,
): Judgement {
  const { name } = workload.reference;
  if (undecided !== undefined) {
    const missing = snapshot.coverage.gap('Namespace')?.missing;
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${name}: ${undecided}.`,
      evidence: [],
      ...(missing ? { missing: [missing] } : {}),
    };
  }
  return {
    verdict: 'not-applicable',
    message:
      dataPlane === 'none'
        ? `${name} is not in Linkerd, and nothing asks for that (AN-1 says which mesh it is in).`
        : `${name} is in Istio, where AN-2 asks the same.`,
    evidence,
  };
}

/** The worst of the ports that are known; of a pod that names none, any port. */
function judge(workload: Workload, snapshot: ClusterSnapshot): Judgement {
  const all = worstPodPorts(workload, snapshot);
  const named = all.filter(({ port }) => port !== null);
  const ports = named.length > 0 ? named : all;
  const [worst] = [...ports].sort(
    (left, right) =>
      EXPOSURES.indexOf(exposureOf(left)) -
      EXPOSURES.indexOf(exposureOf(right)),
  );
  const evidence = (port: PodPort): Evidence[] =>
    evidenceOf({ workload, snapshot, port, numbers: [] });
  switch (exposureOf(worst)) {
    case 'open':
      return opened(workload, worst, ports, evidence(worst));
    case 'unknown': {
      const missing = linkerdGap(worst.pod.namespace, snapshot)?.missing;
      return {
        verdict: 'unknown',
        message: `Cannot be told for ${subjectOf(workload, worst)}: ${
          worst.linkerd?.undecided ?? worst.membership.reason
        }.`,
        evidence: evidence(worst),
        ...(missing ? { missing: [missing] } : {}),
      };
    }
    default:
      return {
        verdict: 'pass',
        message: `Callers without an identity are refused on ${portsOf(
          named,
        )} of ${workload.reference.name}: ${enumerate([
          ...new Set(
            ports.flatMap(({ linkerd }) =>
              linkerd ? [closedBecause(linkerd)] : [],
            ),
          ),
        ])}.`,
        evidence: ports.flatMap(evidence).slice(0, 5),
        enforcement:
          worst.membership.basis === 'seen' ? 'enforced' : 'declared',
      };
  }
}

/** `port 8080`, `all 3 ports`, `every port`. */
function portsOf(named: readonly PodPort[]): string {
  switch (named.length) {
    case 0:
      return 'every port';
    case 1:
      return `port ${named[0].port}`;
    default:
      return `all ${named.length} ports`;
  }
}

function subjectOf({ reference: { name } }: Workload, { port }: PodPort) {
  return port === null ? `any port of ${name}` : `port ${port} of ${name}`;
}

function opened(
  workload: Workload,
  worst: PodPort,
  ports: readonly PodPort[],
  evidence: Evidence[],
): Judgement {
  const { port, bypass, linkerd } = worst;
  const [way] = bypass;
  const subject = subjectOf(workload, worst);
  const who =
    linkerd && !way
      ? whoGetsIn(linkerd)
      : 'any pod that the network lets through';
  const others = ports.filter(
    other => other !== worst && exposureOf(other) === 'open',
  );
  return {
    verdict: 'fail',
    severity:
      linkerd && !way && severityOfOpening(linkerd, port) === 'medium'
        ? 'medium'
        : 'high',
    message: way
      ? `Whoever reaches ${subject} is let in in plaintext: what comes in there goes past its proxy, and no policy is asked.`
      : `${who.charAt(0).toUpperCase()}${who.slice(1)} get${
          who.startsWith('any') ? 's' : ''
        } in at ${subject} in plaintext, without showing an identity.`,
    because: sentence([
      ...(way
        ? [
            `${describeObject(way.object)} says ${way.field}: ${JSON.stringify(
              way.value,
            )}.`,
          ]
        : []),
      ...(linkerd && !way ? [openedBecause(linkerd)] : []),
      ...(others.length > 0
        ? [
            `So ${others.length === 1 ? 'does' : 'do'} ${enumerate(
              others.map(other => `port ${other.port}`),
            )}.`,
          ]
        : []),
    ]),
    evidence,
    witness: {
      from: who,
      to: describeObject(workload.reference),
      port,
      protocol: 'TCP',
      transport: 'plaintext',
      action: 'opens a connection without encryption and without an identity',
    },
    fix: way
      ? {
          summary: `Take ${subject} back under its proxy: change ${
            way.field
          } of ${describeObject(way.object)}, and restart ${
            workload.reference.name
          }. Then say with a Server who may call it.`,
        }
      : linkerdFix(workload, worst),
  };
}
