/**
 * What a source could look at. Coverage is data, because "no policy was found"
 * and "policies could not be listed" must never give the same verdict.
 */
import { sameValue } from './fieldPath';
import { KINDS, KindName, KIND_NAMES } from './kinds';

/** A right that the source lacks, in the words of an RBAC rule. */
export interface MissingAccess {
  verb: string;
  group: string;
  resource: string;
  namespace?: string;
}

/**
 * How far one kind was seen. `not-installed` is full knowledge (the API has no
 * such kind, so there are no objects); `forbidden` and `failed` are none.
 * `namespaces` on `listed` means: seen in these namespaces only; `by-name` is for
 * kinds of which single names are asked for, and not all to the same end.
 */
export type KindCoverage =
  | { state: 'by-name'; names: Readonly<Record<string, NameCoverage>> }
  | NameCoverage;

export type NameCoverage =
  | { state: 'listed'; namespaces?: readonly string[] }
  | { state: 'not-installed' }
  | { state: 'forbidden'; verb: 'list' | 'watch' }
  | { state: 'failed'; reason: string };

/** One coverage for a kind of which the names were asked for one by one. */
export function coverageByName(
  names: Readonly<Record<string, NameCoverage>>,
): KindCoverage {
  const [first, ...others] = Object.values(names);
  return first && others.every(other => sameValue(first, other))
    ? first
    : { state: 'by-name', names };
}

/** An object that a source handed in and the engine cannot read. */
export interface ObjectProblem {
  kind: KindName | undefined;
  object: string;
  namespace?: string;
  field: string;
  message: string;
}

/** Why a question about a kind cannot be answered. */
export interface CoverageGap {
  kind: KindName;
  reason: string;
  missing?: MissingAccess;
}

/** Coverage of all kinds; a kind that the source says nothing about counts as not looked at. */
export class Coverage {
  static create(
    kinds: Partial<Record<KindName, KindCoverage>>,
    problems: readonly ObjectProblem[] = [],
  ): Coverage {
    return new Coverage(kinds, problems);
  }

  /** A source that is the whole world, such as a folder of manifests: what is not in it does not exist. */
  static complete(problems: readonly ObjectProblem[] = []): Coverage {
    const kinds: Partial<Record<KindName, KindCoverage>> = {};
    for (const kind of KIND_NAMES) {
      kinds[kind] = { state: 'listed' };
    }
    return new Coverage(kinds, problems);
  }

  readonly #problemsByKind = new Map<KindName, ObjectProblem[]>();

  private constructor(
    readonly kinds: Readonly<Partial<Record<KindName, KindCoverage>>>,
    readonly problems: readonly ObjectProblem[],
  ) {
    for (const problem of problems) {
      if (problem.kind) {
        const list = this.#problemsByKind.get(problem.kind) ?? [];
        list.push(problem);
        this.#problemsByKind.set(problem.kind, list);
      }
    }
  }

  /**
   * Why `kind` is not fully known in `namespaces` (everywhere, if omitted), or
   * undefined if it is. `name` asks for objects of that name only.
   */
  gap(
    kind: KindName,
    namespaces?: readonly string[],
    name?: string,
  ): CoverageGap | undefined {
    const coverage = this.kinds[kind];
    if (coverage?.state !== 'by-name') {
      return this.#gapOf(kind, KINDS[kind].plural, coverage, namespaces);
    }
    for (const [known, seen] of Object.entries(coverage.names)) {
      const gap =
        name === undefined || name === known
          ? this.#gapOf(
              kind,
              `${KINDS[kind].plural} of the name ${known}`,
              seen,
              namespaces,
            )
          : undefined;
      if (gap) {
        return gap;
      }
    }
    return undefined;
  }

  #gapOf(
    kind: KindName,
    what: string,
    coverage: NameCoverage | undefined,
    namespaces: readonly string[] | undefined,
  ): CoverageGap | undefined {
    const { group, plural } = KINDS[kind];
    const access = (verb: string, namespace?: string): MissingAccess => ({
      verb,
      group,
      resource: plural,
      ...(namespace === undefined ? {} : { namespace }),
    });
    switch (coverage?.state) {
      case undefined:
        return { kind, reason: `${what} were not looked at` };
      case 'failed':
        return {
          kind,
          reason: `${what} could not be listed: ${coverage.reason}`,
        };
      case 'forbidden':
        return {
          kind,
          reason: `listing ${what} is forbidden: grant the verb "${coverage.verb}"`,
          missing: access(coverage.verb),
        };
      case 'listed':
        return (
          this.#namespaceGap(
            kind,
            what,
            coverage.namespaces,
            namespaces,
            access,
          ) ?? this.#problemGap(kind, namespaces)
        );
      default:
        return undefined;
    }
  }

  #namespaceGap(
    kind: KindName,
    what: string,
    seen: readonly string[] | undefined,
    asked: readonly string[] | undefined,
    access: (verb: string, namespace?: string) => MissingAccess,
  ): CoverageGap | undefined {
    if (!seen) {
      return undefined;
    }
    if (!asked) {
      return {
        kind,
        reason: `${what} could be listed in some namespaces only: grant the verb "list" in all`,
        missing: access('list'),
      };
    }
    const unseen = asked.find(namespace => !seen.includes(namespace));
    return unseen === undefined
      ? undefined
      : {
          kind,
          reason: `listing ${what} in namespace ${unseen} is forbidden: grant the verb "list"`,
          missing: access('list', unseen),
        };
  }

  #problemGap(
    kind: KindName,
    namespaces: readonly string[] | undefined,
  ): CoverageGap | undefined {
    const problem = this.#problemsByKind
      .get(kind)
      ?.find(
        ({ namespace }) =>
          !namespaces ||
          namespace === undefined ||
          namespaces.includes(namespace),
      );
    return problem
      ? {
          kind,
          reason: `${problem.object} cannot be read: ${problem.field}: ${problem.message}`,
        }
      : undefined;
  }
}
