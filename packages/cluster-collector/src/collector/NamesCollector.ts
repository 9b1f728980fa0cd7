/**
 * Keeps a kind of which only objects of certain names are asked for. Each name
 * is listed and watched by itself, as RBAC grants it: what is forbidden of one
 * costs the others nothing.
 */
import {
  KindCoverage,
  KindName,
  KubernetesObject,
  NameCoverage,
  coverageByName,
} from '@backstage-zero-trust/posture-engine';
import type { KindObservation } from '../observation';
import type { CollectorContext, RunningKind } from './context';
import { KindCollector } from './KindCollector';

export class NamesCollector implements RunningKind {
  static create(
    context: CollectorContext,
    kind: KindName,
    version: string,
    names: readonly string[],
  ): NamesCollector {
    return new NamesCollector(
      version,
      new Map(
        names.map(name => [
          name,
          KindCollector.create(context, kind, version, name),
        ]),
      ),
    );
  }

  private constructor(
    readonly version: string,
    private readonly byName: ReadonlyMap<string, KindCollector>,
  ) {}

  async run(): Promise<void> {
    await Promise.all(this.#collectors().map(collector => collector.run()));
  }

  stop(): void {
    for (const collector of this.#collectors()) {
      collector.stop();
    }
  }

  coverage(): KindCoverage | undefined {
    const names: Record<string, NameCoverage> = {};
    for (const [name, collector] of this.byName) {
      const coverage = collector.coverage();
      if (!coverage) {
        return undefined;
      }
      names[name] = coverage;
    }
    return coverageByName(names);
  }

  /** As good as the worst of the names, with what is wrong with each. */
  observation(): KindObservation | undefined {
    const observations: [name: string, KindObservation][] = [];
    for (const [name, collector] of this.byName) {
      const observation = collector.observation();
      if (!observation) {
        return undefined;
      }
      observations.push([name, observation]);
    }
    const [, first] = observations[0];
    const [, worst] =
      observations.find(([, { state }]) => state !== 'listed') ??
      observations[0];
    const messages = observations.flatMap(([name, { message }]) =>
      message === undefined ? [] : `${name}: ${message}`,
    );
    return {
      ...first,
      state: worst.state,
      objects: observations.reduce((sum, [, { objects }]) => sum + objects, 0),
      ...(messages.length === 0 ? {} : { message: messages.join('; ') }),
    };
  }

  *objects(): Generator<KubernetesObject> {
    for (const collector of this.#collectors()) {
      yield* collector.objects();
    }
  }

  lastSeen(): number | undefined {
    const times = this.#collectors().flatMap(
      collector => collector.lastSeen() ?? [],
    );
    return times.length === 0 ? undefined : Math.min(...times);
  }

  namespaces(): ReadonlySet<string> {
    return new Set(
      this.#collectors().flatMap(collector => [...collector.namespaces()]),
    );
  }

  #collectors(): KindCollector[] {
    return [...this.byName.values()];
  }
}
