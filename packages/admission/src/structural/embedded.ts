/** Objects inside objects (`x-kubernetes-embedded-resource`) have a kind, and metadata that is checked like their owner's. */
import { Findings } from '../findings';
import { Fields, fieldOf, isFields, setField, textOf } from '../json';
import { checkMetadata, report } from '../metadata';
import { wrongPathSegment, wrongServiceLabel } from '../names';
import { child, item, key } from '../problems';
import { Schema, entrySchemaOf, propertyOf } from './Schema';

export function checkEmbedded(
  value: unknown,
  schema: Schema | undefined,
  path: string,
  findings: Findings,
): void {
  if (!schema) {
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((inner, index) =>
      checkEmbedded(inner, schema.items, item(path, index), findings),
    );
    return;
  }
  if (!isFields(value)) {
    return;
  }
  if (schema['x-kubernetes-embedded-resource']) {
    checkObject(value, path, findings);
  }
  for (const [name, inner] of Object.entries(value)) {
    const property = propertyOf(schema, name);
    checkEmbedded(
      inner,
      property ?? entrySchemaOf(schema),
      property ? child(path, name) : key(path, name),
      findings,
    );
  }
}

function checkObject(value: Fields, path: string, findings: Findings): void {
  for (const name of ['apiVersion', 'kind']) {
    if (!Object.hasOwn(value, name)) {
      findings.add(child(path, name), 'is missing', 'shape');
    } else if ((textOf(value, name) ?? '') === '') {
      findings.add(child(path, name), 'must be text, and not empty');
    }
  }
  if ((textOf(value, 'apiVersion') ?? '').split('/').length > 2) {
    findings.add(
      child(path, 'apiVersion'),
      'must be a group and a version, or a version',
    );
  }
  const kind = textOf(value, 'kind') ?? '';
  if (kind !== '') {
    report(
      wrongServiceLabel(kind.toLowerCase()),
      child(path, 'kind'),
      findings,
    );
  }
  if (fieldOf(value, 'metadata') !== undefined) {
    setField(
      value,
      'metadata',
      checkMetadata(
        value.metadata,
        child(path, 'metadata'),
        { wrongName: wrongPathSegment, named: false },
        findings,
      ),
    );
  }
}
