/**
 * What network and mesh together make of one connection between two pods, said
 * as shortly as possible and without care for speed: every way to call the pod,
 * both sides' transports, then the policies, for every request there may be.
 * The judge of `JointConnections`. It knows what `randomMesh` writes.
 */
import { AuthorizationPolicy, DestinationRule } from '../../snapshot/kinds';
import { ClusterSnapshot, PodView, Service } from '../../snapshot';
import { MESH_ROOT } from './randomMesh';
import {
  REFERENCE_DOMAINS,
  ReferencePlace,
  referenceVerdict,
} from './referenceAuthorization';
import { referenceDecision } from './referenceNetwork';

export interface ReferenceAnswer {
  verdict: 'allow' | 'conditional' | 'unknown' | 'deny';
  transport: 'mtls' | 'plaintext' | 'either' | 'refused' | 'none' | 'unknown';
}

type Chain = 'http' | 'tcp';
const BOTH: readonly Chain[] = ['http', 'tcp'];
const UNCAPTURED = [15008, 15020, 15021, 15090];
const METHODS = ['GET', 'POST', 'PUT'];
const ORDER = ['allow', 'conditional', 'unknown', 'deny'] as const;

/** What comes of one way. */
interface Outcome {
  verdict: ReferenceAnswer['verdict'];
  transport?: 'mtls' | 'plaintext';
  refused?: boolean;
}

/** Undefined where the network closes every way. It sees a tunnel's port where ambient pods are sent mTLS. */
export function referenceJoint(
  snapshot: ClusterSnapshot,
  source: PodView,
  destination: PodView,
  port: number,
): ReferenceAnswer | undefined {
  const passing = waysTo(snapshot, source, destination, port).flatMap(way => {
    const network = referenceDecision(snapshot, {
      source,
      destination,
      protocol: 'TCP',
      port:
        way.outcome.transport === 'mtls' && planeOf(destination) === 'ambient'
          ? 15_008
          : port,
    });
    if (network === 'deny') {
      return [];
    }
    const spoilt = network === 'unknown' && way.outcome.verdict !== 'deny';
    return spoilt
      ? [{ ...way, outcome: { ...way.outcome, verdict: 'unknown' as const } }]
      : [way];
  });
  return passing.length === 0 ? undefined : together(passing);
}

interface Way {
  byService: boolean;
  outcome: Outcome;
}

function waysTo(
  snapshot: ClusterSnapshot,
  source: PodView,
  destination: PodView,
  port: number,
): Way[] {
  return [
    ...servicesOf(snapshot, destination)
      .filter(({ spec }) => spec?.ports?.[0].targetPort === port)
      .map(service => ({
        byService: true,
        outcome: outcomeOf(snapshot, source, destination, port, service),
      })),
    {
      byService: false,
      outcome: outcomeOf(snapshot, source, destination, port),
    },
  ];
}

function together(ways: readonly Way[]): ReferenceAnswer {
  const byService = ways.flatMap(way => (way.byService ? way.outcome : []));
  const outcomes = ways.map(({ outcome }) => outcome);
  const verdict =
    ORDER.find(one => outcomes.some(outcome => outcome.verdict === one)) ??
    'deny';
  if (verdict === 'deny') {
    const meant = byService.length > 0 ? byService : outcomes;
    return {
      verdict,
      transport: meant.every(({ refused }) => refused) ? 'refused' : 'none',
    };
  }
  const counted = outcomes.filter(outcome =>
    verdict === 'unknown'
      ? outcome.verdict === 'unknown'
      : outcome.verdict === 'allow' || outcome.verdict === 'conditional',
  );
  const [first, ...others] = new Set(counted.map(({ transport }) => transport));
  const several = verdict === 'unknown' ? 'unknown' : 'either';
  return {
    verdict,
    transport: others.length > 0 ? several : first ?? 'unknown',
  };
}

