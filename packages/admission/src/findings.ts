/** What checks found so far: what is wrong, and what nobody can tell. */
import { FoundProblem, Problem, ProblemKind } from './problems';

export class Findings {
  readonly problems: FoundProblem[] = [];
  /** Rules that could not be evaluated, so that they may or may not refuse the object. */
  readonly unknown: Problem[] = [];

  /** What a webhook could still refuse: no word of the API server's own. */
  readonly beyond: Problem[] = [];

  add(field: string, message: string, kind: ProblemKind = 'value'): void {
    this.problems.push({ field, message, kind });
  }

  addUnknown(field: string, message: string): void {
    this.unknown.push({ field, message });
  }

  addBeyond(field: string, message: string): void {
    this.beyond.push({ field, message });
  }

  addAll({ problems, unknown }: Findings): void {
    this.problems.push(...problems);
    this.unknown.push(...unknown);
  }
}
