/** ID-3: a workload that SPIRE is meant to give an identity really gets one. */
import { isMeshInfrastructure } from '../../mesh/infrastructure';
import {
  Registration,
  asksForSpire,
  blindingSpiffeId,
  controllersGap,
  hasSpire,
  registrationsOf,
} from '../../identity/spire';
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { Control, Evidence, Judgement, Need } from '../control';
import { enumerate, sentence } from '../wording';

/** What all controls of SPIRE rest on. */
export const SPIRE_NEEDS: readonly Need[] = [
  { kind: 'ClusterSPIFFEID', in: 'cluster' },
  { kind: 'Namespace', in: 'cluster' },
  // The configuration of controllers; a gap in it is spoken of where it matters.
  { kind: 'ConfigMap', in: 'cluster', optional: true },
];

export const spiffeIdIssued: Control = {
  id: 'ID-3',
  title: 'SPIRE issues the identity',
  pillar: 'identity',
  severity: 'high',
  scope: 'workload',
  question:
    'Does SPIRE really give the service the identity it is meant to have?',
  why: 'A ClusterSPIFFEID that no controller takes up, or that fails for a pod, is accepted without a word. The service then has no identity of SPIRE, and falls back to none, or to calls that nobody can tell apart.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 6' },
    { framework: 'NIST SP 800-207A', requirement: 'Service identity' },
    { framework: 'NIST SP 800-53 r5', requirement: 'IA-9' },
    { framework: 'CISA ZTMM v2', requirement: 'Identity: authentication' },
  ],
  needs: SPIRE_NEEDS,
  evaluate(workload, snapshot) {
    const { name } = workload.reference;
    if (!snapshot.derive(hasSpire)) {
      return [absent(name, 'SPIRE is not in the cluster')];
    }
    const views = viewsOf(workload, snapshot);
    if (views.every(({ asks, found }) => !asks && found.length === 0)) {
      return [
        absent(
          name,
          `no ClusterSPIFFEID selects ${name}, and it asks SPIRE for nothing`,
        ),
      ];
    }
    if (isMeshInfrastructure(workload, snapshot)) {
      return [absent(name, `${name} is part of the mesh itself`)];
    }
    const blinding = snapshot.derive(blindingSpiffeId);
    if (blinding) {
      return [blinded(workload, blinding)];
    }
    const without = views.find(
      ({ found }) => !found.some(({ state }) => state !== 'refused'),
    );
    if (without) {
      return [failure(workload, without)];
    }
    const undecided = views.find(
      ({ found }) => !found.some(({ state }) => state === 'issued'),
    );
    return [
      undecided
        ? unknown(workload, undecided, snapshot)
        : proof(workload, views),
    ];
  },
};

interface View {
  pod: PodView;
  asks: boolean;
  found: readonly Registration[];
}

function viewsOf(workload: Workload, snapshot: ClusterSnapshot): View[] {
  return workload.pods.map(pod => ({
    pod,
    asks: asksForSpire(pod),
    found: registrationsOf(snapshot, pod),
  }));
}

export function absent(name: string, reason: string): Judgement {
  return {
    verdict: 'not-applicable',
    message: `The question does not arise for ${name}: ${reason}.`,
    evidence: [],
  };
}

/** The field of a ClusterSPIFFEID that decides. */
export function registrationEvidence({
  source,
  field = 'spec.spiffeIDTemplate',
}: Pick<Registration, 'source' | 'field'>): Evidence {
  const value = {
    'spec.spiffeIDTemplate': source.spec.spiffeIDTemplate,
    'spec.className': source.spec.className,
    'spec.namespaceSelector': source.spec.namespaceSelector,
    'spec.ttl': source.spec.ttl,
    'spec.jwtTtl': source.spec.jwtTtl,
    'spec.dnsNameTemplates': source.spec.dnsNameTemplates,
    'spec.autoPopulateDNSNames': source.spec.autoPopulateDNSNames,
    'spec.admin': source.spec.admin,
    'spec.downstream': source.spec.downstream,
    status: source.status,
    'status.stats': source.status?.stats,
  }[field];
  return { object: referenceTo(source), field, value: value ?? null };
}