function outcomeOf(
  snapshot: ClusterSnapshot,
  client: PodView,
  server: PodView,
  port: number,
  service?: Service,
): Outcome {
  const sent = sentBy(snapshot, client, server, port, service);
  const chains = chainsOf(snapshot, server, port);
  const plane = planeOf(server);
  const captured =
    plane === 'ambient' || (plane === 'sidecar' && !UNCAPTURED.includes(port));
  const mode = captured ? modeOf(snapshot, server, port) : 'DISABLE';
  if (sent === 'plaintext' && mode === 'STRICT') {
    return { verdict: 'deny', refused: true };
  }
  if (sent === 'mtls' && mode === 'DISABLE' && plane !== 'ambient') {
    return chains.includes('tcp')
      ? { verdict: 'unknown' }
      : { verdict: 'deny', refused: true };
  }
  if (!captured) {
    return { verdict: 'allow', transport: 'plaintext' };
  }
  const verdicts = placesOf(plane, chains).map((place): Outcome['verdict'] => {
    const passing = METHODS.filter(
      method =>
        referenceVerdict(
          policiesOf(snapshot, server),
          {
            principal:
              sent === 'mtls'
                ? `${REFERENCE_DOMAINS[0]}/ns/${client.namespace}/sa/${client.spec.serviceAccountName}`
                : undefined,
            source: client.ips[0],
            port,
            method,
            path: '/',
            host: 'x',
            headers: {},
            claims: undefined,
          },
          place,
        ) === 'allow',
    );
    if (passing.length === 0) {
      return 'deny';
    }
    return passing.length < METHODS.length ? 'conditional' : 'allow';
  });
  return {
    verdict: ORDER.find(one => verdicts.includes(one)) ?? 'deny',
    transport: sent,
  };
}

function placesOf(plane: string, chains: readonly Chain[]): ReferencePlace[] {
  return plane === 'ambient'
    ? ['ztunnel']
    : chains.map(chain => `envoy ${chain}` as const);
}

function planeOf({ labels, spec }: PodView): 'sidecar' | 'ambient' | 'none' {
  const { mesh } = labels;
  return (mesh === 'sidecar' || mesh === 'ambient') &&
    !(spec.hostNetwork === true)
    ? mesh
    : 'none';
}

function sentBy(
  snapshot: ClusterSnapshot,
  client: PodView,
  server: PodView,
  port: number,
  service: Service | undefined,
): 'mtls' | 'plaintext' {
  const tunnel = planeOf(server) === 'ambient';
  switch (planeOf(client)) {
    case 'none':
      return 'plaintext';
    case 'ambient':
      return tunnel ? 'mtls' : 'plaintext';
    default:
  }
  if (!service) {
    return 'plaintext';
  }
  const rule = ruleFor(snapshot, client, service);
  const asked = rule?.spec?.trafficPolicy?.tls?.mode;
  if (tunnel) {
    return 'mtls';
  }
  if (asked !== undefined) {
    return asked === 'DISABLE' ? 'plaintext' : 'mtls';
  }
  const general = generalMode(snapshot, service.metadata.namespace ?? '');
  return general === 'DISABLE' ||
    server.labels['security.istio.io/tlsMode'] !== 'istio' ||
    modeOf(snapshot, server, port) === 'DISABLE'
    ? 'plaintext'
    : 'mtls';
}

