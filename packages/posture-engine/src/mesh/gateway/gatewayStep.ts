/**
 * What a gateway's proxy makes of what arrives at one of its ports: which door
 * takes it, and which routes it may follow. As Envoy does with istiod's
 * listeners: the name in TLS chooses a filter chain, the host of the request a
 * virtual host in it, and then the first route that matches.
 */
import { EdgeDoor, EdgeRule, rulesOf } from '../../network/edgeRoutes';
import { serviceOfHost } from '../../network/hosts';
import { ClusterSnapshot, PodView } from '../../snapshot';
import { GatewayDoor, doorsOf } from './gatewayDoors';
import { followedBy, oldestFirst } from './routeChoice';

/** What arrives: TLS with the name that it asks for, a request, or both; a request without TLS is plain HTTP. */
export interface Arrival {
  tls?: { name?: string };
  request?: { host?: string; method?: string; path?: string };
}

export type GatewayStep =
  /** No door, or no filter chain for the name. */
  | { outcome: 'closed' }
  /** It takes the request, and knows no such host or path. */
  | { outcome: 'not found'; door: EdgeDoor }
  | { outcome: 'redirected'; door: EdgeDoor }
  /** One of these; the last is certain where none before matches. */
  | { outcome: 'routed'; door: EdgeDoor; rules: readonly EdgeRule[] }
  | {
      outcome: 'automatic';
      door: EdgeDoor;
      service: { namespace: string; name: string; port: number };
    }
  | { outcome: 'unknown'; reason: string };

export function gatewayStep(
  pod: PodView,
  port: number,
  arrival: Arrival,
  snapshot: ClusterSnapshot,
): GatewayStep {
  const doors = doorsOf(pod, snapshot).filter(door => door.port === port);
  const encrypted = doors.filter(({ door }) => door.tls !== 'none');
  if (encrypted.length > 0 && encrypted.length < doors.length) {
    return {
      outcome: 'unknown',
      reason: `Gateways ask for TLS and for none on port ${port} of ${pod.name}, and only one of them can have it`,
    };
  }
  if (encrypted.length === 0) {
    return arrival.tls
      ? { outcome: 'closed' }
      : plainStep(doors, arrival, snapshot);
  }
  return arrival.tls
    ? encryptedStep(encrypted, arrival.tls.name, arrival, snapshot)
    : { outcome: 'closed' };
}

function plainStep(
  doors: readonly GatewayDoor[],
  arrival: Arrival,
  snapshot: ClusterSnapshot,
): GatewayStep {
  const reading = doors.filter(({ door }) => door.reads === 'requests');
  if (reading.length > 0) {
    return requestStep(reading, arrival, snapshot);
  }
  for (const { door } of doors) {
    const rules = rulesOf(door, snapshot);
    if (rules.length > 0) {
      return { outcome: 'routed', door, rules: rules.slice(0, 1) };
    }
  }
  return { outcome: 'closed' };
}

/** Of doors for the same name the oldest object's counts. */
function encryptedStep(
  doors: readonly GatewayDoor[],
  name: string | undefined,
  arrival: Arrival,
  snapshot: ClusterSnapshot,
): GatewayStep {
  const chains = doors.flatMap(door => chainsOf(door, snapshot));
  const chain = mostSpecific(chains, ({ host }) => host, name);
  if (!chain) {
    return { outcome: 'closed' };
  }
  const { door, host } = chain;
  switch (chain.leads) {
    case 'requests':
      return requestStep([{ door, host }], arrival, snapshot);
    case 'automatic':
      return { outcome: 'automatic', door, service: chain.service };
    default:
      return { outcome: 'routed', door, rules: chain.rules };
  }
}

type Chain = { door: EdgeDoor; host: string } & (
  | { leads: 'requests' }
  | { leads: 'rules'; rules: readonly EdgeRule[] }
  | {
      leads: 'automatic';
      service: { namespace: string; name: string; port: number };
    }
);

