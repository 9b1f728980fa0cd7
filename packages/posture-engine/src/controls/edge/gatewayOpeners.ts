/** Who may open doors of the edge by rights at the API server, beside those that the cluster needs for it, for ED-1. */
import { Standing, acceptanceOf, standingOf } from '../../identity/forgery';
import { AccessGrant } from '../../identity/rbac';
import {
  Grant,
  clusterGrants,
  namespaceGrants,
} from '../../identity/rbac/grants';
import { ruleAllows } from '../../identity/rbac/rules';
import { EdgeDoor } from '../../network/edgeRoutes';
import { ClusterSnapshot } from '../../snapshot';

export interface Opener {
  right: AccessGrant;
  standing: Exclude<Standing, 'expected' | 'person'>;
}

const ISTIO = 'networking.istio.io';
const GATEWAY_API = 'gateway.networking.k8s.io';
const VERBS = ['create', 'update', 'patch'] as const;

/**
 * Of Gateways in the door's namespace; Istio's in any namespace, since each of
 * them selects pods of all. Everybody once, by the first binding that lets him.
 */
export function openersOf(
  { object }: EdgeDoor,
  snapshot: ClusterSnapshot,
): readonly Opener[] {
  if (object.kind !== 'Gateway') {
    return [];
  }
  return object.apiVersion.startsWith(`${ISTIO}/`)
    ? snapshot.derive(istioOpenersOf)
    : snapshot.deriveIn(object.namespace ?? 'default', gatewayOpenersIn);
}

function gatewayOpenersIn(
  snapshot: ClusterSnapshot,
  namespace: string,
): readonly Opener[] {
  return openers(
    [
      ...rights(snapshot.derive(clusterGrants), GATEWAY_API),
      ...rights(snapshot.deriveIn(namespace, namespaceGrants), GATEWAY_API),
    ],
    snapshot,
  );
}

function istioOpenersOf(snapshot: ClusterSnapshot): readonly Opener[] {
  const namespaces = new Set(
    snapshot
      .all('RoleBinding')
      .map(({ metadata }) => metadata.namespace ?? 'default'),
  );
  return openers(
    [
      ...rights(snapshot.derive(clusterGrants), ISTIO),
      ...[...namespaces].flatMap(namespace =>
        rights(snapshot.deriveIn(namespace, namespaceGrants), ISTIO),
      ),
    ],
    snapshot,
  );
}

function rights(grants: readonly Grant[], group: string): AccessGrant[] {
  return grants.flatMap(grant => {
    const found = grant.rules.find(({ rule }) =>
      VERBS.some(verb =>
        ruleAllows(rule, { verb, group, resource: 'gateways' }),
      ),
    );
    return found
      ? grant.subjects.map(subject => ({ subject, grant, rule: found }))
      : [];
  });
}

function openers(
  held: readonly AccessGrant[],
  snapshot: ClusterSnapshot,
): Opener[] {
  const found = new Map<string, Opener>();
  for (const right of held) {
    const { kind, name } = right.subject;
    const standing = standingOf(snapshot, right.subject);
    if (
      standing !== 'expected' &&
      standing !== 'person' &&
      !found.has(`${kind} ${name}`) &&
      acceptanceOf(snapshot, right.grant, right.subject) === undefined
    ) {
      found.set(`${kind} ${name}`, { right, standing });
    }
  }
  return [...found.values()];
}

/** For `Control.facts`: all openers of the Gateways that there are. */
export function openerFactsOf(snapshot: ClusterSnapshot): unknown {
  const namespaces = new Set(
    snapshot.all('Gateway').map(({ metadata }) => metadata.namespace ?? ''),
  );
  return {
    istio:
      snapshot.all('Gateway.networking.istio.io').length > 0
        ? snapshot.derive(istioOpenersOf)
        : [],
    kubernetes: [...namespaces].map(namespace =>
      snapshot.deriveIn(namespace, gatewayOpenersIn),
    ),
  };
}
