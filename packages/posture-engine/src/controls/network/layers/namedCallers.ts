/** The pods that ALLOW rules name as callers, and what of them bears on whether the network lets them through. */
import { DataPlane, dataPlaneOf } from '../../../mesh/dataPlane';
import { actionOf, isDryRun } from '../../../mesh/authorizationPolicy';
import {
  AccountMeant,
  NAMING_FIELDS,
  accountMeant,
} from '../../../mesh/accountMeant';
import {
  WrittenField,
  writtenFields,
} from '../../../mesh/authorization/writtenFields';
import { accountOf, usersOfAccount } from '../../../identity/serviceAccounts';
import type { Relation } from '../../../decisions';
import { connectionsOf } from '../../../network/connections';
import { ClusterSnapshot, PodView, Workload } from '../../../snapshot';
import { AuthorizationPolicy } from '../../../snapshot/kinds';

/** One value of a rule that names a caller, and who that is. */
export interface NamedCaller {
  field: WrittenField;
  value: string;
  /** Pods of theirs that show an identity: they have a proxy of the mesh. */
  callers: readonly Caller[];
}

export interface Caller {
  workload: Workload;
  pod: PodView;
  dataPlane: DataPlane;
}

interface Named {
  field: WrittenField;
  value: string;
  meant: AccountMeant;
}

const known = new WeakMap<AuthorizationPolicy, readonly Named[]>();

function namedBy(policy: AuthorizationPolicy): readonly Named[] {
  let found = known.get(policy);
  if (!found) {
    const { namespace = 'default' } = policy.metadata;
    found = writtenFields(policy).flatMap(field => {
      const naming = NAMING_FIELDS.find(name => name === field.name);
      return naming === undefined
        ? []
        : field.values.flatMap(value => {
            const meant = accountMeant(naming, value, namespace);
            return meant ? [{ field, value, meant }] : [];
          });
    });
    known.set(policy, found);
  }
  return found;
}

export function namedCallers(
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): NamedCaller[] {
  return namedBy(policy).map(({ field, value, meant }) => ({
    field,
    value,
    callers: callersOf(meant, snapshot),
  }));
}

function callersOf(
  { namespace, account }: AccountMeant,
  snapshot: ClusterSnapshot,
): readonly Caller[] {
  const workloads =
    account === undefined
      ? snapshot.workloadsIn(namespace)
      : usersOfAccount(snapshot, namespace, account);
  return workloads.flatMap(workload =>
    workload.pods.flatMap(pod => {
      const { dataPlane, gateway } = dataPlaneOf(workload, pod, snapshot);
      const hasIdentity =
        gateway || dataPlane === 'sidecar' || dataPlane === 'ambient';
      return hasIdentity && (account ?? accountOf(pod)) === accountOf(pod)
        ? [{ workload, pod, dataPlane }]
        : [];
    }),
  );
}

const numbers = new WeakMap<Relation, number>();
let lastNumber = 0;

/** The same number for the same relation, also in a later snapshot. */
function numberOf(relation: Relation): number {
  let number = numbers.get(relation);
  if (number === undefined) {
    lastNumber++;
    number = lastNumber;
    numbers.set(relation, number);
  }
  return number;
}

/**
 * For `Control.facts`: of all callers elsewhere that some rule names what the
 * network sees of them, and what it lets them send.
 */
export function callerFactsOf(snapshot: ClusterSnapshot): readonly string[] {
  const connections = snapshot.derive(connectionsOf);
  const { universe } = connections;
  const elsewhere = new Map<string, AccountMeant>();
  for (const policy of snapshot.all('AuthorizationPolicy')) {
    if (actionOf(policy) === 'ALLOW' && !isDryRun(policy)) {
      for (const { meant } of namedBy(policy)) {
        // What is in the policy's own namespace is asked about again anyway.
        if (meant.namespace !== policy.metadata.namespace) {
          elsewhere.set(`${meant.namespace}/${meant.account ?? ''}`, meant);
        }
      }
    }
  }
  const facts = new Set<string>();
  for (const [name, meant] of elsewhere) {
    for (const { pod, dataPlane } of callersOf(meant, snapshot)) {
      const podClass = universe.classOfPod(pod);
      if (podClass) {
        const seen = universe.signatureOf(podClass);
        facts.add(
          `${name} ${seen} ${numberOf(
            connections.relation(podClass, 'egress'),
          )} ${dataPlane}`,
        );
      }
    }
  }
  return [...facts].sort();
}
