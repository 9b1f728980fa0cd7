/** Words and evidence for those who can act as a workload, for ID-7. */
import { HeldRight, HeldWay, Holder } from '../../identity/forgery';
import { accountOfUser } from '../../identity/rbac';
import { describeObject } from '../../snapshot';
import { Evidence } from '../control';

export function firstWayOf({ ways }: Holder): HeldWay {
  return ways[0];
}

export function describeHolder({ subject }: Holder, home: string): string {
  return describeSubject(subject, home);
}

/** `home` is the namespace whose own pods are not meant where those of a namespace are. */
export function describeSubject(
  { kind, name }: Holder['subject'],
  home: string,
): string {
  const account = kind === 'User' ? accountOfUser(name) : undefined;
  if (account) {
    return `ServiceAccount ${account.namespace}/${account.name}`;
  }
  switch (name) {
    case 'system:anonymous':
    case 'system:unauthenticated':
      return 'everybody who reaches the API server';
    case 'system:authenticated':
      return 'everybody who can sign in to the cluster';
    case 'system:serviceaccounts':
      return 'every pod in the cluster';
    default: {
      const [, namespace] = /^system:serviceaccounts:(.+)$/.exec(name) ?? [];
      return kind === 'Group' && namespace !== undefined
        ? `every ${namespace === home ? 'other ' : ''}pod in ${namespace}`
        : `${kind.toLowerCase()} ${name}`;
    }
  }
}

export function describeRight({ subject, grant, rule }: HeldRight): string {
  return `${describeObject(grant.binding)} gives ${subject.name} the ${
    grant.role.kind
  } ${grant.role.name}, by ${rule.field} of ${describeObject(rule.object)}.`;
}

export function evidenceOf(rights: readonly HeldRight[]): Evidence[] {
  const evidence = new Map<string, Evidence>();
  for (const { subject, grant, rule } of rights) {
    for (const one of [
      {
        object: grant.binding,
        field: subject.field,
        value: `${subject.kind} ${subject.name}`,
      },
      { object: rule.object, field: rule.field, value: { ...rule.rule } },
    ]) {
      evidence.set(`${describeObject(one.object)} ${one.field}`, one);
    }
  }
  return [...evidence.values()];
}

export function capital(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}
