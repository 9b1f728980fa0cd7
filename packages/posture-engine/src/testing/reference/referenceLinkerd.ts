/**
 * Linkerd's decision about one request, short and slow: the objects are read
 * one by one as its policy controller reads them, and the proxy's search for
 * the best route is done as it is written there. The judge of `mesh/linkerd`.
 */
import { KubernetesObject } from '../../snapshot';

export interface ReferenceQuestion {
  pod: { namespace: string; labels: Record<string, string> };
  /** By name. */
  ports: Record<string, number>;
  defaultPolicy: string;
  port: number;
  /** Undefined in plaintext. */
  identity: string | undefined;
  /** IPv4, as numbers. */
  address: readonly number[];
  /** Left out for a connection that sends no HTTP. */
  request?: { method: string; path: string; host: string };
}

type Fields = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- raw objects, whatever they hold

const CLUSTER = ['10.0.0.0/8'];
const SUFFIX = 'serviceaccount.identity.linkerd.cluster.local';

/** Whether it gets through; `contested` where several Servers claim the port and do not agree. */
export function referenceLinkerd(
  objects: readonly KubernetesObject[],
  question: ReferenceQuestion,
): boolean | 'contested' {
  const all = objects as readonly Fields[];
  const { pod, port, ports } = question;
  const servers = of(all, 'Server', pod.namespace).filter(
    ({ spec }) =>
      isPart(spec.podSelector.matchLabels ?? {}, pod.labels) &&
      (spec.port === port || ports[spec.port] === port),
  );
  const answers = servers.map(server => decide(all, question, server));
  if (answers.length === 0) {
    return decide(all, question, undefined);
  }
  return answers.every(answer => answer === answers[0])
    ? answers[0]
    : 'contested';
}

function decide(
  all: readonly Fields[],
  question: ReferenceQuestion,
  server: Fields | undefined,
): boolean {
  const { request, defaultPolicy } = question;
  const ofServer = server
    ? authorizes(all, question, server) ||
      admitsByDefault(server.spec.accessPolicy ?? 'deny', question)
    : admitsByDefault(defaultPolicy, question);
  const protocol = server?.spec.proxyProtocol ?? 'unknown';
  if (protocol === 'opaque' || protocol === 'TLS') {
    return ofServer;
  }
  if (!request) {
    return protocol === 'unknown' && ofServer;
  }
  const routes = server
    ? of(all, 'HTTPRoute', question.pod.namespace)
        .filter(({ spec }) =>
          spec.parentRefs.some(
            ({ name }: Fields) => name === server.metadata.name,
          ),
        )
        .sort(
          (left, right) =>
            age(left) - age(right) ||
            (left.metadata.name < right.metadata.name ? -1 : 1),
        )
    : [];
  if (routes.length === 0) {
    return ofServer;
  }
  let best: { route: Fields; summary: number[] } | undefined;
  for (const route of routes) {
    const summary = matchOf(route, request);
    if (summary && (!best || compare(summary, best.summary) > 0)) {
      best = { route, summary };
    }
  }
  return (
    best !== undefined &&
    (ofServer || authorizesRoute(all, question, best.route))
  );
}

function of(all: readonly Fields[], kind: string, namespace: string): Fields[] {
  return all.filter(
    object => object.kind === kind && object.metadata.namespace === namespace,
  );
}

function isPart(part: Fields, whole: Fields): boolean {
  return Object.entries(part).every(([key, value]) => whole[key] === value);
}

function age({ metadata }: Fields): number {
  return metadata.creationTimestamp
    ? Date.parse(metadata.creationTimestamp)
    : Infinity;
}

function authorizes(
  all: readonly Fields[],
  question: ReferenceQuestion,
  server: Fields,
): boolean {
  const { namespace } = question.pod;
  return (
    of(all, 'AuthorizationPolicy', namespace).some(
      policy =>
        (policy.spec.targetRef.kind === 'Namespace' ||
          (policy.spec.targetRef.kind === 'Server' &&
            policy.spec.targetRef.name === server.metadata.name)) &&
        holds(all, question, policy),
    ) ||
    of(all, 'ServerAuthorization', namespace).some(({ spec }) => {
      const { name, selector } = spec.server;
      const chosen = name
        ? name === server.metadata.name
        : isPart(selector.matchLabels ?? {}, server.metadata.labels ?? {});
      const { unauthenticated, meshTLS, networks = [] } = spec.client;
      const from =
        networks.length > 0 ? networks : CLUSTER.map(cidr => ({ cidr }));
      return (
        chosen &&
        isFrom(question.address, from) &&
        (unauthenticated ||
          (question.identity !== undefined &&
            (meshTLS?.identities ?? []).some((pattern: string) =>
              isNamed(pattern, question.identity ?? ''),
            )))
      );
    })
  );
}

