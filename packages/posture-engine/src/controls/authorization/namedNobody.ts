/** ALLOW rules that name callers that nobody is: doors for whoever may become them, or closed ones that were meant open. */
import { ClusterSnapshot, describeObject } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { Enforcer } from '../../mesh/authorization';
import { NAMING_FIELDS } from '../../mesh/accountMeant';
import { Nobody, holderOf } from '../../mesh/namedIdentities';
import {
  WrittenField,
  fieldEvidence,
  writtenFields,
} from '../../mesh/authorization/writtenFields';
import { enumerate } from '../wording';
import { Fault, nameOf } from './faults';
import { Place } from './places';

interface Named {
  field: WrittenField;
  value: string;
  nobody: Nobody;
}

export function namingNobody(
  place: Place,
  enforcer: Enforcer,
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): Fault[] {
  const found = namedNobody(place, enforcer, policy, snapshot);
  const absent = found.filter(({ nobody }) => !isUnreadable(nobody));
  const unreadable = found.filter(({ nobody }) => isUnreadable(nobody));
  return [
    ...(unreadable.length > 0 ? [closedDoor(place, policy, unreadable)] : []),
    ...(absent.length > 0 ? [openDoor(place, policy, absent)] : []),
  ];
}

/** Manifests may be a part of what is deployed, so that only what runs shows who is not there. */
function namedNobody(
  { membership }: Place,
  enforcer: Enforcer,
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): Named[] {
  const { namespace = 'default' } = policy.metadata;
  return writtenFields(policy).flatMap(field => {
    const naming = NAMING_FIELDS.find(name => name === field.name);
    return naming === undefined
      ? []
      : field.values.flatMap(value => {
          const nobody = holderOf(
            naming,
            value,
            namespace,
            enforcer === 'ztunnel' ? 'ambient' : 'sidecar',
            snapshot,
          );
          return typeof nobody === 'object' &&
            (membership.basis === 'seen' || isUnreadable(nobody))
            ? [{ field, value, nobody }]
            : [];
        });
  });
}

function isUnreadable({ missing }: Nobody): boolean {
  return missing === 'form' || missing === 'domain';
}

function closedDoor(
  { workload }: Place,
  policy: AuthorizationPolicy,
  found: readonly Named[],
): Fault {
  const { name } = workload.reference;
  const values = enumerate(found.map(({ value }) => value));
  return {
    severity: 'medium',
    message: `${name} lets nobody in as ${values}, whom ${nameOf(
      policy,
    )} means to admit.`,
    because: `${becauseOf(found)}.`,
    evidence: evidenceOf(policy, found),
    witness: {
      from: found[0].value,
      to: describeObject(workload.reference),
      protocol: 'TCP',
      transport: 'mtls',
      action: 'calls it, and is refused',
    },
    fix: `Correct ${fieldsOf(
      found,
    )}: the trust domain of the mesh, and the namespace and account of a caller that exists.`,
  };
}

function openDoor(
  { workload }: Place,
  policy: AuthorizationPolicy,
  found: readonly Named[],
): Fault {
  const { name } = workload.reference;
  const [{ value, nobody }] = found;
  return {
    severity: 'low',
    message: `${name} lets in ${enumerate(
      found.map(named => named.value),
    )}, and nobody is that.`,
    because: `${becauseOf(found)}. Whoever can become that caller gets in.`,
    evidence: [
      ...evidenceOf(policy, found),
      ...found.flatMap(named =>
        named.nobody.provenBy.map(({ object, field }) => ({
          object,
          field,
          value: object.name,
        })),
      ),
    ],
    witness: {
      from: `whoever may ${deedOf(nobody, value)}`,
      to: describeObject(workload.reference),
      protocol: 'TCP',
      transport: 'mtls',
      action: `becomes that caller, and ${nameOf(policy)} lets it in`,
    },
    fix: `Take it out of ${fieldsOf(
      found,
    )}, or correct the name. Nobody who calls today is refused by that.`,
  };
}

function deedOf({ missing, account }: Nobody, value: string): string {
  if (!account) {
    return `run a pod that is ${value}`;
  }
  const { namespace, name } = account;
  switch (missing) {
    case 'namespace':
      return `create a namespace ${namespace}`;
    case 'account':
      return `create ServiceAccount ${namespace}/${name} and a pod`;
    default:
      return `create a pod in namespace ${namespace}`;
  }
}

function becauseOf(found: readonly Named[]): string {
  const [first, ...others] = [
    ...new Set(
      found.map(({ field, nobody }) => `${nobody.because} (${field.path})`),
    ),
  ];
  return [`${first[0].toUpperCase()}${first.slice(1)}`, ...others].join('; ');
}

function fieldsOf(found: readonly Named[]): string {
  return enumerate([...new Set(found.map(({ field }) => field.path))]);
}

function evidenceOf(policy: AuthorizationPolicy, found: readonly Named[]) {
  return [...new Set(found.map(({ field }) => field))].map(field =>
    fieldEvidence(policy, field),
  );
}
