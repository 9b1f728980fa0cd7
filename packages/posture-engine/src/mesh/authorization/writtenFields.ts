/** The fields of an AuthorizationPolicy's rules one by one, with where they stand: what a proxy may leave out. */
import { JsonValue, referenceTo } from '../../snapshot';
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import { FieldValue } from '../podFields';

/** One field of a rule that holds values; `not…` fields and `notValues` are fields of their own. */
export interface WrittenField {
  /** `methods`, `notPrincipals`; of a condition its key. */
  name: string;
  /** Whether it says what must not be. */
  negative: boolean;
  values: readonly string[];
  /** `spec.rules[0].to[0].operation.methods` */
  path: string;
  rule: number;
  condition: boolean;
}

type Fields = Readonly<Record<string, readonly string[] | undefined>>;

const known = new WeakMap<AuthorizationPolicy, readonly WrittenField[]>();

/** In the order in which they are written; empty lists say nothing. */
export function writtenFields(
  policy: AuthorizationPolicy,
): readonly WrittenField[] {
  let found = known.get(policy);
  if (!found) {
    found = (policy.spec?.rules ?? []).flatMap(fieldsOfRule);
    known.set(policy, found);
  }
  return found;
}

function fieldsOfRule(
  { from = [], to = [], when = [] }: AuthorizationRule,
  rule: number,
): WrittenField[] {
  const start = `spec.rules[${rule}]`;
  const item = (fields: Fields, path: string): WrittenField[] =>
    Object.entries(fields).flatMap(([name, values = []]) =>
      values.length === 0
        ? []
        : {
            name,
            negative: name.startsWith('not'),
            values,
            path: `${path}.${name}`,
            rule,
            condition: false,
          },
    );
  return [
    ...from.flatMap(({ source = {} }, index) =>
      item(source, `${start}.from[${index}].source`),
    ),
    ...to.flatMap(({ operation = {} }, index) =>
      item(operation, `${start}.to[${index}].operation`),
    ),
    ...when.flatMap(({ key, values = [], notValues = [] }, index) => {
      const common = { name: key, rule, condition: true };
      const path = `${start}.when[${index}]`;
      return [
        ...(values.length > 0
          ? [{ ...common, negative: false, values, path: `${path}.values` }]
          : []),
        ...(notValues.length > 0
          ? [
              {
                ...common,
                negative: true,
                values: notValues,
                path: `${path}.notValues`,
              },
            ]
          : []),
      ];
    }),
  ];
}

export function fieldEvidence(
  policy: AuthorizationPolicy,
  { path, values }: Pick<WrittenField, 'path' | 'values'>,
): FieldValue {
  return { object: referenceTo(policy), field: path, value: [...values] };
}

/** The whole object, by the part that says what it does. */
export function partEvidence(
  policy: AuthorizationPolicy,
  field: string,
  value: JsonValue = null,
): FieldValue {
  return { object: referenceTo(policy), field, value };
}

/** What a field asks for without its negation: `principals` of `notPrincipals`. */
export function subjectOfField({ name, condition }: WrittenField): string {
  if (condition || !name.startsWith('not')) {
    return name;
  }
  return `${name[3].toLowerCase()}${name.slice(4)}`;
}

const IDENTITY_FIELDS: ReadonlySet<string> = new Set([
  'principals',
  'namespaces',
  'serviceAccounts',
  'trustDomains',
  'source.principal',
  'source.namespace',
  'source.serviceAccount',
  'source.trustDomain',
]);

/** Whether a field asks who calls, which only mTLS can tell. */
export function asksIdentity(field: WrittenField): boolean {
  return IDENTITY_FIELDS.has(subjectOfField(field));
}

const HTTP_FIELDS: ReadonlySet<string> = new Set([
  'hosts',
  'methods',
  'paths',
  'requestPrincipals',
]);

/** Whether a field can be judged only where HTTP is read. */
export function asksHttp(field: WrittenField): boolean {
  return field.condition
    ? field.name.startsWith('request.')
    : HTTP_FIELDS.has(subjectOfField(field));
}

const READ_BY_ZTUNNEL: ReadonlySet<string> = new Set([
  'source.ip',
  'source.namespace',
  'source.principal',
  'destination.ip',
  'destination.port',
]);
const NEVER_SENT: ReadonlySet<string> = new Set([
  'trustDomains',
  'remoteIpBlocks',
]);

/** Whether ztunnel is never told of a field. */
export function isLostAtZtunnel(field: WrittenField): boolean {
  return field.condition
    ? !READ_BY_ZTUNNEL.has(field.name)
    : asksHttp(field) || NEVER_SENT.has(subjectOfField(field));
}