function authorizesRoute(
  all: readonly Fields[],
  question: ReferenceQuestion,
  route: Fields,
): boolean {
  return of(all, 'AuthorizationPolicy', question.pod.namespace).some(
    policy =>
      policy.spec.targetRef.kind === 'HTTPRoute' &&
      policy.spec.targetRef.name === route.metadata.name &&
      holds(all, question, policy),
  );
}

/** All references of a policy; none that is broken ever holds. */
function holds(
  all: readonly Fields[],
  { identity, address }: ReferenceQuestion,
  { metadata, spec }: Fields,
): boolean {
  const references: Fields[] = spec.requiredAuthenticationRefs;
  const found = references.map(({ kind, name, namespace }) => {
    const where = namespace ?? metadata.namespace;
    if (kind === 'ServiceAccount') {
      return { ids: [`${name}.${where}.${SUFFIX}`] };
    }
    const object = of(all, kind, where).find(
      candidate => candidate.metadata.name === name,
    );
    return kind === 'MeshTLSAuthentication'
      ? { ids: object?.spec.identities }
      : { nets: object?.spec.networks };
  });
  const ids = found.filter(one => 'ids' in one);
  const nets = found.filter(one => 'nets' in one);
  return (
    ids.length <= 1 &&
    nets.length <= 1 &&
    ids.every(
      one =>
        identity !== undefined &&
        (one.ids ?? []).some((pattern: string) => isNamed(pattern, identity)),
    ) &&
    nets.every(one => one.nets !== undefined && isFrom(address, one.nets))
  );
}

function isNamed(pattern: string, identity: string): boolean {
  if (pattern === '*') {
    return true;
  }
  return pattern.startsWith('*.')
    ? identity.endsWith(pattern.slice(1))
    : pattern === identity;
}

function isFrom(address: readonly number[], networks: Fields[]): boolean {
  return networks.some(
    ({ cidr, except = [] }) =>
      isIn(address, cidr) &&
      !except.some((hole: string) => isIn(address, hole)),
  );
}

/** Blocks of whole bytes are enough here. */
function isIn(address: readonly number[], cidr: string): boolean {
  const [base, prefix = '32'] = cidr.split('/');
  return base
    .split('.')
    .slice(0, Number(prefix) / 8)
    .every((byte, index) => Number(byte) === address[index]);
}

function admitsByDefault(
  policy: string,
  { identity, address }: ReferenceQuestion,
): boolean {
  switch (policy) {
    case 'deny':
      return false;
    case 'audit':
      return true;
    default: {
      const [where, who] = policy.split(/-(.*)/);
      return (
        (who === 'unauthenticated' || identity !== undefined) &&
        (where === 'all' ||
          isFrom(
            address,
            CLUSTER.map(cidr => ({ cidr })),
          ))
      );
    }
  }
}

/** How well a route takes a request: host, path, method; the more the better. Undefined where it does not. */
function matchOf(
  { spec }: Fields,
  request: NonNullable<ReferenceQuestion['request']>,
): number[] | undefined {
  const hosts: string[] = spec.hostnames ?? [];
  const host = hosts.length === 0 ? 0 : Math.max(...hosts.map(hostOf(request)));
  if (hosts.length > 0 && host === 0) {
    return undefined;
  }
  const found: number[][] = spec.rules.flatMap(({ matches }: Fields) =>
    matches.flatMap(({ path, method }: Fields) => {
      const length = pathOf(path, request.path);
      return length === undefined || (method && method !== request.method)
        ? []
        : [[host, length, method ? 1 : 0]];
    }),
  );
  return found.reduce<number[] | undefined>(
    (best, one) => (!best || compare(one, best) > 0 ? one : best),
    undefined,
  );
}

function hostOf({ host }: { host: string }) {
  return (name: string): number => {
    if (name.startsWith('*.')) {
      return host.endsWith(name.slice(1)) ? name.length : 0;
    }
    return host === name ? 1000 + name.length : 0;
  };
}

function pathOf({ type, value }: Fields, path: string): number | undefined {
  if (type === 'Exact') {
    return path === value ? value.length : undefined;
  }
  const segments = value.split('/').filter(Boolean);
  const asked = path.split('/').filter(Boolean);
  return segments.every((part: string, index: number) => part === asked[index])
    ? Math.max(value.length, 1)
    : undefined;
}

function compare(left: readonly number[], right: readonly number[]): number {
  const index = left.findIndex((part, at) => part !== right[at]);
  return index < 0 ? 0 : left[index] - right[index];
}
