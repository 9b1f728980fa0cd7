/**
 * Clusters for connections, the same on every run: namespaces of very
 * different sizes, labels that many pods share, and policies of all kinds that
 * the network of the cluster enforces.
 */
import type { ClusterSettings, KubernetesObject } from '../src';
import { object } from './generate';
import { calicoPolicies } from './policies/calico';
import { ciliumPolicies } from './policies/cilium';
import { kubernetesPolicies } from './policies/kubernetes';
import { Random, shares } from './random';

export type Network = 'kubernetes' | 'cilium' | 'calico';
export const NETWORKS: readonly Network[] = ['kubernetes', 'cilium', 'calico'];

export interface ClusterShape {
  network: Network;
  pods: number;
  namespaces: number;
  policies: number;
  /** Every pod has a label that no other has, so that no two are one class. */
  unlike?: boolean;
  seed?: number;
}

export interface GeneratedCluster {
  objects: KubernetesObject[];
  settings: ClusterSettings;
}

/** What writers of policies see of a namespace. */
export interface Team {
  namespace: string;
  team: string;
  apps: readonly string[];
}

export interface PolicyWriter {
  random: Random;
  teams: readonly Team[];
  /** One of the cluster's blocks of addresses. */
  block(): string;
  /** Some namespace's app. */
  anyApp(): { team: Team; app: string };
}

const APPS = 100;
const TEAMS = 20;
const TIERS = ['front', 'back', 'data', 'batch', 'edge'];
const NODES = 50;
const BLOCKS = 60;
const PORTS = [8080, 3000, 9000];

export const podLabels = (app: string, random: Random) => ({
  app,
  tier: random.pick(TIERS),
  version: `v${random.below(3)}`,
});

const POLICIES = {
  kubernetes: kubernetesPolicies,
  cilium: ciliumPolicies,
  calico: calicoPolicies,
};

export function generateNetwork(shape: ClusterShape): GeneratedCluster {
  const { network, pods, namespaces, policies, unlike, seed = 1 } = shape;
  const random = Random.create(seed * 7919);
  const objects: KubernetesObject[] = [];
  for (let node = 0; node < NODES; node++) {
    objects.push(
      object('v1', 'Node', `node-${node}`, undefined, {
        status: {
          addresses: [{ type: 'InternalIP', address: `172.18.0.${node + 1}` }],
        },
      }),
    );
  }
  let count = 0;
  const teams = shares(pods, namespaces).map((size, index): Team => {
    const namespace = `ns-${index}`;
    const team = `team-${random.below(TEAMS)}`;
    const apps: string[] = [];
    objects.push(
      object(
        'v1',
        'Namespace',
        namespace,
        undefined,
        {},
        {
          labels: { team, stage: random.pick(['dev', 'test', 'live']) },
        },
      ),
      object(
        'v1',
        'ServiceAccount',
        'runner',
        namespace,
        {},
        {
          labels: { role: random.pick(TIERS) },
        },
      ),
    );
    for (let number = 0; number < size; number++) {
      const app = unlike
        ? `app-${index}-${number}`
        : `app-${random.below(APPS)}`;
      apps.push(app);
      objects.push(podOf(namespace, number, app, count++, random));
    }
    return { namespace, team, apps };
  });
  const blocks = Array.from(
    { length: BLOCKS },
    (_, index) => `198.${18 + (index % 2)}.${random.below(255)}.0/24`,
  );
  const writer: PolicyWriter = {
    random,
    teams,
    block: () => random.pick(blocks),
    anyApp: () => {
      const team = random.pick(teams);
      return { team, app: random.pick(team.apps) };
    },
  };
  objects.push(...POLICIES[network](writer, policies));
  return {
    objects,
    settings:
      network === 'kubernetes'
        ? {}
        : {
            cni: network,
            ...(network === 'cilium' ? { ciliumConfig: {} } : {}),
          },
  };
}

function podOf(
  namespace: string,
  number: number,
  app: string,
  count: number,
  random: Random,
): KubernetesObject {
  const node = random.below(NODES);
  const hostNetwork = random.below(200) === 0;
  return object(
    'v1',
    'Pod',
    `pod-${number}`,
    namespace,
    {
      spec: {
        hostNetwork,
        nodeName: `node-${node}`,
        serviceAccountName: random.chance(30) ? 'runner' : 'default',
        containers: [
          {
            name: 'main',
            ports: [
              { name: 'http', containerPort: random.pick(PORTS) },
              { name: 'metrics', containerPort: 9090 },
            ],
          },
        ],
      },
      status: {
        podIPs: [
          {
            ip: hostNetwork
              ? `172.18.0.${node + 1}`
              : `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`,
          },
        ],
      },
    },
    { labels: podLabels(app, random) },
  );
}

/** Policies of namespaces, as many as asked for: the larger ones have more of them. */
export function* shareOut(
  { random, teams }: PolicyWriter,
  policies: number,
): Generator<{ team: Team; index: number }> {
  let left = policies;
  for (const team of teams) {
    if (left > 0) {
      left--;
      yield { team, index: 0 };
    }
  }
  for (let index = 1; left > 0; index++) {
    // Half of them anywhere, the other half where many pods are.
    const bound = index % 2 === 0 ? teams.length : Math.ceil(teams.length / 10);
    left--;
    yield { team: teams[random.below(bound)], index };
  }
}
