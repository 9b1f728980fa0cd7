/** AN-2: every port takes mTLS alone, by what the data plane does and not by what a policy says. */
import { PodView, Workload, describeObject } from '../../snapshot';
import { applicationContainers } from '../../mesh/containers';
import { PodPort, exposureOf, worstPodPorts } from '../../mesh/inboundPorts';
import { linkerdGap } from '../../mesh/linkerd';
import { Control, Judgement } from '../control';
import { LINKERD_NEEDS } from '../linkerdNeeds';
import { closedBecause } from './linkerdPort';
import { asSentence, doubtOf, ofInfrastructure } from './meshWords';
import { openPort } from './openPort';
import { Question, evidenceOf, subjectOf } from './portWords';

export const inboundMutualTls: Control = {
  id: 'AN-2',
  title: 'Only mTLS comes in',
  pillar: 'authentication',
  severity: 'high',
  scope: 'port',
  question: 'Is every connection to this port encrypted and authenticated?',
  why: 'A port that takes plaintext serves whoever can reach it: traffic can be read and changed on the way, and nobody knows who called.',
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
    { kind: 'PeerAuthentication', in: 'mesh' },
    { kind: 'Sidecar', in: 'mesh' },
    { kind: 'ConfigMap', in: 'control-plane' },
    // Without these the verdict stands: they tell a manifest's plane, and how bad a failure is.
    { kind: 'Namespace', in: 'namespace', optional: true },
    { kind: 'AuthorizationPolicy', in: 'mesh', optional: true },
    { kind: 'Gateway', in: 'cluster', optional: true },
    ...LINKERD_NEEDS,
  ],
  evaluate(workload, snapshot) {
    const infrastructure = ofInfrastructure(workload, snapshot);
    if (infrastructure) {
      return [{ ...infrastructure, port: null }];
    }
    const ports = worstPodPorts(workload, snapshot);
    const numbers = ports.flatMap(({ port }) => port ?? []);
    return [
      ...ports.map(port => judgePort({ workload, snapshot, port, numbers })),
      ...otherProtocols(workload, numbers),
    ];
  },
};

function judgePort(question: Question): Judgement {
  const { port } = question;
  const subject = subjectOf(question);
  const common = { port: port.port, evidence: evidenceOf(question) };
  switch (exposureOf(port)) {
    case 'outside':
    case 'open':
      return openPort(question);
    case 'gateway':
      return {
        ...common,
        verdict: 'not-applicable',
        message: `${asSentence(subject).slice(
          0,
          -1,
        )} belongs to a gateway: what it accepts is written in Gateway objects, not in PeerAuthentication.`,
      };
    case 'unknown':
      return {
        ...common,
        verdict: 'unknown',
        message: unknownMessage(question),
        ...missingOf(question),
      };
    default:
      return {
        ...common,
        verdict: 'pass',
        message: `${asSentence(subject).slice(0, -1)} accepts only mTLS: ${
          port.linkerd
            ? closedBecause(port.linkerd)
            : `${proofOf(port)} and nothing overrides it`
        }.`,
        enforcement: port.membership.basis === 'seen' ? 'enforced' : 'declared',
      };
  }
}

function proofOf({ decidedBy }: PodPort): string {
  const decider = decidedBy[decidedBy.length - 1];
  return decider
    ? `${describeObject(decider.object)} says STRICT`
    : 'its mode is STRICT';
}

function unknownMessage(question: Question): string {
  const { port } = question;
  const subject = subjectOf(question);
  if (port.membership.undecided !== undefined) {
    return `Cannot be told for ${subject}: ${port.membership.undecided}.`;
  }
  if (port.linkerd?.undecided !== undefined) {
    return `Cannot be told for ${subject}: ${port.linkerd.undecided}.`;
  }
  return `Cannot be told for ${subject}: ${port.bypass
    .map(doubtOf)
    .join('; ')}.`;
}

/** The right that somebody would have to grant, where that is what is missing. */
function missingOf({
  port: { linkerd, pod },
  snapshot,
}: Question): Pick<Judgement & { verdict: 'unknown' }, 'missing'> {
  const missing = linkerd && linkerdGap(pod.namespace, snapshot)?.missing;
  return missing ? { missing: [missing] } : {};
}

/** Ports of UDP and SCTP, which no mesh carries. */
function otherProtocols(
  workload: Workload,
  numbers: readonly number[],
): Judgement[] {
  const found = new Map<number, Judgement>();
  for (const pod of workload.pods) {
    for (const { port, protocol, evidence } of datagramPorts(workload, pod)) {
      if (!numbers.includes(port)) {
        found.set(port, {
          verdict: 'not-applicable',
          port,
          message: `Port ${port} of ${workload.reference.name} speaks ${protocol}, which no mesh encrypts: only the application itself and network policies can protect it.`,
          evidence: [evidence],
        });
      }
    }
  }
  return [...found.values()];
}

function datagramPorts(workload: Workload, pod: PodView) {
  return applicationContainers(pod).flatMap(({ ports = [] }) =>
    ports.flatMap(({ containerPort, protocol = 'TCP' }) =>
      protocol === 'TCP'
        ? []
        : [
            {
              port: containerPort,
              protocol,
              evidence: {
                object: (workload.template ?? pod).object,
                field: `${(workload.template ?? pod).path}spec.containers`,
                value: { containerPort, protocol },
              },
            },
          ],
    ),
  );
}
