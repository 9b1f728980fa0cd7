/**
 * Which kinds this account may read, to notice when that changes. An API server
 * lets a watch go on whose right was withdrawn, and a proxy may keep one open
 * that was cut; so one small question for all kinds at once, which every
 * authenticated account may ask, is repeated. Its answer decides nothing: it
 * only says which kinds to ask anew. Where the server does not know its own
 * rules (a webhook decides), the ends of watches tell, minutes later.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  KINDS,
  KIND_NAMES,
  KindDefinition,
  KindName,
} from '@backstage-zero-trust/posture-engine';
import type { ClusterConnection } from '../connection/ClusterConnection';
import { ClusterRequestError } from '../connection/ClusterRequestError';
import { isRecord, recordsOf } from '../json';
import type { Reachability } from './Reachability';
import { CollectorTimings, jittered } from './timings';

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
const ALL = '*';
const READING = ['list', 'watch', ALL];

export interface RightsOptions {
  connection: ClusterConnection;
  reachability: Reachability;
  timings: CollectorTimings;
  signal: AbortSignal;
  /** Asked for every time: the answer holds what is granted for the whole cluster, too. */
  namespace: string;
  /** Asked for in turn, since an account may have other rights in each. */
  others: () => readonly string[];
}

/** For each kind, all rules about reading it, in an order that does not change by itself. */
type ReadingRules = ReadonlyMap<KindName, string>;

export class Rights {
  static create(options: RightsOptions): Rights {
    return new Rights(options);
  }

  readonly #changes = new Map<KindName, AbortController>();
  /** By the namespace that was asked for. */
  readonly #known = new Map<string, ReadingRules>();
  /** Those of which a change was found in the last turn. */
  #told = new Set<KindName>();

  private constructor(private readonly options: RightsOptions) {}

  /** Fires at the next change of what may be read of a kind. */
  changeOf(kind: KindName): AbortSignal {
    const change = this.#changes.get(kind) ?? new AbortController();
    this.#changes.set(kind, change);
    return change.signal;
  }

  /** Asks again and again, until the signal fires (rejecting). */
  async watchOver(): Promise<void> {
    const { namespace, reachability, timings, signal } = this.options;
    for (let turn = 0; ; turn++) {
      await reachability.whenReachable();
      const others = this.options.others();
      const toldBefore = this.#told;
      this.#told = new Set();
      let pause = timings.rights;
      try {
        await this.#ask(namespace);
        if (others.length > 0) {
          await this.#ask(others[turn % others.length]);
        }
        reachability.answered();
        // Once more: another server behind the same address may have heard of it later.
        for (const kind of toldBefore) {
          this.#tell(kind);
        }
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ClusterRequestError && error.concernsCluster) {
          await reachability.suspect();
        } else {
          pause = timings.forbidden;
        }
      }
      await sleep(jittered(pause), undefined, { signal });
    }
  }

  async #ask(namespace: string): Promise<void> {
    const { connection, signal, timings } = this.options;
    const answer = await connection.askJson(
      REVIEWS,
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: { namespace },
      },
      { signal, timeoutMilliseconds: timings.request },
    );
    const status = isRecord(answer) ? answer.status : undefined;
    const rules = readingRules(
      recordsOf(isRecord(status) ? status.resourceRules : undefined),
    );
    const before = this.#known.get(namespace);
    this.#known.set(namespace, rules);
    for (const kind of before ? KIND_NAMES : []) {
      if (before?.get(kind) !== rules.get(kind)) {
        this.#told.add(kind);
        this.#tell(kind);
      }
    }
  }

  #tell(kind: KindName): void {
    const change = this.#changes.get(kind);
    this.#changes.delete(kind);
    change?.abort();
  }
}

/** Waits for so many milliseconds, or until there is a change. Rejects when the signal fires. */
export async function pauseUntil(
  change: AbortSignal,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    await sleep(milliseconds, undefined, {
      signal: AbortSignal.any([signal, change]),
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!change.aborted) {
      throw error;
    }
  }
}

function readingRules(rules: readonly Record<string, unknown>[]): ReadingRules {
  const reading = rules.filter(({ verbs }) => namesOneOf(verbs, READING));
  return new Map(
    KIND_NAMES.map(kind => {
      const { group, plural }: KindDefinition = KINDS[kind];
      const texts = reading
        .filter(
          ({ apiGroups, resources }) =>
            namesOneOf(apiGroups, [group, ALL]) &&
            namesOneOf(resources, [plural, ALL]),
        )
        .map(({ verbs, resourceNames }) =>
          JSON.stringify([
            READING.filter(verb => namesOneOf(verbs, [verb])),
            Array.isArray(resourceNames) ? [...resourceNames].sort() : [],
          ]),
        );
      return [kind, [...new Set(texts)].sort().join('\n')];
    }),
  );
}

function namesOneOf(value: unknown, names: readonly string[]): boolean {
  return Array.isArray(value) && names.some(name => value.includes(name));
}
