/** Breaks clusters by scenarios and makes them whole again; what it takes to undo is kept in memory. */
import {
  describeObject,
  ObjectReference,
} from '@backstage-zero-trust/posture-engine';
import { isDeepStrictEqual } from 'node:util';
import type { DemoCluster } from '../cluster/DemoCluster';
import { describeFault } from '../faults/fault';
import type { Scenario, ScenarioChange } from './scenario';

/** A change that cannot be made as asked, said so that whoever asked understands. */
export class ScenarioError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScenarioError';
  }
}

export interface ScenarioResult {
  scenario: Scenario;
  /** False where it was already so. */
  changed: boolean;
  /** What was done, a line each. */
  steps: string[];
}

interface Undo {
  step: string;
  run(): Promise<void>;
}

interface Held {
  cluster: string;
  reference: ObjectReference;
}

interface Active {
  undo: Undo[];
  held: Held[];
}

export class ScenarioRunner {
  readonly #clusters: ReadonlyMap<string, DemoCluster>;
  readonly #scenarios: ReadonlyMap<string, Scenario>;
  readonly #active = new Map<string, Active>();
  /** One change after the other, whoever asks. */
  #queue: Promise<unknown> = Promise.resolve();

  /** Throws a {@link ScenarioError} where a scenario is for a cluster that is not there, or for a kind that it does not serve. */
  static create(
    clusters: ReadonlyMap<string, DemoCluster>,
    scenarios: ReadonlyMap<string, Scenario>,
  ): ScenarioRunner {
    for (const scenario of scenarios.values()) {
      checkScenario(scenario, clusters);
    }
    return new ScenarioRunner(clusters, scenarios);
  }

  private constructor(
    clusters: ReadonlyMap<string, DemoCluster>,
    scenarios: ReadonlyMap<string, Scenario>,
  ) {
    this.#clusters = clusters;
    this.#scenarios = scenarios;
  }

  list(): { scenario: Scenario; broken: boolean }[] {
    return [...this.#scenarios.values()].map(scenario => ({
      scenario,
      broken: this.#active.has(scenario.name),
    }));
  }

  break(name: string): Promise<ScenarioResult> {
    return this.#inTurn(() => this.#break(this.#scenario(name)));
  }

  fix(name: string): Promise<ScenarioResult> {
    return this.#inTurn(() => this.#fix(this.#scenario(name)));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }

  async #break(scenario: Scenario): Promise<ScenarioResult> {
    if (this.#active.has(scenario.name)) {
      return { scenario, changed: false, steps: [] };
    }
    const cluster = this.#clusterOf(scenario);
    const held = this.#hold(scenario);
    const undo: Undo[] = [];
    const steps: string[] = [];
    for (const [index, change] of scenario.changes.entries()) {
      try {
        const done = await makeChange(cluster, change);
        undo.unshift(done.undo);
        steps.push(done.step);
      } catch (error) {
        await undoAll(undo);
        const why = error instanceof Error ? error.message : String(error);
        throw new ScenarioError(
          `${scenario.name} could not be broken, and nothing was changed: changes[${index}]: ${why}`,
        );
      }
    }
    this.#active.set(scenario.name, { undo, held });
    return { scenario, changed: true, steps };
  }

  async #fix(scenario: Scenario): Promise<ScenarioResult> {
    const active = this.#active.get(scenario.name);
    if (!active) {
      return { scenario, changed: false, steps: [] };
    }
    this.#active.delete(scenario.name);
    await undoAll(active.undo);
    return {
      scenario,
      changed: true,
      steps: active.undo.map(({ step }) => step),
    };
  }

  #scenario(name: string): Scenario {
    const scenario = this.#scenarios.get(name);
    if (!scenario) {
      const names = [...this.#scenarios.keys()].join(', ') || 'none';
      throw new ScenarioError(
        `There is no scenario ${name}. Those there are: ${names}.`,
      );
    }
    return scenario;
  }

  #clusterOf(scenario: Scenario): DemoCluster {
    return this.#clusters.get(scenario.cluster) as DemoCluster; // checked by create
  }

  /** What the scenario will hold; refused where another one holds it. */
  #hold(scenario: Scenario): Held[] {
    const held = scenario.changes.flatMap(change =>
      change.type === 'fault'
        ? []
        : [{ cluster: scenario.cluster, reference: referenceOf(change) }],
    );
    for (const [name, active] of this.#active) {
      for (const { cluster, reference } of active.held) {
        const both = held.find(
          other =>
            other.cluster === cluster &&
            isDeepStrictEqual(other.reference, reference),
        );
        if (both) {
          throw new ScenarioError(
            `${describeObject(
              reference,
            )} in ${cluster} is already held by the scenario ${name}. Fix that one first: bin/demo fix ${name}`,
          );
        }
      }
    }
    return held;
  }
}

function checkScenario(
  scenario: Scenario,
  clusters: ReadonlyMap<string, DemoCluster>,
): void {
  const cluster = clusters.get(scenario.cluster);
  if (!cluster) {
    throw new ScenarioError(
      `scenario ${scenario.name}: cluster: there is no cluster ${
        scenario.cluster
      }; those there are: ${[...clusters.keys()].join(', ')}`,
    );
  }
  scenario.changes.forEach((change, index) => {
    if (change.type !== 'fault') {
      const { apiVersion, kind } = referenceOf(change);
      if (!cluster.serves(apiVersion, kind)) {
        throw new ScenarioError(
          `scenario ${scenario.name}: changes[${index}].${change.type}.kind: ${scenario.cluster} does not serve ${kind} in ${apiVersion}`,
        );
      }
    }
  });
}

function referenceOf(
  change: Exclude<ScenarioChange, { type: 'fault' }>,
): ObjectReference {
  if (change.type !== 'apply') {
    return change.reference;
  }
  const { apiVersion, kind, metadata } = change.object;
  const { namespace, name } = metadata;
  return { apiVersion, kind, ...(namespace ? { namespace } : {}), name };
}

async function undoAll(undo: readonly Undo[]): Promise<void> {
  for (const { run } of undo) {
    await run();
  }
}

async function makeChange(
  cluster: DemoCluster,
  change: ScenarioChange,
): Promise<{ step: string; undo: Undo }> {
  if (change.type === 'fault') {
    const end = await cluster.fault(change.fault);
    const text = `fault ${describeFault(change.fault)}`;
    return { step: `began ${text}`, undo: { step: `ended ${text}`, run: end } };
  }
  const reference = referenceOf(change);
  const name = describeObject(reference);
  const before = cluster.get(reference);
  switch (change.type) {
    case 'apply':
      cluster.apply(change.object);
      break;
    case 'patch':
      cluster.patch(reference, change.content);
      break;
    default:
      cluster.delete(reference);
  }
  const verbs = {
    apply: before ? 'replaced' : 'created',
    patch: 'changed',
    delete: 'deleted',
  };
  const run = async () => {
    if (before) {
      cluster.apply(before);
    } else if (cluster.get(reference)) {
      cluster.delete(reference);
    }
  };
  return {
    step: `${verbs[change.type]} ${name}`,
    undo: { step: `${before ? 'restored' : 'deleted'} ${name}`, run },
  };
}
