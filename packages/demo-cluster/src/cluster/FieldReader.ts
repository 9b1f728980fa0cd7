/** Reads the project's own small documents (cluster.yaml, scenarios) and says which field is wrong. */
import { isRecord } from '../store/apiObject';

/** A field that does not say what it must; `field` is '' for the document as a whole. */
export class FieldError extends Error {
  constructor(readonly field: string, readonly problem: string) {
    super(field === '' ? problem : `${field}: ${problem}`);
    this.name = 'FieldError';
  }
}

export class FieldReader {
  readonly #fields: Record<string, unknown>;
  readonly #path: string;

  /** Checks that a value is a map without other fields than the known ones. */
  static create(
    value: unknown,
    path: string,
    known: readonly string[],
  ): FieldReader {
    if (!isRecord(value)) {
      throw new FieldError(path, 'must be a map of fields');
    }
    const reader = new FieldReader(value, path);
    for (const field of Object.keys(value)) {
      if (!known.includes(field)) {
        throw new FieldError(
          reader.pathOf(field),
          `is not known; the fields here are ${known.join(', ')}`,
        );
      }
    }
    return reader;
  }

  private constructor(fields: Record<string, unknown>, path: string) {
    this.#fields = fields;
    this.#path = path;
  }

  pathOf(field: string): string {
    return this.#path === '' ? field : `${this.#path}.${field}`;
  }

  has(field: string): boolean {
    return this.value(field) !== undefined;
  }

  value(field: string): unknown {
    return this.#fields[field] ?? undefined;
  }

  string(field: string): string | undefined {
    const value = this.value(field);
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw new FieldError(this.pathOf(field), 'must be a non-empty text');
    }
    return value;
  }

  requiredString(field: string): string {
    const value = this.string(field);
    if (value === undefined) {
      throw new FieldError(this.pathOf(field), 'is required');
    }
    return value;
  }

  boolean(field: string): boolean | undefined {
    const value = this.value(field);
    if (value !== undefined && typeof value !== 'boolean') {
      throw new FieldError(this.pathOf(field), 'must be true or false');
    }
    return value;
  }

  /** A whole number from `least` to `most`. */
  integer(field: string, least: number, most: number): number | undefined {
    const value = this.value(field);
    if (value === undefined) {
      return undefined;
    }
    if (
      typeof value !== 'number' ||
      !Number.isInteger(value) ||
      value < least ||
      value > most
    ) {
      throw new FieldError(
        this.pathOf(field),
        `must be a whole number from ${least} to ${most}`,
      );
    }
    return value;
  }

  strings(field: string): string[] | undefined {
    const value = this.list(field);
    value?.forEach((item, index) => {
      if (typeof item !== 'string' || item === '') {
        throw new FieldError(
          `${this.pathOf(field)}[${index}]`,
          'must be a non-empty text',
        );
      }
    });
    return value as string[] | undefined;
  }

  list(field: string): unknown[] | undefined {
    const value = this.value(field);
    if (value !== undefined && !Array.isArray(value)) {
      throw new FieldError(this.pathOf(field), 'must be a list');
    }
    return value;
  }

  /** One of a few words. */
  choice<T extends string>(
    field: string,
    options: readonly T[],
  ): T | undefined {
    const value = this.string(field);
    const found = options.find(option => option === value);
    if (value !== undefined && found === undefined) {
      throw new FieldError(
        this.pathOf(field),
        `must be one of ${options.join(', ')}; it is ${JSON.stringify(value)}`,
      );
    }
    return found;
  }
}
