/** Whom an expression means among classes, by the sets of classes with each value of a label. */
import { ClassSet } from '../../decisions';
import type { CalicoSelector } from './selector';

type LabelSets = (label: string) => ReadonlyMap<string, ClassSet>;

/** Those of `scope` that match, as `matchesCalico` has it for their labels. */
export function selectCalico(
  scope: ClassSet,
  selector: CalicoSelector,
  labelSets: LabelSets,
): ClassSet {
  const having = (label: string, matches: (value: string) => boolean) =>
    scope.intersect(
      ClassSet.union(
        [...labelSets(label)].flatMap(([value, set]) =>
          matches(value) ? [set] : [],
        ),
      ),
    );
  const withValues = (label: string, values: Iterable<string>) => {
    const sets = labelSets(label);
    return scope.intersect(
      ClassSet.union([...values].flatMap(value => sets.get(value) ?? [])),
    );
  };
  switch (selector.kind) {
    case 'all':
    case 'global':
      return scope;
    case 'not':
      return scope.subtract(selectCalico(scope, selector.operand, labelSets));
    case 'and':
      return selector.operands.reduce(
        (rest, operand) => selectCalico(rest, operand, labelSets),
        scope,
      );
    case 'or':
      return ClassSet.union(
        selector.operands.map(operand =>
          selectCalico(scope, operand, labelSets),
        ),
      );
    case 'has':
      return having(selector.label, () => true);
    case 'equals':
      return withValues(selector.label, [selector.value]);
    case 'in':
      return withValues(selector.label, selector.values);
    case 'contains':
      return having(selector.label, value => value.includes(selector.value));
    case 'starts with':
      return having(selector.label, value => value.startsWith(selector.value));
    default:
      return having(selector.label, value => value.endsWith(selector.value));
  }
}