/** Of the client's namespace, else the Service's, else the root's: the most specific host, and of equals the merged or youngest. */
function ruleFor(
  snapshot: ClusterSnapshot,
  client: PodView,
  { metadata }: Service,
): DestinationRule | undefined {
  const host = `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
  const mostSpecific = (rules: readonly DestinationRule[]) => {
    const matching = rules.filter(({ spec }) => {
      const written = spec?.host ?? '';
      return written.startsWith('*')
        ? host.endsWith(written.slice(1))
        : written === host;
    });
    const longest = Math.max(
      ...matching.map(({ spec }) =>
        spec?.host === host ? Infinity : spec?.host?.length ?? 0,
      ),
    );
    return matching.filter(
      ({ spec }) =>
        (spec?.host === host ? Infinity : spec?.host?.length) === longest,
    );
  };
  const inside = (namespace: string) =>
    byAge(snapshot.inNamespace('DestinationRule', namespace));
  const exports = ({ spec }: DestinationRule): readonly string[] =>
    spec?.exportTo ?? ['*'];
  const isPrivate = (rule: DestinationRule) => exports(rule).join() === '.';
  const isSeen = (rule: DestinationRule, owner: string, from: string) =>
    exports(rule).some(
      to => to === '*' || to === from || (to === '.' && owner === from),
    );
  const own =
    client.namespace === MESH_ROOT
      ? inside(MESH_ROOT).filter(isPrivate)
      : inside(client.namespace).filter(rule =>
          isSeen(rule, client.namespace, client.namespace),
        );
  const levels = [
    mostSpecific(own),
    ...[metadata.namespace ?? '', MESH_ROOT].map(owner =>
      mostSpecific(inside(owner).filter(rule => !isPrivate(rule))).filter(
        rule => isSeen(rule, owner, client.namespace),
      ),
    ),
  ];
  const found = levels.find(rules => rules.length > 0) ?? [];
  return merged(found);
}

/** A rule joins an older one if it is exported as widely; then the oldest policy counts. Of those that do not merge, the youngest. */
function merged(
  rules: readonly DestinationRule[],
): DestinationRule | undefined {
  const groups: DestinationRule[][] = [];
  const exported = ({ spec }: DestinationRule) => spec?.exportTo ?? [];
  for (const rule of rules) {
    const group = groups.find(([first]) =>
      exported(first).length === 0
        ? exported(rule).length === 0
        : exported(first).every(to => exported(rule).includes(to)),
    );
    if (group) {
      group.push(rule);
    } else {
      groups.push([rule]);
    }
  }
  return groups.pop()?.find(({ spec }) => spec?.trafficPolicy);
}

function byAge<T extends { metadata: { creationTimestamp?: string } }>(
  objects: readonly T[],
): T[] {
  return [...objects].sort((left, right) =>
    (left.metadata.creationTimestamp ?? '') <
    (right.metadata.creationTimestamp ?? '')
      ? -1
      : 1,
  );
}

/** Mesh, namespace, workload, port: of each level the oldest, and what it leaves unset is inherited. */
function modeOf(snapshot: ClusterSnapshot, pod: PodView, port: number) {
  const [workload] = byAge(
    snapshot.inNamespace('PeerAuthentication', pod.namespace),
  ).filter(
    ({ spec }) => spec?.selector && selects(spec.selector.matchLabels, pod),
  );
  const mode =
    said(workload?.spec?.portLevelMtls?.[String(port)]?.mode) ??
    said(workload?.spec?.mtls?.mode) ??
    generalMode(snapshot, pod.namespace);
  return planeOf(pod) === 'ambient' && mode === 'DISABLE' ? 'PERMISSIVE' : mode;
}

function generalMode(snapshot: ClusterSnapshot, namespace: string) {
  const oldest = (where: string) =>
    byAge(snapshot.inNamespace('PeerAuthentication', where)).find(
      ({ spec }) => !spec?.selector,
    );
  return (
    said(oldest(namespace)?.spec?.mtls?.mode) ??
    said(oldest(MESH_ROOT)?.spec?.mtls?.mode) ??
    'PERMISSIVE'
  );
}

function said(mode: string | undefined): string | undefined {
  return mode === 'UNSET' ? undefined : mode;
}

function selects(
  labels: Readonly<Record<string, string>> | undefined = {},
  pod: PodView,
): boolean {
  return Object.entries(labels).every(
    ([key, value]) => pod.labels[key] === value,
  );
}

function policiesOf(
  snapshot: ClusterSnapshot,
  pod: PodView,
): AuthorizationPolicy[] {
  return [MESH_ROOT, pod.namespace]
    .flatMap(where => snapshot.inNamespace('AuthorizationPolicy', where))
    .filter(({ spec }) => selects(spec?.selector?.matchLabels, pod));
}

function servicesOf(snapshot: ClusterSnapshot, pod: PodView): Service[] {
  return byAge(snapshot.inNamespace('Service', pod.namespace)).filter(
    ({ spec }) => selects(spec?.selector, pod),
  );
}

/** By the name that the oldest Service gives the port. */
function chainsOf(
  snapshot: ClusterSnapshot,
  pod: PodView,
  port: number,
): readonly Chain[] {
  const [declared] = servicesOf(snapshot, pod).filter(
    ({ spec }) => spec?.ports?.[0].targetPort === port,
  );
  switch (declared?.spec?.ports?.[0].name) {
    case 'http':
      return ['http'];
    case 'tcp-data':
      return ['tcp'];
    default:
      return BOTH;
  }
}
