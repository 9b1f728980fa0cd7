/** ID-7: nobody's rights at the API server let him act as the workload, but those of the cluster itself and of named people. */
import {
  ACCEPTED,
  Standing,
  acceptanceOf,
  holdersOf,
  surroundingsOf,
  victimOf,
} from '../../identity/forgery';
import { accountUser } from '../../identity/rbac';
import { accountOf } from '../../identity/serviceAccounts';
import { ClusterSnapshot, Workload, describeObject } from '../../snapshot';
import { Control, Judgement } from '../control';
import { enumerate, sentence } from '../wording';
import {
  capital,
  describeHolder,
  describeRight,
  evidenceOf,
  firstWayOf,
} from './holderWords';
import { Threat, distinct, threatsTo, tokenSecret } from './threats';

export const forgeableIdentity: Control = {
  id: 'ID-7',
  title: 'Nobody else can act as the workload',
  pillar: 'identity',
  severity: 'high',
  scope: 'workload',
  question:
    'Do rights at the API server let any other workload act as this service?',
  why: 'An identity is worth what it takes to get it. Whoever may make tokens of the account, start pods under it or run commands in them is the service to all who trust it: mTLS, policies and Vault roles included.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 6' },
    { framework: 'NIST SP 800-207A', requirement: 'Service identity' },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-6, IA-9' },
    { framework: 'CISA ZTMM v2', requirement: 'Identity: access management' },
    { framework: 'CIS Kubernetes 1.12', requirement: '5.1.1 to 5.1.13' },
    { framework: 'NSA/CISA KHG', requirement: 'Authorization' },
    { framework: 'PCI DSS 4.0', requirement: '7.2' },
  ],
  needs: [
    { kind: 'ClusterRole', in: 'cluster' },
    { kind: 'ClusterRoleBinding', in: 'cluster' },
    { kind: 'Role', in: 'mesh' },
    { kind: 'RoleBinding', in: 'mesh' },
    { kind: 'Secret', in: 'namespace', optional: true },
    // What of them matters is in `facts`.
    { kind: 'AuthorizationPolicy', in: 'namespace', optional: true },
    { kind: 'PeerAuthentication', in: 'namespace', optional: true },
    { kind: 'ClusterSPIFFEID', in: 'cluster', optional: true },
  ],
  facts: surroundingsOf,
  evaluate(workload, snapshot) {
    const accounts = [...new Set(workload.pods.map(accountOf))].sort();
    const own = new Set(
      accounts.map(account =>
        accountUser(workload.reference.namespace, account),
      ),
    );
    const found = accounts.flatMap(account =>
      threatsTo(workload, account, own, snapshot),
    );
    const threats = accounts.length > 1 ? distinct(found) : found;
    const certain = threats.filter(threat => threat.certain);
    if (certain.length > 0) {
      return [failure(workload, certain, snapshot)];
    }
    return threats.length > 0
      ? [doubt(workload, threats, snapshot)]
      : [proof(workload, accounts, own, snapshot)];
  },
};

/** How many holders a finding describes; it counts the others. */
const SHOWN = 3;

function failure(
  workload: Workload,
  threats: readonly Threat[],
  snapshot: ClusterSnapshot,
): Judgement {
  const { name, namespace } = workload.reference;
  const [worst] = threats;
  const shown = threats.slice(0, SHOWN);
  const who = describeHolder(worst.holder, namespace);
  const victim = victimOf(snapshot, { namespace, account: worst.account });
  const does = worst.holder.ways.map(({ way }) => way.does(victim));
  const rights = shown.flatMap(({ holder }) => firstWayOf(holder).rights);
  return {
    verdict: 'fail',
    severity: worst.severity,
    message:
      threats.length === 1
        ? `${capital(who)} can act as ${name}: it ${enumerate(does, 2)}.`
        : `${capital(
            enumerateHolders(threats, namespace),
          )} can act as ${name}: ${who} ${enumerate(does, 2)}.`,
    because: sentence(rights.map(right => describeRight(right))),
    evidence: evidenceOf(rights),
    witness: { from: who, to: name, action: does[0] },
    fix: { summary: fixOf(workload, threats) },
  };
}

