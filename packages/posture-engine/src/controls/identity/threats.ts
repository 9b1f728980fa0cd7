/** Who can act as a workload and should not, for ID-7. */
import { Holder, Standing, holdersOf } from '../../identity/forgery';
import { ClusterSnapshot, Workload } from '../../snapshot';
import { Severity } from '../control';
import { worstFirst } from '../wording';

const TOKEN_SECRET = 'kubernetes.io/service-account-token';
const TOKEN_OF = 'kubernetes.io/service-account.name';

/** How bad it is that somebody of a standing can act as a workload. */
const SEVERITY: Record<Exclude<Standing, 'expected' | 'person'>, Severity> = {
  anybody: 'critical',
  'every pod': 'critical',
  pods: 'high',
  account: 'high',
};

/** Somebody who can act as the workload and should not. */
export interface Threat {
  holder: Holder;
  account: string;
  severity: Severity;
  /** False where it takes a Secret that nobody could look for. */
  certain: boolean;
}

type Suspect = Pick<Threat, 'holder' | 'severity'>;

/** By the list of holders, which many workloads share. */
const suspectsOf = new WeakMap<readonly Holder[], readonly Suspect[]>();

function suspectsAmong(holders: readonly Holder[]): readonly Suspect[] {
  let suspects = suspectsOf.get(holders);
  if (!suspects) {
    suspects = holders.flatMap(holder =>
      holder.standing === 'expected' || holder.standing === 'person'
        ? []
        : [{ holder, severity: SEVERITY[holder.standing] }],
    );
    suspectsOf.set(holders, suspects);
  }
  return suspects;
}

/** The worst first. */
export function threatsTo(
  { reference: { namespace } }: Workload,
  account: string,
  own: ReadonlySet<string>,
  snapshot: ClusterSnapshot,
): Threat[] {
  const token = tokenSecret(snapshot, namespace, account);
  const threats = (hasToken: boolean, certain: boolean) =>
    suspectsAmong(
      holdersOf(snapshot, {
        namespace,
        account,
        hasToken,
        withAccepted: false,
      }),
    )
      .filter(({ holder }) => !own.has(holder.subject.name))
      .map(suspect => ({ ...suspect, account, certain }));
  const certain = threats(token === 'there', true);
  return certain.length === 0 && token === 'unseen'
    ? threats(true, false)
    : certain;
}

/** Of somebody who can act as several accounts, the worst. */
export function distinct(threats: readonly Threat[]): Threat[] {
  const bySubject = new Map<string, Threat>();
  for (const threat of worstFirst(threats)) {
    const { kind, name } = threat.holder.subject;
    const key = `${kind} ${name}`;
    const before = bySubject.get(key);
    if (!before || (threat.certain && !before.certain)) {
      bySubject.set(key, threat);
    }
  }
  return [...bySubject.values()];
}

export function tokenSecret(
  snapshot: ClusterSnapshot,
  namespace: string,
  account: string,
): 'there' | 'absent' | 'unseen' {
  const isThere = snapshot
    .inNamespace('Secret', namespace)
    .some(
      ({ type, metadata: { annotations = {} } }) =>
        type === TOKEN_SECRET &&
        Object.hasOwn(annotations, TOKEN_OF) &&
        annotations[TOKEN_OF] === account,
    );
  if (isThere) {
    return 'there';
  }
  return snapshot.coverage.gap('Secret', [namespace]) ? 'unseen' : 'absent';
}
