/** Selectors by which a policy selects nobody who reads it. */
import { WaypointEnforcer } from '../authorization';
import {
  attachedPolicies,
  isDryRun,
  policiesIn,
  targetsOf,
} from '../authorizationPolicy';
import { WAYPOINT_CLASS } from '../waypoint';
import type { Misplaced } from './misplaced';
import type { View } from './targets';
import { partEvidence } from '../authorization/writtenFields';

/** `selector: {}`, which ztunnel takes for a choice of pods, and of none. */
export function selectingNobody({ place, snapshot }: View): Misplaced[] {
  const { pod, dataPlane, enforcer } = place;
  return dataPlane === 'ambient'
    ? attachedPolicies(pod, dataPlane, snapshot)
        .filter(({ ignored }) => ignored === 'empty-selector')
        .map(({ policy }) => ({
          policy,
          meantFor: enforcer,
          reason:
            'its selector has no matchLabels, for which ztunnel selects no pod',
          evidence: partEvidence(policy, 'spec.selector', {}),
          fix: 'Leave the selector out to mean all pods of the namespace, or write the labels of the pods.',
        }))
    : [];
}

/** Labels that every waypoint has, by which people select it. */
function labelsOf({ waypoint: { name } }: WaypointEnforcer) {
  return new Map([
    ['gateway.networking.k8s.io/gateway-name', name],
    ['istio.io/gateway-name', name],
    ['gateway.networking.k8s.io/gateway-class-name', WAYPOINT_CLASS],
    ['gateway.istio.io/managed', 'istio.io-mesh-controller'],
  ]);
}

/** Waypoints read no selectors, and are in no data plane themselves. */
export function selectingWaypoints({
  waypoints: { standing },
  rootNamespace,
  snapshot,
}: View): Misplaced[] {
  return standing.flatMap(enforcer => {
    const labels = labelsOf(enforcer);
    const { namespace, name } = enforcer.waypoint;
    return [...new Set([namespace, rootNamespace])]
      .flatMap(where => policiesIn(where, snapshot))
      .filter(policy => {
        const chosen = Object.entries(policy.spec?.selector?.matchLabels ?? {});
        return (
          chosen.length > 0 &&
          targetsOf(policy).length === 0 &&
          !isDryRun(policy) &&
          chosen.every(([key, value]) => labels.get(key) === value)
        );
      })
      .map(policy => ({
        policy,
        meantFor: enforcer,
        reason: `it selects waypoint ${namespace}/${name}, and waypoints read targetRefs alone`,
        evidence: partEvidence(policy, 'spec.selector', {
          matchLabels: { ...policy.spec?.selector?.matchLabels },
        }),
        fix: `Name the Gateway ${namespace}/${name} as its target instead (targetRefs).`,
      }));
  });
}
