/**
 * The effective inbound mode of a port: which PeerAuthentication decides
 * whether it takes mTLS alone, plaintext too, or plaintext alone.
 *
 * Per Istio's `ComposePeerAuthentication`: mesh (root namespace), namespace,
 * workload, port. On each level the oldest policy wins alone, nothing is
 * merged, and a winner without a mode hands the question upward.
 *
 * The index is built once per snapshot; a question then costs a look at the
 * selecting policies of one namespace, not at all policies of the cluster.
 */
import {
  ClusterSnapshot,
  ObjectReference,
  PodView,
  referenceTo,
} from '../snapshot';
import { PeerAuthentication } from '../snapshot/kinds';
import { matchesLabels } from '../selectors';
import { requireMesh } from './mesh';
import { entryOf } from './podFields';
import { combinationsOf, compareAge, oldestByName } from './precedence';

export type MutualTlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

/** A field that decided, or that won its level and handed the question upward. */
export interface DecidedBy {
  layer: 'peer-authentication';
  object: ObjectReference;
  field: string;
}

export interface EffectiveMode {
  mode: MutualTlsMode;
  /** Most specific first; the last one decided. Empty: no policy says anything, which is PERMISSIVE. */
  decidedBy: DecidedBy[];
  /** Istio names a policy that it never sends to ztunnel, so that no port is protected. */
  failsOpen?: boolean;
  /** Policies of equal or unknown age compete and nobody can say which wins; this is the weakest outcome. */
  contested?: boolean;
}

export interface PeerAuthentications {
  rootNamespace: string;
  /** By namespace; each list oldest first. */
  inNamespace(namespace: string): NamespacePolicies;
}

export interface NamespacePolicies {
  /** Policies that select pods by at least one label. */
  selecting: readonly PeerAuthentication[];
  /** All others: without a selector, or with an empty one. */
  general: readonly PeerAuthentication[];
}

const NONE: NamespacePolicies = { selecting: [], general: [] };

/** Use as `snapshot.derive(peerAuthenticationsOf)`. */
export function peerAuthenticationsOf(
  snapshot: ClusterSnapshot,
): PeerAuthentications {
  const index = new Map<
    string,
    { selecting: PeerAuthentication[]; general: PeerAuthentication[] }
  >();
  const policies = [...snapshot.all('PeerAuthentication')].sort(compareAge);
  for (const policy of policies) {
    const namespace = policy.metadata.namespace ?? 'default';
    const entry = index.get(namespace) ?? { selecting: [], general: [] };
    const labels = policy.spec?.selector?.matchLabels ?? {};
    (Object.keys(labels).length > 0 ? entry.selecting : entry.general).push(
      policy,
    );
    index.set(namespace, entry);
  }
  return {
    rootNamespace: requireMesh(snapshot).rootNamespace,
    inNamespace: namespace => index.get(namespace) ?? NONE,
  };
}

/**
 * The policies that select a pod, oldest first. Those of the root namespace
 * with a selector are ignored, also for pods of the root namespace.
 */
export function selectingPolicies(
  pod: Pick<PodView, 'namespace' | 'labels'>,
  policies: PeerAuthentications,
): PeerAuthentication[] {
  if (pod.namespace === policies.rootNamespace) {
    return [];
  }
  return policies
    .inNamespace(pod.namespace)
    .selecting.filter(({ spec }) =>
      matchesLabels(spec?.selector?.matchLabels, pod.labels),
    );
}

/** The mode that a sidecar gives a container port; null asks for a port that nothing names. */
export function sidecarMode(
  pod: Pick<PodView, 'namespace' | 'labels'>,
  port: number | null,
  policies: PeerAuthentications,
): EffectiveMode {
  const { rootNamespace } = policies;
  const oldest = (list: readonly PeerAuthentication[]) =>
    distinct(oldestByName(list));
  const levels = {
    workload: oldest(selectingPolicies(pod, policies)),
    namespace:
      pod.namespace === rootNamespace
        ? []
        : oldest(policies.inNamespace(pod.namespace).general),
    mesh: oldest(policies.inNamespace(rootNamespace).general),
  };
  return weakestOf(
    combinationsOf(levels).map(winners => modeUnder(winners, port)),
  );
}

