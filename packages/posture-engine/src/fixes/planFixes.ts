/**
 * Repairs with their proof. A fix counts only after the engine has judged the
 * cluster as it would be with it: what it repairs, what it would break, and which
 * connections it opens and closes. A fix that breaks something takes the fixes of
 * that with it, if there are any; one that opens a connection is never taken, and
 * one that closes any only where somebody confirmed it.
 */
import { Control, Fix, SEVERITIES, Verdict } from '../controls/control';
import { Finding, Judge } from '../findings';
import type { DiffEndpoint } from '../decisions';
import { JointChange, changesBetween, layersOf } from '../joint';
import {
  ClusterSnapshot,
  CreateSnapshotOptions,
  KubernetesObject,
  workloadKey,
} from '../snapshot';
import { applyFix } from './applyFix';

export interface PlanFixesOptions {
  /** As manifests or the API server hold them: edits are made to these. */
  objects: readonly KubernetesObject[];
  /** Everything else of the snapshot. */
  snapshot: Omit<CreateSnapshotOptions, 'objects'>;
  /** All that shall be judged: what a fix must not break. */
  controls: readonly Control[];
  /** Which findings to repair; all if left out. */
  repairs?(finding: Finding): boolean;
  /** Whether fixes may close connections. */
  mayClose: boolean;
}

/** What the engine found of the cluster with a fix. */
export interface FixProof {
  /** Failing before and no longer. */
  repaired: readonly Finding[];
  /** Connections that change, in network and mesh; none is opened, and none is less encrypted than before. */
  connections: readonly JointChange[];
}

export interface FixStep {
  fixes: readonly Fix[];
  proof: FixProof;
}

export interface FixPlan {
  /** In the order in which they were proved; each rests on those before. */
  steps: readonly FixStep[];
  /** Failing still, and why no fix of them was taken. */
  left: readonly { finding: Finding; reason: string }[];
  before: readonly Finding[];
  after: readonly Finding[];
  /** The cluster with all steps. */
  objects: readonly KubernetesObject[];
}

/** How many fixes of what a fix breaks may follow it. */
const MOST_FOLLOWING = 8;

/** One state of the cluster. */
interface State {
  objects: readonly KubernetesObject[];
  snapshot: ClusterSnapshot;
  findings: readonly Finding[];
  /** By finding. */
  verdicts: ReadonlyMap<string, Verdict>;
}

type Trial = { state: State; step: FixStep } | { reason: string };

const BY_PEOPLE = 'Only somebody who knows the service can decide how.';

class Planner {
  readonly #judge: Judge;
  #state: State;

