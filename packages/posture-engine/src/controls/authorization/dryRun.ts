/** AZ-2: no policy that applies to the workload is a mere dry run. */
import {
  ClusterSnapshot,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import {
  AttachedPolicy,
  DRY_RUN,
  attachedPolicies,
  isDryRun,
  targetsOf,
} from '../../mesh/authorizationPolicy';
import { entryOf } from '../../mesh/podFields';
import { servicesSelecting } from '../../network/services';
import { WAYPOINT_CLASS, waypointsOf } from '../../mesh/waypoint';
import { Control, Evidence, Judgement } from '../control';
import { enumerate } from '../wording';

export const dryRun: Control = {
  id: 'AZ-2',
  title: 'Policies are enforced, not rehearsed',
  pillar: 'authorization',
  severity: 'medium',
  scope: 'workload',
  question: 'Is every authorization policy for this service really enforced?',
  why: 'A dry-run policy looks like protection in every list, and only writes log lines: what it should stop goes through.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 3 and 6' },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-3, CM-6' },
    {
      framework: 'CISA ZTMM v2',
      requirement: 'Applications: application access',
    },
    { framework: 'PCI DSS 4.0', requirement: '7.2' },
  ],
  needs: [
    { kind: 'Service', in: 'namespace' },
    { kind: 'AuthorizationPolicy', in: 'mesh' },
    { kind: 'ConfigMap', in: 'control-plane' },
    // Its labels may name a waypoint.
    { kind: 'Namespace', in: 'namespace', optional: true },
  ],
  evaluate(workload, snapshot) {
    const policies = policiesOf(workload, snapshot);
    const rehearsed = policies.filter(({ policy }) => isDryRun(policy));
    if (policies.length === 0) {
      return [
        {
          verdict: 'not-applicable',
          message: `No AuthorizationPolicy applies to ${workload.reference.name}, so none can be a dry run.`,
          evidence: [],
        },
      ];
    }
    return [
      rehearsed.length > 0
        ? failure(workload, policies, rehearsed)
        : proof(workload, policies),
    ];
  },
};

/** Gateways that were made of a Gateway object carry its name; the second label is that of older versions. */
const GATEWAY_NAMES = [
  'gateway.networking.k8s.io/gateway-name',
  'istio.io/gateway-name',
];

/** All policies that mean a pod of the workload, a Service or a waypoint in front of one, or the Gateway that it is. */
function policiesOf(
  workload: Workload,
  snapshot: ClusterSnapshot,
): AttachedPolicy[] {
  const found = new Map<AuthorizationPolicy, AttachedPolicy>();
  for (const pod of workload.pods) {
    const services = new Set(
      servicesSelecting(snapshot, pod).map(({ metadata }) => metadata.name),
    );
    const waypoints = waypointsOf(pod, snapshot);
    const gateways = [
      ...waypoints.map(({ namespace, name }) => `${namespace}/${name}`),
      ...GATEWAY_NAMES.flatMap(label => {
        const name = entryOf(pod.labels, label);
        return name === undefined ? [] : `${pod.namespace}/${name}`;
      }),
    ];
    for (const attached of attachedPolicies(pod, 'sidecar', snapshot)) {
      const targets = targetsOf(attached.policy);
      const { namespace } = attached.policy.metadata;
      const meant =
        targets.length === 0 ||
        targets.some(({ kind, name }) => {
          switch (kind) {
            case 'Service':
              return namespace === pod.namespace && services.has(name);
            case 'Gateway':
              return gateways.includes(`${namespace}/${name}`);
            case 'GatewayClass':
              return waypoints.length > 0 && name === WAYPOINT_CLASS;
            default:
              return false;
          }
        });
      if (meant) {
        found.set(attached.policy, attached);
      }
    }
  }
  return [...found.values()];
}

function evidenceOf({ policy }: AttachedPolicy): Evidence {
  return {
    object: referenceTo(policy),
    field: `metadata.annotations['${DRY_RUN}']`,
    value: policy.metadata.annotations?.[DRY_RUN] ?? null,
  };
}

function failure(
  workload: Workload,
  policies: AttachedPolicy[],
  rehearsed: AttachedPolicy[],
): Judgement {
  const { name } = workload.reference;
  const names = rehearsed.map(({ policy }) =>
    describeObject(referenceTo(policy)),
  );
  const one = names.length === 1;
  const alone = !policies.some(
    ({ action, ignored }) => action === 'ALLOW' && !ignored,
  );
  return {
    verdict: 'fail',
    // Where nothing else allows or refuses, the rehearsal was to be the only protection.
    severity: alone ? 'high' : 'medium',
    message: `What ${enumerate(names)} ${
      one ? 'says' : 'say'
    } about calls to ${name} is not enforced: ${
      one ? 'it is a dry run' : 'they are dry runs'
    }, which only ${one ? 'writes' : 'write'} log lines.`,
    because: `${
      one ? 'It carries' : 'They carry'
    } the annotation ${DRY_RUN}=${enumerate([
      ...new Set(
        rehearsed.map(
          ({ policy }) => policy.metadata.annotations?.[DRY_RUN] ?? '',
        ),
      ),
    ])}.`,
    evidence: rehearsed.map(evidenceOf),
    ...(alone || rehearsed.some(({ action }) => action === 'DENY')
      ? {
          witness: {
            from: `a caller that ${names[0]} means to refuse`,
            to: describeObject(workload.reference),
            action: 'calls it, and is only logged',
          },
        }
      : {}),
    fix: {
      summary: `Remove the annotation ${DRY_RUN} from ${enumerate(
        names,
      )}. Look at what the proxies logged as shadow denied before: those callers are refused from then on.`,
    },
  };
}

function proof(workload: Workload, policies: AttachedPolicy[]): Judgement {
  const { name } = workload.reference;
  const odd = policies.filter(
    ({ policy }) => policy.metadata.annotations?.[DRY_RUN] !== undefined,
  );
  const note =
    odd.length > 0
      ? ` The annotation ${DRY_RUN} of ${enumerate(
          odd.map(({ policy }) => describeObject(referenceTo(policy))),
        )} is not a value that Istio takes for true.`
      : '';
  return {
    verdict: 'pass',
    message: `${
      policies.length === 1
        ? `The one policy that applies to ${name} is`
        : `All ${policies.length} policies that apply to ${name} are`
    } no dry run.${note}`,
    evidence: policies.map(evidenceOf),
  };
}
