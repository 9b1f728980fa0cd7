/**
 * Policies of the hosts' own interfaces. What they do to the hosts, and to
 * traffic of pods that hosts forward, depends on routes and interfaces that no
 * object shows.
 */
import {
  DIRECTIONS,
  DecidingField,
  Tier,
  TierAnswer,
  Universe,
} from '../../decisions';
import { ClusterSnapshot, describeObject, referenceTo } from '../../snapshot';
import { setLabels } from './endpointLabels';
import { CALICO_LAYER, unknownToAll } from './members';
import { inBothGroups, joinGroups, policiesOf } from './policies';
import { matchesCalico } from './selector';

/** Asked last: what other policies stop is stopped all the same. */
export function hostEndpointTier(
  snapshot: ClusterSnapshot,
  universe: Universe,
): Tier | undefined {
  const hosts = joinGroups(
    inBothGroups('HostEndpoint').flatMap(kind => snapshot.all(kind)),
    ({ metadata }) => metadata.name,
  );
  if (hosts.length === 0) {
    return undefined;
  }
  const object = referenceTo(hosts[0]);
  const labels = hosts.map(({ metadata }) =>
    setLabels(snapshot, metadata.labels, undefined),
  );
  const forwarding = snapshot
    .derive(policiesOf)
    .find(
      ({ namespace, selector, forHostsOnly, spec }) =>
        namespace === undefined &&
        (forHostsOnly || spec.applyOnForward === true) &&
        ('problem' in selector ||
          labels.some(of => matchesCalico(selector.selector, of))),
    );
  const unknown = (decidedBy: DecidingField, reason: string): TierAnswer => ({
    rules: [unknownToAll(universe, decidedBy, reason)],
    otherwise: { effect: 'next' },
  });
  const layer = CALICO_LAYER;
  const [ingress, egress] = DIRECTIONS.map(direction => ({
    host: unknown(
      { layer, direction, object, field: 'spec' },
      `${describeObject(
        object,
      )} puts the network of a node under policies, which are not followed here`,
    ),
    pod:
      forwarding &&
      unknown(
        {
          layer,
          direction,
          object: forwarding.object,
          field: 'spec.applyOnForward',
        },
        `${describeObject(
          forwarding.object,
        )} also stops what hosts forward for pods, and which connections those are is not followed here`,
      ),
  }));
  return {
    answer: ({ hostNetwork }, direction) => {
      const { host, pod } = direction === 'ingress' ? ingress : egress;
      return hostNetwork ? host : pod;
    },
  };
}
