/**
 * Calico's policies as its agent holds them: both groups joined, the mirrors of
 * Kubernetes' own policies left out, with tier, order and directions as they
 * count. Whatever a policy of its group is written without has the default that
 * the group's API gives it.
 */
import {
  CalicoPolicy,
  CalicoRule,
  CalicoTier,
  ClusterSnapshot,
  KindName,
  ObjectReference,
  compare,
  groupOf,
  referenceTo,
} from '../../snapshot';
import type { Direction } from '../../decisions';
import { ReadSelector, policySelector } from './scopedSelector';

export interface Policy {
  object: ObjectReference;
  /** Absent for a GlobalNetworkPolicy. */
  namespace?: string;
  tier: string;
  /** Without one, last. */
  order: number;
  directions: ReadonlySet<Direction>;
  selector: ReadSelector;
  /** Of the host's own interfaces only; pods never see it. */
  forHostsOnly: boolean;
  spec: NonNullable<CalicoPolicy['spec']>;
  ties: TieBreakers;
}

/**
 * What orders policies of equal order: up to Calico 3.31 the name behind the
 * namespace, since 3.32 the name before it (`PolKVLess` in
 * `felix/calc/policy_sorter.go`).
 */
export type TieBreakers = readonly [before332: string, since332: string];

export const DEFAULT_TIER = 'default';

/** The tiers that Calico makes itself, per `api/pkg/apis/projectcalico/v3/tier.go`. */
const BUILT_IN_TIERS: readonly PolicyTier[] = [
  { name: 'adminnetworkpolicy', order: 1_000, defaultAction: 'pass' },
  { name: 'kube-admin', order: 1_000, defaultAction: 'pass' },
  { name: DEFAULT_TIER, order: 1_000_000, defaultAction: 'deny' },
  {
    name: 'baselineadminnetworkpolicy',
    order: 10_000_000,
    defaultAction: 'pass',
  },
  { name: 'kube-baseline', order: 10_000_000, defaultAction: 'pass' },
];

export interface PolicyTier {
  name: string;
  order: number;
  /** For endpoints to which the tier applies, where none of its rules matched. */
  defaultAction: 'deny' | 'pass';
}

/** How Calico's API shows Kubernetes' own policies. */
const MIRRORS = ['knp.default.', 'kanp.', 'kbanp.', 'kcnp.'];

/** The groups in which the kinds are served; what is in the first is not looked up in the second. */
export const CALICO_GROUPS = [
  'projectcalico.org',
  'crd.projectcalico.org',
] as const;

type CalicoKind =
  | 'NetworkPolicy'
  | 'GlobalNetworkPolicy'
  | 'Tier'
  | 'NetworkSet'
  | 'GlobalNetworkSet'
  | 'HostEndpoint';

/** The engine's names of a kind in both groups. */
export function inBothGroups<K extends CalicoKind>(
  kind: K,
): readonly `${K}.${(typeof CALICO_GROUPS)[number]}`[] {
  return CALICO_GROUPS.map(group => `${kind}.${group}` as const);
}

/** Objects of both groups; of the second those that are no view of one of the first, by what `nameOf` says they are called. */
export function joinGroups<
  T extends { apiVersion: string; metadata: { namespace?: string } },
>(objects: readonly T[], nameOf: (object: T) => string): T[] {
  const keyOf = (object: T) =>
    `${object.metadata.namespace ?? ''}/${nameOf(object)}`;
  const isFirst = ({ apiVersion }: T) =>
    groupOf(apiVersion) === CALICO_GROUPS[0];
  const seen = new Set(objects.filter(isFirst).map(keyOf));
  return objects.filter(object => isFirst(object) || !seen.has(keyOf(object)));
}

/** Use as `snapshot.derive(policiesOf)`. */
export function policiesOf(snapshot: ClusterSnapshot): readonly Policy[] {
  return (['NetworkPolicy', 'GlobalNetworkPolicy'] as const).flatMap(kind =>
    joinGroups(
      inBothGroups(kind)
        .flatMap((name: KindName & `${typeof kind}.${string}`) =>
          snapshot.all(name),
        )
        .filter(
          ({ metadata }) =>
            !MIRRORS.some(mirror => metadata.name.startsWith(mirror)),
        ),
      policy => `${tierOf(policy)}/${bareName(policy)}`,
    ).map(readPolicy),
  );
}

