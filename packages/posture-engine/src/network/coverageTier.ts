/** What could not be seen decides nothing: pods whose policies nobody has seen are unknown. */
import {
  Tier,
  TierAnswer,
  Universe,
  Vocabulary,
  unknownAnswer,
} from '../decisions';
import { ClusterSnapshot, CoverageGap, KindName } from '../snapshot';
import { isIgnored } from './cni';
import { OTHER_POLICY_KINDS } from './otherPolicies';

/** The kinds that connections depend on, and where. */
const KINDS: readonly { kind: KindName; in: 'namespace' | 'cluster' }[] = [
  // Their labels decide whom a selector means.
  { kind: 'Namespace', in: 'cluster' },
  { kind: 'NetworkPolicy', in: 'namespace' },
  ...OTHER_POLICY_KINDS,
];

/** What of the kinds that connections depend on, pods included, was not seen. */
export function networkGapsOf({ coverage }: ClusterSnapshot): CoverageGap[] {
  return [...KINDS.map(({ kind }) => kind), 'Pod' as const].flatMap(
    kind => coverage.gap(kind) ?? [],
  );
}

/** Namespaces of which more is known than of others must not share classes with them. */
export function describeCoverage(
  { coverage }: ClusterSnapshot,
  vocabulary: Vocabulary,
): void {
  for (const { kind } of KINDS) {
    const seen = coverage.kinds[kind];
    for (const namespace of (seen?.state === 'listed' && seen.namespaces) ||
      []) {
      vocabulary.namespaces.add(namespace);
    }
  }
  for (const { namespace } of coverage.problems) {
    if (namespace !== undefined) {
      vocabulary.namespaces.add(namespace);
    }
  }
}

export function coverageTier(
  snapshot: ClusterSnapshot,
  universe: Universe,
): Tier {
  const { coverage } = snapshot;
  const gaps = KINDS.filter(
    ({ kind }) => coverage.gap(kind) && !isIgnored(snapshot, kind),
  );
  const answers = new Map<string, TierAnswer | undefined>();
  const answerIn = (namespace: string) => {
    for (const { kind, in: where } of gaps) {
      const gap = coverage.gap(
        kind,
        where === 'namespace' ? [namespace] : undefined,
      );
      if (gap) {
        return unknownAnswer(universe, gap.reason);
      }
    }
    return undefined;
  };
  return {
    answer({ namespace, hostNetwork }) {
      // Policies do not select pods on their node's network.
      if (gaps.length === 0 || hostNetwork) {
        return undefined;
      }
      if (!answers.has(namespace)) {
        answers.set(namespace, answerIn(namespace));
      }
      return answers.get(namespace);
    },
  };
}
