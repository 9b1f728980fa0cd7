/** Answers of `access`, in words and in JSON. */
import {
  AccessGrant,
  AccessRequest,
  ClusterSnapshot,
  Requester,
  RbacSubject,
  accessGaps,
  accountOfUser,
  allowed,
  describeObject,
  describeRequest,
  whoCan,
} from '@backstage-zero-trust/posture-engine';
import { EXIT, ExitCode } from '../exitCode';
import { objectJson } from '../output/json';

export interface AccessVerdict {
  /** Null where it could not be told. */
  allowed: boolean | null;
  by?: AccessGrant;
  reason: string;
}

export function answerAccess(
  snapshot: ClusterSnapshot,
  who: Requester,
  request: AccessRequest,
): AccessVerdict {
  const answer = allowed(snapshot, who, request);
  if (answer.by) {
    return {
      allowed: true,
      by: answer.by,
      reason: `${describeGrant(answer.by)}.`,
    };
  }
  if (answer.allowed) {
    return {
      allowed: true,
      reason:
        'Members of system:masters are never refused, whatever roles and bindings say.',
    };
  }
  const gaps = accessGaps(snapshot, request);
  return gaps.length > 0
    ? {
        allowed: null,
        reason: `Nothing that was seen grants it, but ${gaps
          .map(({ reason }) => reason)
          .join('; ')}.`,
      }
    : {
        allowed: false,
        reason: `No binding lets ${
          who.user || 'anybody of these groups'
        } ${describeRequest(request)}.`,
      };
}

export interface AccessHolder {
  subject: Pick<RbacSubject, 'kind' | 'name'>;
  /** All bindings that let him. */
  by: AccessGrant[];
}

/** Everybody whom bindings let do something, by kind and name. */
export function holdersOf(
  snapshot: ClusterSnapshot,
  request: AccessRequest,
): AccessHolder[] {
  const holders = new Map<string, AccessHolder>();
  for (const grant of whoCan(snapshot, request)) {
    const { kind, name } = grant.subject;
    const key = `${kind} ${name}`;
    const holder = holders.get(key) ?? { subject: { kind, name }, by: [] };
    holder.by.push(grant);
    holders.set(key, holder);
  }
  return [...holders]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, holder]) => holder);
}

export function describeGrant({ subject, grant, rule }: AccessGrant): string {
  return `${describeObject(grant.binding)} gives ${describeSubject(
    subject,
  )} the ${grant.role.kind} ${grant.role.name}, and ${
    rule.field
  } of ${describeObject(rule.object)} allows it`;
}

export function describeSubject(subject: AccessHolder['subject']): string {
  const { kind, namespace, name } = subjectJson(subject);
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** A service account as what it is, however the binding wrote it. */
export function subjectJson({ kind, name }: AccessHolder['subject']): {
  kind: string;
  namespace?: string;
  name: string;
} {
  const account = kind === 'User' ? accountOfUser(name) : undefined;
  return account ? { kind: 'ServiceAccount', ...account } : { kind, name };
}

/** The order of fields is part of the contract. */
export function verdictFields(verdict: AccessVerdict) {
  return {
    allowed: verdict.allowed,
    decidedBy: verdict.by ? decidedBy(verdict.by) : [],
    reason: verdict.reason,
  };
}

export function decidedBy({ subject, grant, rule }: AccessGrant) {
  return [
    { object: objectJson(grant.binding), field: subject.field },
    { object: objectJson(rule.object), field: rule.field },
  ];
}

export function exitCodeOf(answers: ReadonlySet<boolean | null>): ExitCode {
  if (answers.has(false)) {
    return EXIT.fails;
  }
  return answers.has(null) ? EXIT.unknown : EXIT.ok;
}
