/** AZ-1: the mesh refuses every caller that no rule names. */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { AttachedPolicy } from '../../mesh/authorizationPolicy';
import { Bypass, captureOf } from '../../mesh/capture';
import { PodDataPlane, dataPlaneOf } from '../../mesh/dataPlane';
import { DefaultDeny, defaultDenyOf } from '../../mesh/defaultDeny';
import { knownPorts } from '../../mesh/inboundPorts';
import {
  asSentence,
  doubtOf,
  ofInfrastructure,
} from '../authentication/meshWords';
import { Control, Judgement } from '../control';
import { enumerate, sentence } from '../wording';
import { IGNORED, absentFix, ignoredEvidence } from './ignoredPolicies';

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
  ],
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

interface View {
  workload: Workload;
  pod: PodView;
  membership: PodDataPlane;
  ports: readonly number[];
  /** Ports on which no policy is asked, and why; the last word on some is the application's. */
  uncaptured: { port: number | null; bypass: Bypass }[];
}

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
  if (dataPlane === 'linkerd') {
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${name}: its proxy is Linkerd's, and the policies of Linkerd are not read.`,
      evidence: membership.evidence,
    };
  }
  if (dataPlane === 'none') {
    return outside(view, all);
  }
  const certain = view.uncaptured.filter(({ bypass }) => bypass.certain);
  if (certain.length > 0) {
    return pastTheProxy({ ...view, uncaptured: certain });
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
    default:
      return {
        verdict: 'unknown',
        message: `Cannot be told for ${name}: ${deny.reason}.`,
        evidence: [],
      };
  }
}

function witnessOf({ workload, ports }: View, port = ports[0]) {
  return {
    from: 'any workload in the cluster',
    to: describeObject(workload.reference),
    ...(port === undefined ? {} : { port }),
    protocol: 'TCP',
    action: 'calls it, and no policy of the mesh refuses',
  };
}

function outside(view: View, all: readonly View[]): Judgement {
  const { workload, pod, membership } = view;
  const { name } = workload.reference;
  // A pod is named where it is not like the others; its name changes with each restart.
  const alike = all.every(
    other => other.membership.dataPlane === membership.dataPlane,
  );
  const who = alike ? name : `pod ${pod.name} of ${name}`;
  return {
    verdict: 'fail',
    message: `The mesh turns nobody away from ${who}, which runs outside it: policies for it exist on paper at most.`,
    because: asSentence(membership.reason),
    evidence: membership.evidence,
    witness: witnessOf(view),
    fix: {
      summary: `Bring ${name} into the mesh (control AN-1 says how), then allow its callers one by one with AuthorizationPolicies. Callers that none of them names are refused from then on.`,
    },
  };
}

function pastTheProxy(view: View): Judgement {
  const { workload, uncaptured } = view;
  const { name } = workload.reference;
  const ports = uncaptured.map(({ port }) =>
    port === null ? 'every port that nothing names' : `port ${port}`,
  );
  const [{ bypass }] = uncaptured;
  return {
    verdict: 'fail',
    message: `No policy is asked about ${enumerate([
      ...new Set(ports),
    ])} of ${name}: what comes in there goes past the proxy.`,
    because: bypass.field
      ? `${describeObject(bypass.object)} says ${
          bypass.field
        }: ${JSON.stringify(bypass.value)}.`
      : `Istio leaves port ${JSON.stringify(
          bypass.value,
        )} to the proxy's own use and never captures it.`,
    evidence: uncaptured.map(way => ({
      object: way.bypass.object,
      field: way.bypass.field,
      value: way.bypass.value,
    })),
    witness: witnessOf(view, uncaptured[0].port ?? undefined),
    fix: {
      summary: `Take these ports back under the proxy, and restart ${name}. Callers that no AuthorizationPolicy names are refused there from then on.`,
    },
  };
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

function absent(view: View, ignored: AttachedPolicy[]): Judgement {
  const { workload } = view;
  const { name, namespace } = workload.reference;
  return {
    verdict: 'fail',
    message: `Any workload in the cluster may call ${name}: no policy of the mesh refuses callers that nobody named.`,
    because:
      ignored.length === 0
        ? `No AuthorizationPolicy with action ALLOW applies to ${name}, and without one everybody is let in. DENY, AUDIT and CUSTOM do not change that.`
        : sentence(
            ignored.map(
              ({ policy, ignored: reason }) =>
                `${describeObject(referenceTo(policy))} ${
                  reason ? IGNORED[reason] : ''
                }.`,
            ),
          ),
    evidence: ignored.map(ignoredEvidence),
    witness: witnessOf(view),
    fix: { summary: absentFix(name, namespace, ignored) },
  };
}

function open(
  view: View,
  { opening, ports }: Extract<DefaultDeny, { state: 'open' }>,
): Judgement {
  const { name } = view.workload.reference;
  const policies = [
    ...new Set(opening.map(({ object }) => describeObject(object))),
  ];
  const everything = ports === 'everything';
  return {
    verdict: 'fail',
    message: `Any workload in the cluster may call ${name}: ${enumerate(
      policies,
    )} ${policies.length === 1 ? 'lets' : 'let'} everybody in${
      everything ? '' : ' on every port it has'
    }.`,
    because: everything
      ? `${describeObject(opening[0].object)}, ${
          opening[0].field
        }, names neither the callers nor the requests that it lets in, so it lets in all.`
      : `Their rules name ports alone, and together all of them: ${enumerate(
          (ports as readonly number[]).map(String),
          8,
        )}.`,
    evidence: opening,
    witness: witnessOf(view),
    fix: {
      summary: `Name the callers in ${enumerate(
        policies,
      )}: from.source.principals, or namespaces. Callers that are left out are refused from then on.`,
    },
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