/** What has no routes has no chain, except where requests are read: those get a 404. */
function chainsOf(
  { door, host, automatic }: GatewayDoor,
  snapshot: ClusterSnapshot,
): Chain[] {
  if (automatic) {
    return snapshot
      .derive(meshNamesOf)
      .filter(({ service }) => covers(host, service))
      .map(({ name, service, port }) => ({
        door,
        host: name,
        leads: 'automatic' as const,
        service: { ...serviceIn(service), port },
      }));
  }
  if (door.reads === 'requests') {
    return [{ door, host, leads: 'requests' }];
  }
  return rulesOf(door, snapshot).flatMap(rule =>
    (door.reads === 'names' ? rule.hosts : [host]).map(served => ({
      door,
      host: served,
      leads: 'rules' as const,
      rules: [rule],
    })),
  );
}

/** What the gateways of other clusters ask for: `outbound_.80_._.orders.shop.svc.cluster.local`. */
function meshNamesOf(
  snapshot: ClusterSnapshot,
): readonly { name: string; service: string; port: number }[] {
  return snapshot.all('Service').flatMap(({ metadata, spec }) => {
    const service = `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
    return (spec?.ports ?? []).map(({ port }) => ({
      name: `outbound_.${port}_._.${service}`,
      service,
      port,
    }));
  });
}

function serviceIn(host: string): { namespace: string; name: string } {
  const service = serviceOfHost(host, '');
  if (!service) {
    throw new Error(`${host} is no name of a Service`);
  }
  return service;
}

function requestStep(
  doors: readonly Pick<GatewayDoor, 'door' | 'host'>[],
  { request = {} }: Arrival,
  snapshot: ClusterSnapshot,
): GatewayStep {
  const host = request.host?.toLowerCase().replace(/:\d+$/, '');
  if (host === undefined) {
    return {
      outcome: 'unknown',
      reason: 'where a gateway leads a request depends on its host',
    };
  }
  const served = [...new Set(doors.map(({ door }) => door))].flatMap(door =>
    rulesOf(door, snapshot).flatMap(rule =>
      rule.hosts.map(name => ({ host: name, door, rule })),
    ),
  );
  // A server that redirects does so also for hosts that no route is for.
  const known: { host: string; door: EdgeDoor; rule?: EdgeRule }[] = [
    ...served,
    ...doors.filter(({ door }) => door.redirects),
  ];
  const best = mostSpecific(known, candidate => candidate.host, host);
  if (!best) {
    return { outcome: 'not found', door: doors[0].door };
  }
  const { door } = best;
  const same = known.filter(candidate => candidate.host === best.host);
  if (same.some(candidate => candidate.door.redirects)) {
    return { outcome: 'redirected', door };
  }
  const rules = followedBy(
    oldestFirst(
      same.flatMap(({ rule }) => rule ?? []),
      snapshot,
    ),
    request,
  );
  return rules.length > 0
    ? { outcome: 'routed', door, rules }
    : { outcome: 'not found', door };
}

/** `*`, a name, or a pattern for everything below one. */
function covers(pattern: string, name: string): boolean {
  return (
    pattern === '*' ||
    pattern === name ||
    (pattern.startsWith('*') && name.endsWith(pattern.slice(1)))
  );
}

/** The first of those whose pattern says most about a name; without a name only `*` is meant. */
function mostSpecific<T>(
  candidates: readonly T[],
  patternOf: (candidate: T) => string,
  name: string | undefined,
): T | undefined {
  const rank = (pattern: string) =>
    pattern.startsWith('*') ? pattern.length : Infinity;
  let best: T | undefined;
  for (const candidate of candidates) {
    const pattern = patternOf(candidate).toLowerCase();
    const matches =
      name === undefined
        ? pattern === '*'
        : covers(pattern, name.toLowerCase());
    if (
      matches &&
      (best === undefined ||
        rank(pattern) > rank(patternOf(best).toLowerCase()))
    ) {
      best = candidate;
    }
  }
  return best;
}
