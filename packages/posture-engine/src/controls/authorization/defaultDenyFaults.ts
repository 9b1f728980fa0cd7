/** AZ-1's failures: who gets in although no rule names him, and through what. */
import { PodView, Workload, describeObject, referenceTo } from '../../snapshot';
import { AttachedPolicy } from '../../mesh/authorizationPolicy';
import { Bypass } from '../../mesh/capture';
import { PodDataPlane } from '../../mesh/dataPlane';
import { DefaultDeny } from '../../mesh/defaultDeny';
import { asSentence } from '../authentication/meshWords';
import { Judgement } from '../control';
import { enumerate, sentence } from '../wording';
import { IGNORED, absentFix, ignoredEvidence } from './ignoredPolicies';

export interface View {
  workload: Workload;
  pod: PodView;
  membership: PodDataPlane;
  ports: readonly number[];
  /** Ports on which no policy is asked, and why; the last word on some is the application's. */
  uncaptured: { port: number | null; bypass: Bypass }[];
}

export function witnessOf({ workload, ports }: View, port = ports[0]) {
  return {
    from: 'any workload in the cluster',
    to: describeObject(workload.reference),
    ...(port === undefined ? {} : { port }),
    protocol: 'TCP',
    action: 'calls it, and no policy of the mesh refuses',
  };
}

export function outside(view: View, all: readonly View[]): Judgement {
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

export function pastTheProxy(view: View): Judgement {
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
      : `${
          view.membership.dataPlane === 'linkerd' ? 'Linkerd' : 'Istio'
        } leaves port ${JSON.stringify(
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

export function absent(view: View, ignored: AttachedPolicy[]): Judgement {
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

export function open(
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

export function throughWaypoint(
  view: View,
  { waypoint, admitting }: Extract<DefaultDeny, { state: 'through-waypoint' }>,
): Judgement {
  const { name } = view.workload.reference;
  const where = `${waypoint.namespace}/${waypoint.name}`;
  return {
    verdict: 'fail',
    message: `Any workload in the mesh may call ${name} through waypoint ${where}, where no policy says who may.`,
    because: `ztunnel lets the waypoint in, for whomever it speaks (${enumerate(
      [...new Set(admitting.map(({ object }) => describeObject(object)))],
    )}), and no AuthorizationPolicy with action ALLOW is attached to the waypoint.`,
    evidence: [...admitting],
    witness: {
      ...witnessOf(view),
      from: 'any workload in the mesh',
      transport: 'mtls',
      action: `calls it through waypoint ${where}, and no policy refuses`,
    },
    fix: {
      summary: `Attach an AuthorizationPolicy with action ALLOW to the Service of ${name} (targetRefs), which names its callers. Callers that are left out are refused from then on.`,
    },
  };
}
