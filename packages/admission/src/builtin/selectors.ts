/** Label selectors of built-in kinds, per apimachinery's `meta/v1/validation`. */
import { Findings } from '../findings';
import { fieldOf, listOf, textOf } from '../json';
import { checkLabels, report } from '../metadata';
import { wrongLabelValue, wrongQualifiedName } from '../names';
import { child, item } from '../problems';

export function checkLabelSelector(
  selector: unknown,
  path: string,
  findings: Findings,
): void {
  checkLabels(
    fieldOf(selector, 'matchLabels'),
    child(path, 'matchLabels'),
    findings,
  );
  listOf(selector, 'matchExpressions').forEach((requirement, index) => {
    const place = item(child(path, 'matchExpressions'), index);
    const operator = textOf(requirement, 'operator') ?? '';
    const values = listOf(requirement, 'values').map(String);
    report(
      wrongQualifiedName(textOf(requirement, 'key') ?? ''),
      child(place, 'key'),
      findings,
    );
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) {
        findings.add(
          child(place, 'values'),
          `is missing: ${operator} needs it`,
        );
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        findings.add(child(place, 'values'), `must not stand with ${operator}`);
      }
    } else {
      findings.add(
        child(place, 'operator'),
        'must be In, NotIn, Exists or DoesNotExist',
      );
    }
    values.forEach((value, at) =>
      report(
        wrongLabelValue(value),
        item(child(place, 'values'), at),
        findings,
      ),
    );
  });
}
