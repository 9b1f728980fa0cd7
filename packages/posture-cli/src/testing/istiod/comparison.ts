/** An answer of the engine beside istiod's. */
import {
  ClusterSnapshot,
  PodView,
  Service,
} from '@backstage-zero-trust/posture-engine';
import type { HttpSent } from './envoy/connection';
import type { RandomConnection } from './randomTraffic';
import { WAYPOINT } from './randomWaypoint';

export interface Comparison {
  what:
    | 'mode'
    | 'transport'
    | 'request'
    | 'mode at ztunnel'
    | 'transport from ztunnel'
    | 'connection at ztunnel'
    | 'call from ztunnel';
  subject: object;
  engine: string;
  istiod: string;
  /** What the engine says beside its answer. */
  reason?: string;
}

export function nameOf({ namespace, name }: PodView): string {
  return `${namespace}/${name}`;
}

export function principalOf({
  domain,
  namespace,
  account,
}: RandomConnection['certificate']): string {
  return `${domain}/ns/${namespace}/sa/${account}`;
}

/** All but the waypoint's own. */
export function applicationServices(snapshot: ClusterSnapshot): Service[] {
  return snapshot
    .all('Service')
    .filter(({ metadata }) => metadata.name !== WAYPOINT.name);
}

/** A port by name is no port of pods that name none so. */
export function hasPort(
  { spec }: PodView,
  targetPort: string | number | undefined,
): boolean {
  return (
    typeof targetPort !== 'string' ||
    spec.containers.some(({ ports = [] }) =>
      ports.some(({ name }) => name === targetPort),
    )
  );
}

/** A request as the evaluators of proxies take it. */
export function sentOf({
  token,
  ...request
}: NonNullable<RandomConnection['request']>): HttpSent {
  const { claims, ...own } = token ?? {};
  return { ...request, token: token ? { ...claims, ...own } : undefined };
}

export function describedTransport({
  transport,
  tunnel,
}: {
  transport: string;
  tunnel?: string;
}): string {
  return tunnel ? `${transport} in ${tunnel}` : transport;
}

/** Where the engine says that nobody can tell, though one istiod could: its answer depends on what no object shows. */
const DEPENDS: readonly string[] = [
  // istiod 1.30 and later write such rules where Envoy enforces them (`buildHTTP` of `authz/builder`), older ones do not.
  'is a dry run with the action CUSTOM',
  // A switch in istiod's environment, off by default.
  'PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS',
];

/** Whether two answers are one, or differ for a documented reason. */
export function agrees({ engine, istiod, reason = '' }: Comparison): boolean {
  return (
    engine === istiod ||
    // Of a request of which all is known only an external authorizer's answer is left to ask for.
    (engine === 'conditional' && istiod === 'unknown') ||
    (engine === 'unknown' && DEPENDS.some(text => reason.includes(text)))
  );
}
