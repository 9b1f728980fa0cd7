/**
 * Which network a cluster has, as its objects show it or somebody states it, and
 * which policies that enforces. Several agents that would enforce, or none that
 * is known here, come to `unknown`: nobody guesses.
 */
import {
  ClusterSnapshot,
  MissingAccess,
  NetworkName,
  Workload,
  compare,
  sameValue,
} from '../../snapshot';
import { Agent, agentsOf } from './agents';
import { Enforcement, NetworkEvidence, POLICY_APIS } from './enforcement';
import { NETWORKS } from './networks';
import { readCilium } from './readings';

export interface KnownNetwork {
  state: 'known';
  name: NetworkName;
  /** As people call it. */
  title: string;
  /** Whether somebody stated it, so that nothing was derived. */
  stated: boolean;
  enforces: Enforcement;
  /** Empty where it is stated, and no agent of it is in view. */
  evidence: readonly NetworkEvidence[];
  /** Nodes on which no agent runs, where that can be seen. */
  nodesWithout: readonly string[];
  /** What enforces in view, where it is another network than was stated and no agent of that is there. */
  seenInstead?: { title: string; evidence: readonly NetworkEvidence[] };
  /** Why it cannot be seen on which nodes its agent runs. */
  unseen?: { reason: string; missing?: MissingAccess };
  /** What can decide and is not looked at here. Sentences. */
  unread: readonly string[];
}

export interface UnknownNetwork {
  state: 'unknown';
  /** In a sentence without a full stop, in lower case. */
  reason: string;
  /** Agents that were recognised all the same. */
  agents: readonly NetworkName[];
  evidence: readonly NetworkEvidence[];
  missing: readonly MissingAccess[];
}

export type ClusterNetwork = KnownNetwork | UnknownNetwork;

/** Networks under which policies mean something else than elsewhere. */
const OWN_MEANING: readonly NetworkName[] = [
  'calico',
  'cilium',
  'gke-dataplane-v2',
];

/** Use as `snapshot.derive(networkOf)`. */
export function networkOf(snapshot: ClusterSnapshot): ClusterNetwork {
  const agents = agentsOf(snapshot);
  const enforcing = agents.filter(({ enforces }) =>
    POLICY_APIS.some(api => enforces[api].answer !== 'no'),
  );
  const { cni } = snapshot.settings;
  if (cni) {
    const agent = agents.find(({ name }) => name === cni);
    return agent
      ? known(snapshot, [agent], true)
      : {
          ...statedNetwork(snapshot, cni),
          ...seenInstead(cni, enforcing),
        };
  }
  if (agents.length === 0) {
    return notRecognised(snapshot);
  }
  const [first, ...others] = enforcing.length > 0 ? enforcing : agents;
  const agree = others.every(
    ({ name, enforces }) =>
      !OWN_MEANING.includes(name) && sameValue(enforces, first.enforces),
  );
  if (others.length > 0 && (!agree || OWN_MEANING.includes(first.name))) {
    const names = enforcing.map(({ name }) => NETWORKS[name].title);
    return {
      state: 'unknown',
      reason: `${names.join(
        ' and ',
      )} run side by side, and which of them decides about a connection no object says`,
      agents: enforcing.map(({ name }) => name),
      evidence: enforcing.flatMap(({ evidence }) => evidence),
      missing: [],
    };
  }
  return known(snapshot, [first, ...others], false);
}

function known(
  snapshot: ClusterSnapshot,
  agents: readonly Agent[],
  stated: boolean,
): KnownNetwork {
  const [{ name, enforces }] = agents;
  return {
    state: 'known',
    name,
    title: agents.map(agent => NETWORKS[agent.name].title).join(' and '),
    stated,
    enforces,
    evidence: agents.flatMap(({ evidence }) => evidence),
    ...whereItRuns(
      snapshot,
      agents.flatMap(({ workloads }) => workloads),
    ),
    unread: agents.flatMap(agent => NETWORKS[agent.name].unread ?? []),
  };
}

