/** Kubernetes label selectors, as `k8s.io/apimachinery` matches them. */
import { LabelSelector } from '../snapshot/kinds';

type Labels = Readonly<Record<string, string>>;

/** Whether a plain map of labels is contained in `labels`; an empty map matches everything. */
export function matchesLabels(
  required: Labels | undefined,
  labels: Labels,
): boolean {
  return Object.entries(required ?? {}).every(
    ([key, value]) => labels[key] === value,
  );
}

/** Thrown for an operator outside In, NotIn, Exists, DoesNotExist; the judge turns it into `unknown`. */
export class UnknownOperatorError extends Error {
  constructor(operator: string) {
    super(`label selectors have no operator "${operator}"`);
    this.name = 'UnknownOperatorError';
  }
}

/**
 * Whether a selector matches; an empty selector matches everything. NotIn and
 * DoesNotExist also match where the key is absent. An operator that Kubernetes
 * does not know is an error, not a guess.
 */
export function matchesSelector(
  selector: LabelSelector,
  labels: Labels,
): boolean {
  return (
    matchesLabels(selector.matchLabels, labels) &&
    (selector.matchExpressions ?? []).every(
      ({ key, operator, values = [] }) => {
        const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
        switch (operator) {
          case 'In':
            return value !== undefined && values.includes(value);
          case 'NotIn':
            return value === undefined || !values.includes(value);
          case 'Exists':
            return value !== undefined;
          case 'DoesNotExist':
            return value === undefined;
          default:
            throw new UnknownOperatorError(operator);
        }
      },
    )
  );
}
