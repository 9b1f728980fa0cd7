/**
 * The rules of `x-kubernetes-validations`, evaluated as on creation: rules that
 * compare with the object before say nothing then, unless they ask to.
 */
import { CelInput } from '@bufbuild/cel';
import { Findings } from '../findings';
import { isFields } from '../json';
import { child, item, key } from '../problems';
import {
  Schema,
  ValidationRule,
  entrySchemaOf,
  propertyOf,
} from '../structural/Schema';
import { Expression } from './Expression';
import { objectValue, valueOf } from './values';

/** Checks an object that its schema already allows. */
export function checkRules(
  object: Record<string, unknown>,
  schema: Schema,
  findings: Findings,
): void {
  walk(object, schema, schema, '', true, findings);
}

/** `types` is the schema that says what the value is, `schema` the part of it whose rules are asked. */
function walk(
  value: unknown,
  schema: Schema,
  types: Schema,
  path: string,
  isRoot: boolean,
  findings: Findings,
): void {
  if (value === null || value === undefined) {
    return;
  }
  const rules = schema['x-kubernetes-validations'] ?? [];
  if (rules.length > 0) {
    const self = selfOf(value, types, isRoot);
    for (const rule of rules) {
      checkRule(rule, self, path, findings);
    }
  }
  for (const part of schema.allOf ?? []) {
    walk(value, part, types, path, isRoot, findings);
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items) {
      value.forEach((inner, index) =>
        walk(
          inner,
          items,
          types.items ?? items,
          item(path, index),
          false,
          findings,
        ),
      );
    }
  } else if (isFields(value)) {
    for (const [name, inner] of Object.entries(value)) {
      const property = propertyOf(schema, name);
      const known = property ?? entrySchemaOf(schema);
      if (known) {
        walk(
          inner,
          known,
          propertyOf(types, name) ?? entrySchemaOf(types) ?? known,
          property ? child(path, name) : key(path, name),
          false,
          findings,
        );
      }
    }
  }
}

function selfOf(
  value: unknown,
  types: Schema,
  isRoot: boolean,
): { value: CelInput } | { error: string } {
  try {
    return {
      value:
        isRoot && isFields(value)
          ? objectValue(value, types)
          : valueOf(value, types),
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function checkRule(
  rule: ValidationRule,
  self: ReturnType<typeof selfOf>,
  path: string,
  findings: Findings,
): void {
  const text = rule.rule ?? '';
  const expression = Expression.of(text);
  if (
    text.trim() === '' ||
    (expression.readsOldSelf && rule.optionalOldSelf !== true)
  ) {
    return;
  }
  const place = placeOf(path, rule);
  if ('error' in self) {
    findings.add(place, self.error);
    return;
  }
  // There is no old object, and an optional that is none is an empty list.
  const variables = { self: self.value, oldSelf: [] };
  const evaluation = expression.evaluate(variables);
  if ('unknown' in evaluation) {
    findings.addUnknown(
      place,
      `the rule ${oneLine(text)} cannot be evaluated here: ${
        evaluation.unknown
      }`,
    );
  } else if ('error' in evaluation) {
    findings.add(
      place,
      `${
        rule.message?.trim() ?? `the rule ${oneLine(text)}`
      }: evaluating it ends in an error, ${evaluation.error}`,
    );
  } else if (evaluation.value !== true) {
    findings.add(place, messageOf(rule, variables));
  }
}

const LONGEST_MESSAGE = 5 * 1024;

function messageOf(
  rule: ValidationRule,
  variables: Record<string, CelInput>,
): string {
  if (rule.messageExpression) {
    const evaluation = Expression.of(rule.messageExpression).evaluate(
      variables,
    );
    const message =
      'value' in evaluation && typeof evaluation.value === 'string'
        ? evaluation.value.trim()
        : '';
    if (
      message !== '' &&
      message.length <= LONGEST_MESSAGE &&
      !message.includes('\n')
    ) {
      return message;
    }
  }
  return rule.message?.trim() || `breaks the rule ${oneLine(rule.rule ?? '')}`;
}

function placeOf(path: string, { fieldPath = '' }: ValidationRule): string {
  return path === '' ? fieldPath.replace(/^\./, '') : `${path}${fieldPath}`;
}

function oneLine(rule: string): string {
  return rule.trim().replace(/\s+/g, ' ');
}
