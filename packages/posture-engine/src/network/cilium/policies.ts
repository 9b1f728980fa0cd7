/** The policies of a cluster that Cilium would enforce, those that it refuses, and which of them select a pod. */
import { SelectorIndex } from '../../selectors';
import { Direction, Vocabulary } from '../../decisions';
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import type { PolicySpec, RefusedPolicy } from './policySpec';
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
    const specs: PolicySpec[] = [];
    const refused: RefusedPolicy[] = [];
    for (const policy of settings.networkPolicies
      ? snapshot.all('NetworkPolicy')
      : []) {
      const reason = selectorProblem(policy.spec.podSelector);
      if (reason) {
        refused.push({
          object: referenceTo(policy),
          field: 'spec.podSelector',
          reason,
        });
      } else {
        specs.push(readNetworkPolicy(policy, clusterName));
      }
    }
    for (const policy of [
      ...(settings.ciliumNetworkPolicies
        ? snapshot.all('CiliumNetworkPolicy')
        : []),
      ...(settings.clusterwidePolicies
        ? snapshot.all('CiliumClusterwideNetworkPolicy')
        : []),
    ]) {
      const refusal = refusalOf(policy, settings);
      if (refusal) {
        refused.push({ object: referenceTo(policy), ...refusal });
      } else {
        specs.push(...readCiliumPolicy(policy, clusterName, snapshot));
      }
    }
    return new CiliumPolicies(specs, refused);
  }

  readonly #byNamespace = new Map<string, SelectorIndex<PolicySpec>>();
  readonly #clusterwide: SelectorIndex<PolicySpec>;

  private constructor(
    readonly specs: readonly PolicySpec[],
    readonly refused: readonly RefusedPolicy[],
  ) {
    const index = (list: readonly PolicySpec[]) =>
      SelectorIndex.create(
        list.filter(({ forNodes }) => !forNodes),
        ({ subject }) => subject,
      );
    const namespaces = new Map<string, PolicySpec[]>();
    for (const spec of specs) {
      if (spec.namespace !== undefined) {
        const list = namespaces.get(spec.namespace) ?? [];
        list.push(spec);
        namespaces.set(spec.namespace, list);
      }
    }
    for (const [namespace, list] of namespaces) {
      this.#byNamespace.set(namespace, index(list));
    }
    this.#clusterwide = index(
      specs.filter(({ namespace }) => namespace === undefined),
    );
  }

  /** The specs that have rules for a pod in a direction, or shut it, by the labels of its identity. */
  selecting(
    namespace: string,
    identity: Labels,
    direction: Direction,
  ): PolicySpec[] {
    return [
      ...(this.#byNamespace.get(namespace)?.matching(identity) ?? []),
      ...this.#clusterwide.matching(identity),
    ].filter(spec => concernsDirection(spec, direction));
  }

  describe(vocabulary: Vocabulary): void {
    for (const { namespace, subject, directions } of this.specs) {
      if (namespace !== undefined) {
        vocabulary.namespaces.add(namespace);
      }
      describeSelector(subject, vocabulary);
      for (const { peers, ports } of [
        ...directions.ingress.rules,
        ...directions.egress.rules,
      ]) {
        for (const peer of peers) {
          if (peer.kind === 'labels') {
            describeSelector(peer.selector, vocabulary);
          } else if (peer.kind === 'block') {
            [peer.cidr, ...peer.except].forEach(cidr =>
              vocabulary.cidrs.add(cidr),
            );
          }
        }
        for (const { port } of ports ?? []) {
          if (typeof port === 'string') {
            vocabulary.namedPorts.add(port);
          }
        }
      }
    }
  }
}

/** Whether a spec has rules for a direction, or shuts it. */
export function concernsDirection(
  { directions }: PolicySpec,
  direction: Direction,
): boolean {
  const { rules, defaultDeny } = directions[direction];
  return rules.length > 0 || defaultDeny !== undefined;
}
