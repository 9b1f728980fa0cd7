/**
 * The patterns in which policies write values: exact, `prefix*`, `*suffix`, `*`
 * for anything that is there, and templates of paths. Beside matching a value,
 * two patterns can be compared, so that conditions on a request that is not
 * known yet can be simplified.
 */
import { PathTemplate, isPathTemplate } from './pathTemplate';

export type Pattern =
  | { kind: 'exact' | 'prefix' | 'suffix'; text: string; written: string }
  | { kind: 'present'; written: string }
  | { kind: 'template'; template: PathTemplate; written: string }
  /** Compared by what is written alone. */
  | { kind: 'opaque'; written: string };

/** A `*` anywhere but at one end stands for itself. */
export function patternOf(written: string): Pattern {
  if (written === '*') {
    return { kind: 'present', written };
  }
  if (written.startsWith('*')) {
    return { kind: 'suffix', text: written.slice(1), written };
  }
  if (written.endsWith('*')) {
    return { kind: 'prefix', text: written.slice(0, -1), written };
  }
  return { kind: 'exact', text: written, written };
}

/** A pattern of a path, which may hold `{*}` and `{**}`. */
export function pathPatternOf(written: string): Pattern {
  return isPathTemplate(written)
    ? { kind: 'template', template: PathTemplate.create(written), written }
    : patternOf(written);
}

export function matchesPattern(pattern: Pattern, value: string): boolean {
  switch (pattern.kind) {
    case 'exact':
      return value === pattern.text;
    case 'prefix':
      return value.startsWith(pattern.text);
    case 'suffix':
      return value.endsWith(pattern.text);
    case 'template':
      return pattern.template.matches(value);
    case 'present':
      return value !== '';
    default:
      return value === pattern.written;
  }
}

/** Whether every value that the second matches is surely matched by the first. */
export function covers(wide: Pattern, narrow: Pattern): boolean {
  if (wide.written === narrow.written) {
    return true;
  }
  switch (wide.kind) {
    case 'present':
      return narrow.kind !== 'exact' || narrow.text !== '';
    case 'prefix':
      return 'text' in narrow && narrow.kind !== 'suffix'
        ? narrow.text.startsWith(wide.text)
        : narrow.kind === 'template' &&
            narrow.template.head.startsWith(wide.text);
    case 'suffix':
      return (
        (narrow.kind === 'exact' || narrow.kind === 'suffix') &&
        narrow.text.endsWith(wide.text)
      );
    case 'template':
      return narrow.kind === 'exact' && wide.template.matches(narrow.text);
    default:
      return false;
  }
}

/** Whether surely no value is matched by both. */
export function areDisjoint(one: Pattern, other: Pattern): boolean {
  if (one.kind === 'opaque' || other.kind === 'opaque') {
    return false;
  }
  if (one.kind === 'exact') {
    return !matchesPattern(other, one.text);
  }
  if (other.kind === 'exact') {
    return !matchesPattern(one, other.text);
  }
  if (one.kind === 'suffix' && other.kind === 'suffix') {
    return !one.text.endsWith(other.text) && !other.text.endsWith(one.text);
  }
  const [left, right] = [headOf(one), headOf(other)];
  return !left.startsWith(right) && !right.startsWith(left);
}

/** What every value that a pattern matches begins with. */
function headOf(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'prefix':
      return pattern.text;
    case 'template':
      return pattern.template.head;
    default:
      return '';
  }
}