function statedNetwork(
  snapshot: ClusterSnapshot,
  name: NetworkName,
): KnownNetwork {
  const { title, enforces, unread } = NETWORKS[name];
  return {
    state: 'known',
    name,
    title,
    stated: true,
    enforces:
      name === 'cilium'
        ? { ...enforces, ...readCilium(undefined, snapshot).enforces }
        : enforces,
    evidence: [],
    nodesWithout: [],
    unread: unread === undefined ? [] : [unread],
  };
}

/** What enforces nothing leaves room for what was stated, and somebody may mean by `none` that it is out of order. */
function seenInstead(
  stated: NetworkName,
  seen: readonly Agent[],
): Pick<KnownNetwork, 'seenInstead'> {
  const others = seen.filter(
    ({ name }) =>
      // The one is a part of the other.
      !(stated === 'aws-network-policy-agent' && name === 'aws-vpc-cni'),
  );
  return stated === 'none' || others.length === 0
    ? {}
    : {
        seenInstead: {
          title: others.map(({ name }) => NETWORKS[name].title).join(' and '),
          evidence: others.flatMap(({ evidence }) => evidence),
        },
      };
}

/** Of a cluster that runs: where there are pods, and the nodes are in view. */
function whereItRuns(
  snapshot: ClusterSnapshot,
  workloads: readonly Workload[],
): Pick<KnownNetwork, 'nodesWithout' | 'unseen'> {
  const namespaces = workloads.map(({ reference }) => reference.namespace);
  const gap = snapshot.coverage.gap('Pod', namespaces);
  if (gap) {
    const { reason, missing } = gap;
    return {
      nodesWithout: [],
      unseen: { reason, ...(missing ? { missing } : {}) },
    };
  }
  const nodes = nodesInView(snapshot);
  if (nodes.length === 0 || snapshot.all('Pod').length === 0) {
    return { nodesWithout: [] };
  }
  const running = workloads
    .flatMap(({ pods }) => pods)
    .filter(
      ({ origin, name, namespace }) =>
        origin === 'pod' &&
        (snapshot.get('Pod', name, namespace)?.status?.phase ?? 'Running') ===
          'Running',
    );
  const covered = new Set(running.map(({ spec }) => spec.nodeName));
  return {
    nodesWithout: nodes.filter(node => !covered.has(node)),
  };
}

/** By their names; where they are not listed, those that pods run on. */
function nodesInView(snapshot: ClusterSnapshot): string[] {
  const nodes = snapshot.all('Node').map(({ metadata }) => metadata.name);
  return nodes.length > 0
    ? nodes
    : [
        ...new Set(
          snapshot.workloads
            .flatMap(({ pods }) => pods)
            .flatMap(({ spec: { nodeName } }) => nodeName ?? []),
        ),
      ].sort(compare);
}

function notRecognised(snapshot: ClusterSnapshot): UnknownNetwork {
  const missing = (['DaemonSet', 'Pod'] as const).flatMap(
    kind => snapshot.coverage.gap(kind)?.missing ?? [],
  );
  const k3s = snapshot
    .all('Node')
    .find(({ metadata }) =>
      Object.keys(metadata.annotations ?? {}).some(key =>
        key.startsWith('k3s.io/'),
      ),
    );
  if (k3s) {
    const { apiVersion, kind, metadata } = k3s;
    return {
      state: 'unknown',
      reason:
        'k3s enforces NetworkPolicies in its own process (the kube-router in it) unless it was started with --disable-network-policy, which no object shows',
      agents: [],
      evidence: [
        {
          object: { apiVersion, kind, name: metadata.name },
          field: 'metadata.annotations',
          value: metadata.annotations ?? null,
        },
      ],
      missing,
    };
  }
  return {
    state: 'unknown',
    reason:
      'no agent of a network that is known here is in view, so nobody can tell whether anything enforces network policies',
    agents: [],
    evidence: [],
    missing,
  };
}
