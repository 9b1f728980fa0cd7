/** What the real istiod made of gateways: each request, the policies of each filter chain, and the way to the backend. */
import { enforcedAuthentications, enforcedPolicies } from '../authorization';
import { Member, endpointsOf, transportToService } from '../client';
import { ClusterSnapshot, KubernetesObject } from '../../snapshot';
import {
  describeConformance,
  readConformanceLines,
} from '../../testing/conformance';
import { Arrival, GatewayStep, gatewayStep } from '.';

interface Scenario {
  name: string;
  objects: KubernetesObject[];
  meshConfig: Record<string, unknown>;
  facts: {
    listeners?: {
      listener: string;
      port: number;
      chains: { kind: string; auth: string[]; tls?: unknown }[];
    }[];
    requests?: Record<string, string>;
  };
}

const HOST = 'shop.example';
const MESH_NAME = 'outbound_.80_._.s1.a.svc.cluster.local';

const ARRIVALS: Record<string, { tls: boolean; arrival: Arrival }> = {
  'http shop.example': { tls: false, arrival: { request: { host: HOST } } },
  'http other.example': {
    tls: false,
    arrival: { request: { host: 'other.example' } },
  },
  'https shop.example': {
    tls: true,
    arrival: { tls: { name: HOST }, request: { host: HOST } },
  },
  'https sni shop, Host other.example': {
    tls: true,
    arrival: { tls: { name: HOST }, request: { host: 'other.example' } },
  },
  'https other.example': {
    tls: true,
    arrival: {
      tls: { name: 'other.example' },
      request: { host: 'other.example' },
    },
  },
  'https without SNI': {
    tls: true,
    arrival: { tls: {}, request: { host: HOST } },
  },
  'TLS sni of a service': { tls: true, arrival: { tls: { name: MESH_NAME } } },
};

/** Whatever a filter chain that reads HTTP makes of bytes that are none. */
const NO_REQUEST = 'no HTTP on an HTTP chain';

/** A certificate that is not there leaves no listener, and Secrets are not read. */
const UNSEEN: Record<string, string> = {
  'gateway-api: HTTPS': 'whether a Secret holds a certificate is not read',
  'gateway-api: HTTPS without secret': 'whether a Secret is there is not read',
  'gateway-api: HTTPS secret of another namespace, no ReferenceGrant':
    'which Secret a listener names is not read',
};

/** The scenarios' gateways are told by their labels; a gateway's pod holds nothing but its proxy. */
function asGateway(object: KubernetesObject): KubernetesObject {
  return object.kind === 'Pod' && /^(gw|kg)$/.test(object.metadata.name)
    ? {
        ...object,
        spec: {
          nodeName: 'node-1',
          serviceAccountName: `sa-${object.metadata.name}`,
          containers: [
            {
              name: 'istio-proxy',
              image: 'proxyv2',
              args: ['proxy', 'router'],
            },
          ],
        },
      }
    : object;
}

function memberOf(snapshot: ClusterSnapshot, name: string): Member {
  for (const workload of snapshot.workloads) {
    for (const pod of workload.pods) {
      if (pod.name === name) {
        return { workload, pod };
      }
    }
  }
  throw new Error(`no pod ${name}`);
}

function wordsFor(
  step: GatewayStep,
  gateway: Member,
  snapshot: ClusterSnapshot,
): string {
  switch (step.outcome) {
    case 'closed':
      return 'no filter chain';
    case 'not found':
      return '404';
    case 'redirected':
      return 'redirect to https';
    case 'automatic': {
      const { name, namespace, port } = step.service;
      return `service outbound_.${port}_._.${name}.${namespace}.svc.cluster.local`;
    }
    case 'routed': {
      expect(step.rules).toHaveLength(1);
      const [{ service }] = step.rules;
      if (!service) {
        return 'answered by the gateway';
      }
      const { name, namespace, port } = service;
      const object = snapshot.get('Service', name, namespace);
      const servicePort = object?.spec?.ports?.find(
        candidate => candidate.port === port,
      );
      const [endpoint] = object ? endpointsOf(object, snapshot) : [];
      const transport =
        object && servicePort && endpoint
          ? transportToService(
              gateway,
              { service: object, port: servicePort },
              endpoint,
              snapshot,
            ).transport
          : 'nowhere';
      return `service outbound|${port}||${name}.${namespace}.svc.cluster.local ${transport}`;
    }
    default:
      return step.reason;
  }
}

/** The endpoint's address is no part of the question; neither is how bytes are passed on by name. */
function shortened(answer: string): string {
  return answer
    .replace(/ \d+\.\d+\.\d+\.\d+:\d+/, '')
    .replace(/^(service outbound_\.\S+) plaintext$/, '$1')
    .replace(
      /^(redirect|no cluster UnknownService)$/,
      'answered by the gateway',
    );
}

/** What a filter chain asks: `rbac ALLOW ns[istio-system]-policy[x]-rule[0]`, `jwt_authn ALLOW`. */
function filtersOf(auth: readonly string[]) {
  return {
    policies: auth
      .flatMap(filter => /policy\[(\w+)\]/.exec(filter)?.[1] ?? [])
      .sort(),
    tokens: auth.some(filter => filter.startsWith('jwt_authn')),
  };
}

describeConformance('istio/edges.jsonl.gz', () => {
  const scenarios = readConformanceLines<Scenario>(
    'istio/edges.jsonl.gz',
  ).filter(({ name }) => name.startsWith('gateway') && !(name in UNSEEN));

  const snapshotOf = ({ objects, meshConfig }: Scenario) =>
    ClusterSnapshot.create({
      cluster: 'conformance',
      objects: objects.map(asGateway),
      settings: { meshConfig },
    });

  it.each(scenarios)('$name', scenario => {
    const snapshot = snapshotOf(scenario);
    const { listeners = [] } = scenario.facts;
    const requests = Object.entries(scenario.facts.requests ?? {}).filter(
      ([, answer]) => answer !== NO_REQUEST,
    );
    const isKubernetes = scenario.name.startsWith('gateway-api');
    const gateway = memberOf(snapshot, isKubernetes ? 'kg' : 'gw');
    const ports = isKubernetes ? [80, 443] : [8080, 8443];
    const answers = requests.map(([question]) => {
      const { tls, arrival } = ARRIVALS[question];
      const step = gatewayStep(
        gateway.pod,
        ports[tls ? 1 : 0],
        arrival,
        snapshot,
      );
      return `${question}: ${wordsFor(step, gateway, snapshot)}`;
    });
    expect(answers).toEqual(
      requests.map(([question, answer]) => `${question}: ${shortened(answer)}`),
    );
    // On chains that lead to whatever is named no policy of the gateway is asked.
    const asked = listeners
      .flatMap(({ chains }) => chains)
      .filter(({ kind }) => !kind.includes('outbound_'));
    const policies = enforcedPolicies(gateway.pod, 'gateway', snapshot);
    const tokens = enforcedAuthentications(gateway.pod, 'gateway', snapshot);
    expect(asked.map(({ auth }) => filtersOf(auth))).toEqual(
      asked.map(() => ({
        policies: policies.map(({ metadata }) => metadata.name).sort(),
        tokens: tokens.length > 0,
      })),
    );
  });

  it('holds 63 scenarios of gateways and 203 requests', () => {
    expect(scenarios).toHaveLength(63);
    expect(
      scenarios.flatMap(({ facts }) =>
        Object.values(facts.requests ?? {}).filter(
          answer => answer !== NO_REQUEST,
        ),
      ),
    ).toHaveLength(203);
  });
});
