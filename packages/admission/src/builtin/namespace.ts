/** `ValidateNamespace`: what must be done before a namespace is gone. */
import { Findings } from '../findings';
import { Fields, fieldOf, listOf } from '../json';
import { report } from '../metadata';
import { wrongQualifiedName } from '../names';
import { item } from '../problems';

const STANDARD = ['kubernetes', 'orphan', 'foregroundDeletion'];

export function checkNamespace(object: Fields, findings: Findings): void {
  listOf(fieldOf(object, 'spec'), 'finalizers').forEach((finalizer, index) => {
    const name = String(finalizer);
    const field = item('spec.finalizers', index);
    report(
      wrongQualifiedName(name) ??
        (name.includes('/') || STANDARD.includes(name)
          ? undefined
          : 'must have a domain and a slash in front'),
      field,
      findings,
    );
  });
}
