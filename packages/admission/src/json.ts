/** Telling the kinds of JSON values apart. */

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own entry, so that a key such as `constructor` is never found by accident. */
export function fieldOf(fields: unknown, name: string): unknown {
  return isFields(fields) && Object.hasOwn(fields, name)
    ? fields[name]
    : undefined;
}

export function textOf(fields: unknown, name: string): string | undefined {
  const value = fieldOf(fields, name);
  return typeof value === 'string' ? value : undefined;
}

export function listOf(fields: unknown, name: string): readonly unknown[] {
  const value = fieldOf(fields, name);
  return Array.isArray(value) ? value : [];
}

/** Sets a field of an object that may have any keys: `__proto__` is a key like others. */
export function setField(fields: Fields, name: string, value: unknown): void {
  Object.defineProperty(fields, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** A copy that may be changed. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) {
    return value.map(copyOf) as T;
  }
  if (!isFields(value)) {
    return value;
  }
  const copy: Fields = {};
  for (const [name, inner] of Object.entries(value)) {
    setField(copy, name, copyOf(inner));
  }
  return copy as T;
}

/** What people call the type of a value. */
export function typeOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'a list';
  }
  switch (typeof value) {
    case 'object':
      return 'an object';
    case 'number':
      return Number.isInteger(value) ? 'an integer' : 'a number';
    case 'string':
      return 'text';
    default:
      return `a ${typeof value}`;
  }
}

/** Whether two JSON values are the same, whatever the order of their fields. */
export function isSame(left: unknown, right: unknown): boolean {
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((value, index) => isSame(value, right[index]))
    );
  }
  if (isFields(left)) {
    return (
      isFields(right) &&
      Object.keys(left).length === Object.keys(right).length &&
      Object.keys(left).every(
        name => Object.hasOwn(right, name) && isSame(left[name], right[name]),
      )
    );
  }
  return left === right;
}

/** One text for each JSON value, whatever the order of its fields; to find equal ones quickly. */
export function identityOf(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(identityOf).join(',')}]`;
  }
  if (isFields(value)) {
    return `{${Object.keys(value)
      .sort()
      .map(name => `${JSON.stringify(name)}:${identityOf(value[name])}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}
