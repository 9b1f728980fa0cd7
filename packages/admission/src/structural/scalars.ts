/** What a schema may say of texts, numbers and fixed sets of values. */
import { Findings } from '../findings';
import { isSame } from '../json';
import { isFound } from '../patterns';
import { quote } from '../problems';
import { Schema } from './Schema';
import { hasFormat } from './formats';

export function checkEnum(
  value: unknown,
  schema: Schema,
  path: string,
  findings: Findings,
): void {
  if (schema.enum && !schema.enum.some(known => isSame(known, value))) {
    findings.add(
      path,
      `is ${quote(value)}, which is none of ${schema.enum
        .map(known => JSON.stringify(known))
        .join(', ')}`,
    );
  }
}

export function checkText(
  text: string,
  schema: Schema,
  path: string,
  findings: Findings,
): void {
  const length = [...text].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) {
    findings.add(path, `has more than ${schema.maxLength} characters`, 'shape');
  }
  if (schema.minLength !== undefined && length < schema.minLength) {
    findings.add(
      path,
      schema.minLength === 1
        ? 'must not be empty'
        : `has less than ${schema.minLength} characters`,
    );
  }
  if (schema.pattern !== undefined) {
    checkPattern(text, schema.pattern, path, findings);
  }
  const isText = schema.type === 'string' || schema.type === undefined;
  if (isText && schema.format !== undefined) {
    const isRight = hasFormat(schema.format, text);
    if (isRight === undefined) {
      findings.addUnknown(
        path,
        `whether it has the format ${schema.format} is not checked here`,
      );
    } else if (!isRight) {
      findings.add(
        path,
        `is ${quote(text)}, which has not the format ${schema.format}`,
        'shape',
      );
    }
  }
}

function checkPattern(
  text: string,
  pattern: string,
  path: string,
  findings: Findings,
): void {
  try {
    if (!isFound(pattern, text)) {
      findings.add(path, `is ${quote(text)}, which does not match ${pattern}`);
    }
  } catch (error) {
    findings.addUnknown(
      path,
      `its pattern ${pattern} cannot be read: ${
        error instanceof Error ? error.message : String(error)
      }`,
    );
  }
}

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [-(2 ** 63), 2 ** 63],
  float: [-3.4028234663852886e38, 3.4028234663852886e38],
};

export function checkNumber(
  number: number,
  schema: Schema,
  path: string,
  findings: Findings,
): void {
  const { minimum, maximum, multipleOf, format = '' } = schema;
  if (
    minimum !== undefined &&
    (schema.exclusiveMinimum ? number <= minimum : number < minimum)
  ) {
    findings.add(
      path,
      `must be ${
        schema.exclusiveMinimum ? 'more than' : 'at least'
      } ${minimum}`,
    );
  }
  if (
    maximum !== undefined &&
    (schema.exclusiveMaximum ? number >= maximum : number > maximum)
  ) {
    findings.add(
      path,
      `must be ${schema.exclusiveMaximum ? 'less than' : 'at most'} ${maximum}`,
    );
  }
  if (
    multipleOf !== undefined &&
    !Number.isInteger(
      multipleOf < 1 ? (1 / multipleOf) * number : number / multipleOf,
    )
  ) {
    findings.add(path, `must be a multiple of ${multipleOf}`);
  }
  const isWhole = format.startsWith('int');
  const [least, most] =
    (isWhole ? schema.type === 'integer' : schema.type === 'number') &&
    Object.hasOwn(RANGES, format)
      ? RANGES[format]
      : [-Infinity, Infinity];
  if (number < least || number > most) {
    findings.add(path, `is ${number}, which does not fit into ${format}`);
  }
}