  constructor(private readonly options: PlanFixesOptions) {
    this.#judge = Judge.create({ controls: options.controls });
    this.#state = this.#stateOf(
      options.objects,
      ClusterSnapshot.create({ ...options.snapshot, objects: options.objects }),
    );
  }

  plan(): FixPlan {
    const before = this.#state.findings;
    const steps: FixStep[] = [];
    const reasons = new Map<string, string>();
    for (let isProgress = true; isProgress; ) {
      isProgress = false;
      for (const finding of this.#failing()) {
        if (!fails(this.#state, finding)) {
          continue;
        }
        const trial = this.#try(finding);
        if ('reason' in trial) {
          reasons.set(keyOf(finding), trial.reason);
        } else {
          this.#state = trial.state;
          steps.push(trial.step);
          isProgress = true;
        }
      }
    }
    return {
      steps,
      left: this.#failing().map(finding => ({
        finding,
        reason: reasons.get(keyOf(finding)) ?? BY_PEOPLE,
      })),
      before,
      after: this.#state.findings,
      objects: this.#state.objects,
    };
  }

  /** What is to be repaired, the worst first. */
  #failing(): Finding[] {
    const { repairs = () => true } = this.options;
    return this.#state.findings
      .filter(finding => finding.verdict === 'fail' && repairs(finding))
      .sort(
        (left, right) =>
          SEVERITIES.indexOf(left.severity) -
          SEVERITIES.indexOf(right.severity),
      );
  }

  #try(finding: Finding): Trial {
    const fixes: Fix[] = [];
    let state = this.#state;
    let next: Finding | undefined = finding;
    while (next) {
      const { fix } = next;
      if (!fix || !(fix.objects?.length || fix.edits?.length)) {
        return {
          reason:
            next === finding
              ? BY_PEOPLE
              : `It would break ${nameOf(next)}: ${next.message}`,
        };
      }
      const applied = applyFix(state.objects, fix);
      if ('conflict' in applied) {
        return { reason: applied.conflict };
      }
      fixes.push(fix);
      state = this.#stateWith(applied.objects);
      next = this.#brokenIn(state)[0];
      if (next && fixes.length > MOST_FOLLOWING) {
        return { reason: `It would break ${nameOf(next)}: ${next.message}` };
      }
    }
    return this.#prove(finding, fixes, state);
  }

  #stateWith(objects: readonly KubernetesObject[]): State {
    return this.#stateOf(
      objects,
      ClusterSnapshot.create({ ...this.options.snapshot, objects }).sharing(
        this.#state.snapshot,
      ),
    );
  }

  #stateOf(
    objects: readonly KubernetesObject[],
    snapshot: ClusterSnapshot,
  ): State {
    const findings = this.#judge.judge(snapshot);
    return {
      objects,
      snapshot,
      findings,
      verdicts: new Map(
        findings.map(finding => [keyOf(finding), finding.verdict]),
      ),
    };
  }

  /** What fails, or can no longer be told, and was well before. */
  #brokenIn({ findings }: State): Finding[] {
    return findings.filter(finding => {
      const was = this.#state.verdicts.get(keyOf(finding));
      return finding.verdict === 'fail'
        ? was !== 'fail'
        : finding.verdict === 'unknown' && was === 'pass';
    });
  }

  #prove(finding: Finding, fixes: Fix[], state: State): Trial {
    if (fails(state, finding)) {
      return { reason: 'What can be written down would not be enough.' };
    }
    const connections = changesBetween(
      this.#state.snapshot,
      state.snapshot,
      layersOf([state.snapshot]),
    );
    if (connections.some(opens)) {
      return { reason: 'It would open connections that are closed today.' };
    }
    if (
      connections.some(({ reencrypted }) =>
        reencrypted.some(({ after }) => after !== 'mtls'),
      )
    ) {
      return { reason: 'It would encrypt connections less than today.' };
    }
    const closing = connections.filter(({ closed }) => !closed.isEmpty);
    if (closing.length > 0 && !this.options.mayClose) {
      return {
        reason: `It would close what is open today, and nobody has said that it may: ${listed(
          closing,
        )}.`,
      };
    }
    return {
      state,
      step: {
        fixes,
        proof: {
          repaired: this.#state.findings.filter(
            other => other.verdict === 'fail' && !fails(state, other),
          ),
          connections,
        },
      },
    };
  }
}

export function planFixes(options: PlanFixesOptions): FixPlan {
  return new Planner(options).plan();
}

const MOST_NAMED = 3;

function listed(changes: readonly JointChange[]): string {
  const names = changes.map(
    ({ source, destination }) => `${endOf(source)} to ${endOf(destination)}`,
  );
  const others = names.length - MOST_NAMED;
  return [
    ...names.slice(0, MOST_NAMED),
    ...(others > 0 ? [`and ${others} more`] : []),
  ].join(', ');
}

function endOf(end: DiffEndpoint): string {
  return end.kind === 'external'
    ? 'addresses outside'
    : `${end.reference.namespace}/${end.reference.name}`;
}

function opens({ opened, unknown }: JointChange): boolean {
  return !opened.isEmpty || !unknown.isEmpty;
}

function fails({ verdicts }: State, finding: Finding): boolean {
  return verdicts.get(keyOf(finding)) === 'fail';
}

function keyOf({ control, subject }: Finding): string {
  return JSON.stringify([control, workloadKey(subject), subject.port ?? null]);
}

function nameOf({ control, subject: { namespace, name } }: Finding): string {
  return `${control} of ${namespace}/${name}`;
}
