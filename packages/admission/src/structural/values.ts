/** Whether a value is what a schema says, per kube-openapi's validator, which is the API server's. */
import { Findings } from '../findings';
import { Fields, identityOf, isFields, typeOf } from '../json';
import { child, item, key } from '../problems';
import { Schema, entrySchemaOf, propertyOf } from './Schema';
import { checkEnum, checkNumber, checkText } from './scalars';

export function checkValue(
  value: unknown,
  schema: Schema,
  path: string,
  findings: Findings,
): void {
  if (value === null) {
    if (schema.type !== undefined && schema.nullable !== true) {
      findings.add(path, `must be ${nameOf(schema)}, not null`, 'shape');
    }
    checkEnum(value, schema, path, findings);
    return;
  }
  if (!isOfType(value, schema)) {
    findings.add(
      path,
      `must be ${nameOf(schema)}, not ${typeOf(value)}`,
      'shape',
    );
    return;
  }
  checkEnum(value, schema, path, findings);
  if (typeof value === 'string') {
    checkText(value, schema, path, findings);
  } else if (typeof value === 'number') {
    checkNumber(value, schema, path, findings);
  } else if (Array.isArray(value)) {
    checkItems(value, schema, path, findings);
  } else if (isFields(value)) {
    checkFields(value, schema, path, findings);
  }
  checkAlternatives(value, schema, path, findings);
}

const NAMES: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  string: 'text',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
};

function nameOf(schema: Schema): string {
  if (schema.only) {
    return schema.only.name;
  }
  return schema['x-kubernetes-int-or-string']
    ? 'an integer or text'
    : NAMES[schema.type ?? ''] ?? 'something';
}

function isOfType(value: unknown, schema: Schema): boolean {
  if (schema.only) {
    return schema.only.includes(value);
  }
  if (schema['x-kubernetes-int-or-string']) {
    return typeof value === 'string' || Number.isInteger(value);
  }
  switch (schema.type) {
    case 'object':
      return isFields(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case undefined:
      return true;
    default:
      return typeof value === schema.type;
  }
}

function checkItems(
  list: readonly unknown[],
  schema: Schema,
  path: string,
  findings: Findings,
): void {
  const { items, minItems, maxItems } = schema;
  if (items) {
    list.forEach((inner, index) =>
      checkValue(inner, items, item(path, index), findings),
    );
  }
  if (minItems !== undefined && list.length < minItems) {
    findings.add(path, `must have at least ${minItems} items`);
  }
  if (maxItems !== undefined && list.length > maxItems) {
    findings.add(path, `must have at most ${maxItems} items`, 'shape');
  }
  if (schema.uniqueItems && new Set(list.map(identityOf)).size < list.length) {
    findings.add(path, 'must not hold an item twice');
  }
}

function checkFields(
  fields: Fields,
  schema: Schema,
  path: string,
  findings: Findings,
): void {
  const names = Object.keys(fields);
  if (
    schema.minProperties !== undefined &&
    names.length < schema.minProperties
  ) {
    findings.add(path, `must have at least ${schema.minProperties} entries`);
  }
  if (
    schema.maxProperties !== undefined &&
    names.length > schema.maxProperties
  ) {
    findings.add(
      path,
      `must have at most ${schema.maxProperties} entries`,
      'shape',
    );
  }
  const entries = entrySchemaOf(schema);
  for (const name of names) {
    const property = propertyOf(schema, name);
    if (property) {
      checkValue(fields[name], property, child(path, name), findings);
    } else if (entries) {
      checkValue(fields[name], entries, key(path, name), findings);
    } else if (schema.additionalProperties === false) {
      findings.add(child(path, name), 'is not allowed here');
    }
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(fields, name)) {
      findings.add(child(path, name), 'is missing', 'shape');
    }
  }
}

function checkAlternatives(
  value: unknown,
  schema: Schema,
  path: string,
  findings: Findings,
): void {
  for (const part of schema.allOf ?? []) {
    checkValue(value, part, path, findings);
  }
  if (schema.anyOf?.length) {
    const tried = schema.anyOf.map(part => tryOut(value, part, path, findings));
    if (!tried.some(isSatisfied)) {
      findings.add(path, `is none of what it may be: ${reasonsOf(tried)}`);
    }
  }
  if (schema.oneOf?.length) {
    const tried = schema.oneOf.map(part => tryOut(value, part, path, findings));
    const count = tried.filter(isSatisfied).length;
    if (count === 0) {
      findings.add(path, `is none of what it may be: ${reasonsOf(tried)}`);
    } else if (count > 1) {
      findings.add(
        path,
        `is ${count} of several things of which it may be only one${alternativesOf(
          schema.oneOf,
        )}`,
      );
    }
  }
  if (schema.not && isSatisfied(tryOut(value, schema.not, path, findings))) {
    findings.add(path, `is what it must not be${alternativesOf([schema.not])}`);
  }
}

/** What nobody can tell about an alternative, nobody can tell about the whole. */
function tryOut(
  value: unknown,
  schema: Schema,
  path: string,
  whole: Findings,
): Findings {
  const findings = new Findings();
  checkValue(value, schema, path, findings);
  whole.unknown.push(...findings.unknown);
  return findings;
}

function isSatisfied({ problems }: Findings): boolean {
  return problems.length === 0;
}

function reasonsOf(tried: readonly Findings[]): string {
  const reasons = tried.flatMap(({ problems: [first] }) =>
    first ? [`${first.field} ${first.message}`.trim()] : [],
  );
  return [...new Set(reasons)].join('; or ');
}

/** The fields that tell alternatives apart, where that is all they do. */
function alternativesOf(schemas: readonly Schema[]): string {
  const names = new Set(
    schemas.flatMap(schema => [
      ...(schema.required ?? []),
      ...(schema.anyOf ?? []).flatMap(({ required }) => required ?? []),
    ]),
  );
  return names.size === 0 ? '' : `: ${[...names].join(', ')}`;
}