function failure(
  { reference: { name } }: Workload,
  { asks, found }: View,
): Judgement {
  const reasons = found.flatMap(({ reason }) => reason ?? []);
  return {
    verdict: 'fail',
    message:
      found.length === 0
        ? `${name} waits for an identity that SPIRE gives to nobody like it: it mounts the socket of SPIRE, and no ClusterSPIFFEID selects it.`
        : `${name} gets no identity from SPIRE, though ${enumerate(
            found.map(({ source }) => describeObject(referenceTo(source))),
          )} ${found.length === 1 ? 'selects' : 'select'} it.`,
    because:
      reasons.length > 0
        ? sentence(reasons.map(reason => `${capital(reason)}.`))
        : `${name} mounts the socket of the Workload API, and no selector matches its namespace and labels.`,
    evidence: found.slice(0, 4).map(registrationEvidence),
    witness: {
      from: name,
      to: "SPIRE's Workload API",
      action: 'asks for an identity, and gets none',
    },
    fix: {
      summary:
        found.length === 0 && asks
          ? `Label ${name} or its namespace so that a ClusterSPIFFEID selects it, or write one that does. It gets an identity seconds later, without a restart.`
          : `Correct ${enumerate(
              found.map(
                ({ source, field }) =>
                  `${field} of ${describeObject(referenceTo(source))}`,
              ),
            )}. ${name} gets its identity seconds later, without a restart.`,
    },
  };
}

function blinded(
  { reference: { name } }: Workload,
  { source, field }: NonNullable<ReturnType<typeof blindingSpiffeId>>,
): Judgement {
  const culprit = describeObject(referenceTo(source));
  return {
    verdict: 'fail',
    message: `New pods of ${name} get no identity from SPIRE: its controller can read none of the ClusterSPIFFEIDs as long as ${culprit} is there.`,
    because: `${field} of ${culprit} is no duration. One such object keeps the controller from all of them.`,
    evidence: [registrationEvidence({ source, field })],
    witness: {
      from: `a new pod of ${name}`,
      to: "SPIRE's Workload API",
      action: 'asks for an identity, and gets none',
    },
    fix: {
      summary: `Write ${field} of ${culprit} as a duration, such as 1h or 30m, or delete it. The others are taken up at once.`,
    },
  };
}

function unknown(
  { reference: { name } }: Workload,
  { found }: View,
  snapshot: ClusterSnapshot,
): Judgement {
  const doubts = found.filter(({ state }) => state === 'unknown');
  const missing = doubts.some(({ controller }) => controller === undefined)
    ? controllersGap(snapshot)?.missing
    : undefined;
  return {
    verdict: 'unknown',
    message: `Cannot be told for ${name}, which ${enumerate(
      doubts.map(({ source }) => describeObject(referenceTo(source))),
    )} ${doubts.length === 1 ? 'selects' : 'select'}: ${enumerate([
      ...new Set(doubts.flatMap(({ reason }) => reason ?? [])),
    ])}.`,
    evidence: doubts.slice(0, 4).map(registrationEvidence),
    ...(missing ? { missing: [missing] } : {}),
  };
}

function proof(
  { reference: { name } }: Workload,
  views: readonly View[],
): Judgement {
  const issued = views.flatMap(({ found }) =>
    found.filter(({ state }) => state === 'issued'),
  );
  const sources = new Map(
    issued.map(registration => [registration.source, registration]),
  );
  const ids = [...new Set(issued.flatMap(({ id }) => id ?? []))];
  const seen = issued.some(({ source }) => source.status?.stats);
  return {
    verdict: 'pass',
    enforcement: seen ? 'enforced' : 'declared',
    message: `SPIRE issues ${enumerate(ids)} to ${name}, by ${enumerate(
      [...sources.keys()].map(source => describeObject(referenceTo(source))),
    )}.`,
    evidence: [...sources.values()]
      .slice(0, 4)
      .map(({ source }) => registrationEvidence({ source })),
  };
}

function capital(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}
