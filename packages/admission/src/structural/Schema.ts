/** The schema of a version of a custom resource, as CustomResourceDefinitions hold it. */

/** A rule in CEL beside a schema. */
export interface ValidationRule {
  /** Nothing where it is left out. */
  rule?: string;
  message?: string;
  messageExpression?: string;
  /** Where below the schema the error belongs, such as `.spec.port`. */
  fieldPath?: string;
  /** Also evaluated on creation, when there is no old value. */
  optionalOldSelf?: boolean;
}

/** A type with a test of its own. */
export interface ValueType {
  name: string;
  includes(value: unknown): boolean;
}

/** OpenAPI v3 as far as structural schemas may use it. */
export interface Schema {
  type?: string;
  format?: string;
  nullable?: boolean;
  default?: unknown;
  enum?: readonly unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  allOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  not?: Schema;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-validations'?: readonly ValidationRule[];
  /** For types that no schema can say, such as quantities; only of built-in kinds. */
  only?: ValueType;
}

/** What a schema says of a field of an object. */
export function propertyOf(schema: Schema, name: string): Schema | undefined {
  return schema.properties && Object.hasOwn(schema.properties, name)
    ? schema.properties[name]
    : undefined;
}

/** What it says of entries that it does not name; undefined where it allows none, or says nothing of them. */
export function entrySchemaOf(schema: Schema): Schema | undefined {
  return typeof schema.additionalProperties === 'object'
    ? schema.additionalProperties
    : undefined;
}

/** Fields that every object of a kind has, whatever its schema says. */
export const OBJECT_FIELDS: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata',
]);
