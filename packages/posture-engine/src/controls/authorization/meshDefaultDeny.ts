/** AZ-1: the mesh refuses every caller that no rule names. */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { AttachedPolicy } from '../../mesh/authorizationPolicy';
import { captureOf } from '../../mesh/capture';
import { dataPlaneOf } from '../../mesh/dataPlane';
import { defaultDenyOf } from '../../mesh/defaultDeny';
import { knownPorts } from '../../mesh/inboundPorts';
import { targetingPoliciesOf } from '../../mesh/standingWaypoints';
import { doubtOf, ofInfrastructure } from '../authentication/meshWords';
import { Control, Judgement } from '../control';
import { LINKERD_NEEDS } from '../linkerdNeeds';
import { enumerate } from '../wording';
import {
  View,
  absent,
  open,
  outside,
  pastTheProxy,
  throughWaypoint,
} from './defaultDenyFaults';
import { linkerdDefaultDeny } from './linkerdDefaultDeny';

export const meshDefaultDeny: Control = {
  id: 'AZ-1',
  title: 'The mesh denies by default',
  pillar: 'authorization',
  severity: 'high',
  scope: 'workload',
  question: 'Does the mesh refuse every caller that no rule names?',
  why: 'Without a default deny, whoever gets one foothold in the cluster may call this service, and every new workload may from its first second.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 3, 4 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement: 'Identity-tier policy: service authorization',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-3, AC-4, AC-6' },
    {
      framework: 'CISA ZTMM v2',
      requirement: 'Applications: application access',
    },
    {
      framework: 'NSA/CISA KHG',
      requirement: 'Authentication and authorization',
    },
    { framework: 'PCI DSS 4.0', requirement: '7.2' },
  ],
  needs: [
    { kind: 'Service', in: 'namespace' },
    { kind: 'AuthorizationPolicy', in: 'mesh' },
    { kind: 'Sidecar', in: 'mesh' },
    { kind: 'ConfigMap', in: 'control-plane' },
    // Only manifests and waypoints need these; then their absence makes it unknown.
    { kind: 'Namespace', in: 'namespace', optional: true },
    { kind: 'Gateway', in: 'cluster', optional: true },
    ...LINKERD_NEEDS,
  ],
  facts: targetingPoliciesOf,
  evaluate(workload, snapshot) {
    const infrastructure = ofInfrastructure(workload, snapshot);
    if (infrastructure) {
      return [infrastructure];
    }
    const views = workload.pods.map(pod => viewOf(workload, pod, snapshot));
    const judgements = views.map(view => judgePod(view, snapshot, views));
    for (const verdict of ['fail', 'unknown', 'not-applicable'] as const) {
      const worst = judgements.find(judgement => judgement.verdict === verdict);
      if (worst) {
        return [worst];
      }
    }
    return [judgements[0]];
  },
};

function viewOf(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): View {
  const membership = dataPlaneOf(workload, pod, snapshot);
  const capture = captureOf(workload, pod, membership.dataPlane, snapshot);
  const ports = [...new Set(knownPorts(pod, capture, snapshot))];
  return {
    workload,
    pod,
    membership,
    ports,
    uncaptured: [...ports, null].flatMap(port =>
      capture.bypassOf(port).map(bypass => ({ port, bypass })),
    ),
  };
}

function judgePod(
  view: View,
  snapshot: ClusterSnapshot,
  all: readonly View[],
): Judgement {
  const { workload, membership, pod, ports } = view;
  const { name } = workload.reference;
  const { dataPlane } = membership;
  if (membership.gateway) {
    return {
      verdict: 'not-applicable',
      message: `${name} is a gateway: who may pass it is a question of its routes and of the policies on the services behind.`,
      evidence: membership.evidence,
    };
  }
  if (membership.undecided !== undefined) {
    const missing = snapshot.coverage.gap('Namespace')?.missing;
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${name}: ${membership.undecided}.`,
      evidence: [],
      ...(missing ? { missing: [missing] } : {}),
    };
  }
  if (dataPlane === 'none') {
    return outside(view, all);
  }
  const certain = view.uncaptured.filter(({ bypass }) => bypass.certain);
  if (certain.length > 0) {
    return pastTheProxy({ ...view, uncaptured: certain });
  }
  if (dataPlane === 'linkerd') {
    return linkerdDefaultDeny(view, snapshot);
  }
  const deny = defaultDenyOf({ pod, dataPlane, ports }, snapshot);
  switch (deny.state) {
    case 'effective':
      return view.uncaptured.length > 0
        ? perhapsPastTheProxy(view)
        : proof(view, deny.allowing);
    case 'absent':
      return absent(view, deny.ignored);
    case 'open':
      return open(view, deny);
    case 'through-waypoint':
      return throughWaypoint(view, deny);
    default:
      return {
        verdict: 'unknown',
        message: `Cannot be told for ${name}: ${deny.reason}.`,
        evidence: [],
      };
  }
}

function perhapsPastTheProxy({ workload, uncaptured }: View): Judgement {
  const [{ port, bypass }] = uncaptured;
  return {
    verdict: 'unknown',
    message: `Cannot be told for ${
      port === null ? 'any port' : `port ${port}`
    } of ${workload.reference.name}: ${doubtOf(bypass)}.`,
    evidence: uncaptured.map(({ bypass: { object, field, value } }) => ({
      object,
      field,
      value,
    })),
  };
}

function proof(view: View, allowing: AttachedPolicy[]): Judgement {
  const { workload, membership } = view;
  const { name } = workload.reference;
  const policies = allowing.map(({ policy }) => referenceTo(policy));
  const rules = allowing.reduce(
    (sum, { policy }) => sum + (policy.spec?.rules ?? []).length,
    0,
  );
  return {
    verdict: 'pass',
    message:
      rules === 0
        ? `Nobody may call ${name}: ${enumerate(
            policies.map(describeObject),
          )} ${policies.length === 1 ? 'allows' : 'allow'} nothing.`
        : `Whoever no rule names is refused at ${name}: ${enumerate(
            policies.map(describeObject),
          )} ${policies.length === 1 ? 'is' : 'are'} enforced and ${
            policies.length === 1 ? 'lets' : 'let'
          } in only whom the rules name.`,
    evidence: allowing.map(({ policy }) => ({
      object: referenceTo(policy),
      field: 'spec.rules',
      value: policy.spec?.rules ?? null,
    })),
    enforcement: membership.basis === 'seen' ? 'enforced' : 'declared',
  };
}
