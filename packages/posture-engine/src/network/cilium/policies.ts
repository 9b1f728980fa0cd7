/** The policies of a cluster that Cilium would enforce, those that it refuses, and which of them select a pod. */
import { SelectorIndex } from '../../selectors';
import { Direction, Vocabulary } from '../../decisions';
import {
  CiliumPolicy,
  ClusterSnapshot,
  NetworkPolicy,
  referenceTo,
} from '../../snapshot';
import type { PolicyRuleSpec, PolicySpec, RefusedPolicy } from './policySpec';
import { readCiliumPolicy } from './readCiliumPolicy';
import { readNetworkPolicy } from './readNetworkPolicy';
import { refusalOf } from './refusals';
import { describeSelector, selectorProblem } from './selectors';
import type { CiliumSettings } from './settings';

type Labels = Readonly<Record<string, string>>;

export class CiliumPolicies {
  static create(
    snapshot: ClusterSnapshot,
    settings: CiliumSettings,
  ): CiliumPolicies {
    const clusterName = settings.localClusterImplied
      ? settings.clusterName
      : undefined;
    const key = JSON.stringify(settings);
    const read = [
      ...(settings.networkPolicies
        ? snapshot
            .all('NetworkPolicy')
            .map(policy =>
              remembered(policy, key, () =>
                readKubernetes(policy, clusterName),
              ),
            )
        : []),
      ...[
        ...(settings.ciliumNetworkPolicies
          ? snapshot.all('CiliumNetworkPolicy')
          : []),
        ...(settings.clusterwidePolicies
          ? snapshot.all('CiliumClusterwideNetworkPolicy')
          : []),
      ].map(policy => {
        const readNow = (): ReadPolicy => {
          const refusal = refusalOf(policy, settings);
          return refusal
            ? { refused: { object: referenceTo(policy), ...refusal } }
            : { specs: readCiliumPolicy(policy, clusterName, snapshot) };
        };
        return namesServices(policy)
          ? readNow()
          : remembered(policy, key, readNow);
      }),
    ];
    return new CiliumPolicies(
      read.flatMap(({ specs = [] }) => specs),
      read.flatMap(({ refused }) => refused ?? []),
    );
  }

  readonly #byNamespace = new Map<string, PolicySpec[]>();
  readonly #indexes = new Map<string, SelectorIndex<PolicySpec>>();

  private constructor(
    readonly specs: readonly PolicySpec[],
    readonly refused: readonly RefusedPolicy[],
  ) {
    for (const spec of specs) {
      if (!spec.forNodes) {
        const list = this.#byNamespace.get(spec.namespace ?? '') ?? [];
        list.push(spec);
        this.#byNamespace.set(spec.namespace ?? '', list);
      }
    }
  }

  /** The specs of a namespace, or '' for those of the cluster. */
  #in(namespace: string): SelectorIndex<PolicySpec> {
    let index = this.#indexes.get(namespace);
    if (!index) {
      index = SelectorIndex.create(
        this.#byNamespace.get(namespace) ?? [],
        ({ subject }) => subject,
      );
      this.#indexes.set(namespace, index);
    }
    return index;
  }

  /** The specs that have rules for a pod in a direction, or shut it, by the labels of its identity. */
  selecting(
    namespace: string,
    identity: Labels,
    direction: Direction,
  ): PolicySpec[] {
    return [
      ...this.#in(namespace).matching(identity),
      ...this.#in('').matching(identity),
    ].filter(spec => concernsDirection(spec, direction));
  }

  describe(vocabulary: Vocabulary): void {
    for (const spec of this.specs) {
      vocabulary.describe(spec, ({ namespace, subject, directions }) => {
        if (namespace !== undefined) {
          vocabulary.namespaces.add(namespace);
        }
        describeSelector(subject, vocabulary);
        [...directions.ingress.rules, ...directions.egress.rules].forEach(
          rule => describeRule(rule, vocabulary),
        );
      });
    }
  }
}

function describeRule(
  { peers, ports }: PolicyRuleSpec,
  vocabulary: Vocabulary,
): void {
  for (const peer of peers) {
    if (peer.kind === 'labels') {
      describeSelector(peer.selector, vocabulary);
    } else if (peer.kind === 'block') {
      [peer.cidr, ...peer.except].forEach(cidr => vocabulary.cidrs.add(cidr));
    }
  }
  for (const { port } of ports ?? []) {
    if (typeof port === 'string') {
      vocabulary.namedPorts.add(port);
    }
  }
}

/** What came of one object. */
interface ReadPolicy {
  specs?: readonly PolicySpec[];
  refused?: RefusedPolicy;
}

/** By the object, and the settings that it was last read under. */
const readPolicies = new WeakMap<object, { key: string; read: ReadPolicy }>();

function remembered(
  policy: object,
  key: string,
  readNow: () => ReadPolicy,
): ReadPolicy {
  const known = readPolicies.get(policy);
  if (known?.key === key) {
    return known.read;
  }
  const read = readNow();
  readPolicies.set(policy, { key, read });
  return read;
}

function readKubernetes(
  policy: NetworkPolicy,
  clusterName: string | undefined,
): ReadPolicy {
  const reason = selectorProblem(policy.spec.podSelector);
  return reason
    ? {
        refused: {
          object: referenceTo(policy),
          field: 'spec.podSelector',
          reason,
        },
      }
    : { specs: [readNetworkPolicy(policy, clusterName)] };
}

/** Whether what a policy means depends on Services too. */
export function namesServices({ spec, specs = [] }: CiliumPolicy): boolean {
  return [...(spec ? [spec] : []), ...specs].some(one =>
    [...(one.egress ?? []), ...(one.egressDeny ?? [])].some(
      ({ toServices }) => toServices !== undefined,
    ),
  );
}

/** Whether a spec has rules for a direction, or shuts it. */
export function concernsDirection(
  { directions }: PolicySpec,
  direction: Direction,
): boolean {
  const { rules, defaultDeny } = directions[direction];
  return rules.length > 0 || defaultDeny !== undefined;
}