function modeUnder(
  {
    workload,
    namespace,
    mesh,
  }: Partial<Record<'workload' | 'namespace' | 'mesh', PeerAuthentication>>,
  port: number | null,
): EffectiveMode {
  const decidedBy: DecidedBy[] = [];
  if (workload && port !== null && hasPort(workload, port)) {
    decidedBy.push(decided(workload, `spec.portLevelMtls.${port}.mode`));
    const mode = portMode(workload, port);
    if (mode) {
      return { mode, decidedBy };
    }
  }
  for (const policy of [workload, namespace, mesh]) {
    if (policy) {
      decidedBy.push(decided(policy, 'spec.mtls.mode'));
      const mode = modeOf(policy);
      if (mode) {
        return { mode, decidedBy };
      }
    }
  }
  return { mode: 'PERMISSIVE', decidedBy: [] };
}

const FROM_WEAKEST: readonly MutualTlsMode[] = [
  'DISABLE',
  'PERMISSIVE',
  'STRICT',
];

/** The weakest of several possible outcomes, which says so if they differ. */
export function weakestOf(outcomes: readonly EffectiveMode[]): EffectiveMode {
  const [weakest] = [...outcomes].sort(
    (left, right) =>
      FROM_WEAKEST.indexOf(left.mode) - FROM_WEAKEST.indexOf(right.mode),
  );
  return outcomes.some(({ mode }) => mode !== weakest.mode)
    ? { ...weakest, contested: true }
    : weakest;
}

/** One policy of each content: equals cannot change the outcome. */
export function distinct(
  policies: readonly PeerAuthentication[],
): PeerAuthentication[] {
  return policies.length < 2
    ? [...policies]
    : [
        ...new Map(
          policies.map(policy => [
            JSON.stringify([policy.spec?.mtls, policy.spec?.portLevelMtls]),
            policy,
          ]),
        ).values(),
      ];
}

export function decided(policy: PeerAuthentication, field: string): DecidedBy {
  return { layer: 'peer-authentication', object: referenceTo(policy), field };
}

/** The policy's own mode, or undefined where it is UNSET and inherits. */
export function modeOf(policy: PeerAuthentication): MutualTlsMode | undefined {
  return readMode(policy, 'spec.mtls.mode', policy.spec?.mtls?.mode);
}

export function hasPort(policy: PeerAuthentication, port: number): boolean {
  return portsOf(policy).includes(port);
}

/** The mode that a policy gives one port, or undefined where that is UNSET or the port is not named. */
export function portMode(
  policy: PeerAuthentication,
  port: number,
): MutualTlsMode | undefined {
  return readMode(
    policy,
    `spec.portLevelMtls.${port}.mode`,
    entryOf(policy.spec?.portLevelMtls ?? {}, String(port))?.mode,
  );
}

/** The container ports that a policy names. An API server takes "080" for a key and Istio cannot read it: an error, not a guess. */
export function portsOf(policy: PeerAuthentication): number[] {
  return Object.keys(policy.spec?.portLevelMtls ?? {}).map(key => {
    if (!/^[1-9][0-9]{0,4}$/.test(key)) {
      throw new Error(
        `PeerAuthentication ${policy.metadata.namespace}/${policy.metadata.name} names the port "${key}" in portLevelMtls, which Istio cannot read`,
      );
    }
    return Number(key);
  });
}

function readMode(
  { metadata }: PeerAuthentication,
  field: string,
  value: string | undefined,
): MutualTlsMode | undefined {
  switch (value) {
    case 'STRICT':
    case 'PERMISSIVE':
    case 'DISABLE':
      return value;
    case undefined:
    case '':
    case 'UNSET':
      return undefined;
    default:
      throw new Error(
        `PeerAuthentication ${metadata.namespace}/${metadata.name} has "${value}" in ${field}, which no API server admits`,
      );
  }
}