/** In the order in which they are asked; of equal orders by name (`TierLess` in `felix/calc/policy_sorter.go`). */
export function tiersOf(snapshot: ClusterSnapshot): readonly PolicyTier[] {
  const tiers = new Map(BUILT_IN_TIERS.map(tier => [tier.name, tier]));
  for (const { metadata, spec } of joinGroups(
    inBothGroups('Tier').flatMap(kind => snapshot.all(kind)),
    ({ metadata: { name } }) => name,
  )) {
    const builtIn = tiers.get(metadata.name);
    tiers.set(metadata.name, {
      name: metadata.name,
      order: spec?.order ?? builtIn?.order ?? Infinity,
      defaultAction: defaultActionOf(spec) ?? builtIn?.defaultAction ?? 'deny',
    });
  }
  return [...tiers.values()].sort((left, right) => {
    if (left.order !== right.order) {
      return left.order < right.order ? -1 : 1;
    }
    return compare(left.name, right.name);
  });
}

function defaultActionOf(
  spec: CalicoTier['spec'],
): PolicyTier['defaultAction'] | undefined {
  switch (spec?.defaultAction) {
    case undefined:
      return undefined;
    case 'Pass':
      return 'pass';
    default:
      return 'deny';
  }
}

/** The tie-breakers of a Kubernetes NetworkPolicy, which Calico takes for a policy of its own. */
export function tiesOfNetworkPolicy(
  namespace: string,
  name: string,
): TieBreakers {
  return [
    `${namespace}/knp.default.${name}`,
    `${name}/${namespace}/KubernetesNetworkPolicy`,
  ];
}

/** All NetworkPolicies have this one (`K8sNetworkPolicyToCalico` in `libcalico-go/lib/backend/k8s/conversion`). */
export const ORDER_OF_NETWORK_POLICIES = 1_000;

/** Of both directions. */
export function rulesOf({ spec }: Policy): readonly CalicoRule[] {
  return [...(spec.ingress ?? []), ...(spec.egress ?? [])];
}

const known = new WeakMap<CalicoPolicy, Policy>();

function readPolicy(policy: CalicoPolicy): Policy {
  let read = known.get(policy);
  if (!read) {
    read = readAnew(policy);
    known.set(policy, read);
  }
  return read;
}

function readAnew(policy: CalicoPolicy): Policy {
  const { kind, metadata, spec = {} } = policy;
  const { namespace } = metadata;
  const name = bareName(policy);
  return {
    object: referenceTo(policy),
    ...(namespace === undefined ? {} : { namespace }),
    tier: tierOf(policy),
    order: spec.order ?? Infinity,
    directions: directionsOf(policy),
    selector: policySelector(spec, namespace),
    forHostsOnly: spec.doNotTrack === true || spec.preDNAT === true,
    spec,
    ties: [
      `${namespace === undefined ? '' : `${namespace}/`}${tierOf(
        policy,
      )}.${name}`,
      `${name}/${namespace ?? ''}/${kind}`,
    ],
  };
}

function tierOf({ spec }: CalicoPolicy): string {
  return spec?.tier || DEFAULT_TIER;
}

/** Names carry their tier as stored, and may or may not as written. */
function bareName(policy: CalicoPolicy): string {
  const { name } = policy.metadata;
  const prefix = `${tierOf(policy)}.`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/**
 * The API of `projectcalico.org` writes `types` by the rules that are there.
 * What was stored past it has none, and none means both
 * (`ExtractPolicyMetadata` in `felix/calc/policy_sorter.go`).
 */
function directionsOf({
  apiVersion,
  spec = {},
}: CalicoPolicy): ReadonlySet<Direction> {
  if (spec.types?.length) {
    return new Set(
      (['ingress', 'egress'] as const).filter(direction =>
        spec.types?.some(type => type.toLowerCase() === direction),
      ),
    );
  }
  if (groupOf(apiVersion) === 'crd.projectcalico.org') {
    return new Set(['ingress', 'egress']);
  }
  return new Set([
    ...(spec.ingress?.length || !spec.egress?.length
      ? (['ingress'] as const)
      : []),
    ...(spec.egress?.length ? (['egress'] as const) : []),
  ]);
}
