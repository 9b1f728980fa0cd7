/**
 * Values of types that CEL itself does not have, such as URLs: a map with one
 * entry that no expression can name by accident. Equal texts are equal values.
 */
import { CelMap, CelValue, celMap, isCelMap } from '@bufbuild/cel';

export type OpaqueType =
  | 'url'
  | 'ip'
  | 'cidr'
  | 'quantity'
  | 'semver'
  | 'format';

export function opaque(type: OpaqueType, text: string): CelMap {
  return celMap(new Map([[`\u0000${type}`, text]]));
}

/** The text of a value of one of these types; undefined for other values. */
export function textOf(value: CelValue, type: OpaqueType): string | undefined {
  const text = isCelMap(value) ? value.get(`\u0000${type}`) : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** Throws for a value of another type, as an evaluation without a matching overload ends. */
export function requireText(value: CelValue, type: OpaqueType): string {
  const text = textOf(value, type);
  if (text === undefined) {
    throw new Error(`found no matching overload: it is no ${type}`);
  }
  return text;
}
