/** Policies that look as if they concerned a workload, and stand where its data plane does not look. */
import { ClusterSnapshot } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { isDryRun } from '../authorizationPolicy';
import { partEvidence } from '../authorization/writtenFields';
import { FieldValue } from '../podFields';
import { Waypoints, targetingIndexOf } from '../standingWaypoints';
import { selectingNobody, selectingWaypoints } from './misplacedSelectors';
import {
  MisplacedTarget,
  PolicyPlace,
  View,
  targetReading,
  viewOf,
} from './targets';

export interface Misplaced extends MisplacedTarget {
  policy: AuthorizationPolicy;
  evidence: FieldValue;
}

export function misplacedPolicies(
  place: PolicyPlace,
  waypoints: Waypoints,
  snapshot: ClusterSnapshot,
): Misplaced[] {
  const view = viewOf(place, waypoints, snapshot);
  const index = snapshot.derive(targetingIndexOf);
  const targeting = new Set(
    [
      place.pod.namespace,
      view.rootNamespace,
      ...waypoints.standing.map(({ waypoint }) => waypoint.namespace),
      ...waypoints.absent.map(({ namespace }) => namespace),
    ].flatMap(namespace => [...(index.get(namespace) ?? [])]),
  );
  return [
    ...[...targeting].flatMap(policy =>
      isDryRun(policy) ? [] : misplacedTarget(policy, view) ?? [],
    ),
    ...selectingNobody(view),
    ...selectingWaypoints(view),
  ];
}

function misplacedTarget(
  policy: AuthorizationPolicy,
  view: View,
): Misplaced | undefined {
  const reading = targetReading(policy, view);
  const { spec } = policy;
  return typeof reading === 'object'
    ? {
        policy,
        ...reading,
        evidence: spec?.targetRefs?.length
          ? partEvidence(policy, 'spec.targetRefs', spec.targetRefs)
          : partEvidence(policy, 'spec.targetRef', spec?.targetRef ?? null),
      }
    : undefined;
}
