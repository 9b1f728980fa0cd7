/** What of a policy a sidecar cannot read, and the policy without it. */
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import { blockOf } from './addresses';
import { conditionField, portOf } from './envoyFields';
import { WrittenField, subjectOfField, writtenFields } from './writtenFields';

const PORTS: ReadonlySet<string> = new Set(['ports', 'destination.port']);
const BLOCKS: ReadonlySet<string> = new Set([
  'ipBlocks',
  'remoteIpBlocks',
  'source.ip',
  'remote.ip',
  'destination.ip',
]);

export interface Unreadable {
  field: WrittenField;
  /** A key of `when` that Istio does not know; else the values that are no port or no address. */
  kind: 'key' | 'values';
  values: readonly string[];
}

const known = new WeakMap<AuthorizationPolicy, readonly Unreadable[]>();

export function unreadableIn(
  policy: AuthorizationPolicy,
): readonly Unreadable[] {
  let found = known.get(policy);
  if (!found) {
    found = findUnreadable(policy);
    known.set(policy, found);
  }
  return found;
}

function findUnreadable(policy: AuthorizationPolicy): Unreadable[] {
  return writtenFields(policy).flatMap((field): Unreadable[] => {
    if (field.condition && !conditionField(field.name)) {
      return [{ field, kind: 'key', values: [] }];
    }
    const values = field.values.filter(
      value => !isReadable(subjectOfField(field), value),
    );
    return values.length > 0 ? [{ field, kind: 'values', values }] : [];
  });
}

function isReadable(name: string, value: string): boolean {
  if (PORTS.has(name)) {
    return portOf(value) !== undefined;
  }
  return !BLOCKS.has(name) || blockOf(value) !== undefined;
}

/** The policy as it would be without what cannot be read; a rule in which a field has nothing left says nothing. */
export function withoutUnreadable(
  policy: AuthorizationPolicy,
): AuthorizationPolicy {
  return {
    ...policy,
    spec: {
      ...policy.spec,
      rules: (policy.spec?.rules ?? []).flatMap(rule => cleaned(rule) ?? []),
    },
  };
}

type Values = string[] | undefined;

function cleaned({
  from,
  to,
  when,
}: AuthorizationRule): AuthorizationRule | undefined {
  let isEmpty = false;
  const readable = (name: string, values: Values): Values => {
    const kept = values?.filter(value => isReadable(name, value));
    isEmpty ||= kept?.length === 0 && values?.length !== 0;
    return kept;
  };
  const rule: AuthorizationRule = {
    ...(from && {
      from: from.map(({ source = {} }) => ({
        source: {
          ...source,
          ipBlocks: readable('ipBlocks', source.ipBlocks),
          notIpBlocks: readable('ipBlocks', source.notIpBlocks),
          remoteIpBlocks: readable('ipBlocks', source.remoteIpBlocks),
          notRemoteIpBlocks: readable('ipBlocks', source.notRemoteIpBlocks),
        },
      })),
    }),
    ...(to && {
      to: to.map(({ operation = {} }) => ({
        operation: {
          ...operation,
          ports: readable('ports', operation.ports),
          notPorts: readable('ports', operation.notPorts),
        },
      })),
    }),
    ...(when && {
      when: when
        .filter(({ key }) => conditionField(key))
        .map(({ key, values, notValues }) => ({
          key,
          values: readable(key, values),
          notValues: readable(key, notValues),
        })),
    }),
  };
  return isEmpty ? undefined : rule;
}