function fixOf(
  { reference: { name } }: Workload,
  threats: readonly Threat[],
): string {
  const bindings = [
    ...new Set(
      threats
        .slice(0, SHOWN)
        .flatMap(({ holder }) => holder.ways)
        .flatMap(({ rights }) => rights)
        .map(({ grant }) => describeObject(grant.binding)),
    ),
  ];
  const acceptable = threats.some(({ severity }) => severity !== 'critical');
  return `Bind a role without these rights in ${enumerate(bindings)}${
    threats.length > SHOWN ? ' and those of the others' : ''
  }, or take the subject out; what it really does with them stops working.${
    acceptable
      ? ` Where it has to be able to act as ${name}, as deployers have to, annotate the binding with ${ACCEPTED} and the reason.`
      : ''
  }`;
}

function enumerateHolders(threats: readonly Threat[], home: string): string {
  return enumerate(
    threats.map(({ holder }, index) =>
      index < SHOWN ? describeHolder(holder, home) : holder.subject.name,
    ),
    SHOWN,
  );
}

function doubt(
  workload: Workload,
  threats: readonly Threat[],
  snapshot: ClusterSnapshot,
): Judgement {
  const { name, namespace } = workload.reference;
  const gap = snapshot.coverage.gap('Secret', [namespace]);
  return {
    verdict: 'unknown',
    message: `Cannot be told: ${enumerateHolders(
      threats,
      namespace,
    )} may read the Secrets of ${namespace}, and whether a token of ${name} is among them could not be seen: ${
      gap?.reason
    }.`,
    evidence: evidenceOf(
      threats.slice(0, 3).flatMap(({ holder }) => firstWayOf(holder).rights),
    ),
    ...(gap?.missing ? { missing: [gap.missing] } : {}),
  };
}

function proof(
  workload: Workload,
  accounts: readonly string[],
  own: ReadonlySet<string>,
  snapshot: ClusterSnapshot,
): Judgement {
  const { name, namespace } = workload.reference;
  const holders = accounts.flatMap(account =>
    holdersOf(snapshot, {
      namespace,
      account,
      hasToken: tokenSecret(snapshot, namespace, account) !== 'absent',
      withAccepted: true,
    }),
  );
  const named = (standing: (of: Standing) => boolean) => [
    ...new Set(
      holders
        .filter(
          holder => standing(holder.standing) && !own.has(holder.subject.name),
        )
        .map(holder => describeHolder(holder, namespace)),
    ),
  ];
  const people = named(standing => standing === 'person');
  const accepted = named(
    standing => standing === 'account' || standing === 'pods',
  );
  const reasons = new Set(
    holders.flatMap(({ ways }) =>
      ways.flatMap(({ rights }) =>
        rights.flatMap(
          ({ grant, subject }) => acceptanceOf(snapshot, grant, subject) ?? [],
        ),
      ),
    ),
  );
  return {
    verdict: 'pass',
    message: sentence([
      `No binding that is in view lets another workload act as ${name}.`,
      ...(people.length > 0
        ? [
            `Of people and tools outside the cluster, ${enumerate(
              people,
              5,
            )} can.`,
          ]
        : []),
      ...(accepted.length > 0
        ? [
            `That ${enumerate(accepted, 5)} can is accepted: ${enumerate([
              ...reasons,
            ])}.`,
          ]
        : []),
    ]),
    evidence: evidenceOf(
      holders
        .filter(
          ({ standing, subject }) =>
            standing !== 'expected' && !own.has(subject.name),
        )
        .slice(0, 4)
        .flatMap(holder => firstWayOf(holder).rights),
    ),
  };
}
