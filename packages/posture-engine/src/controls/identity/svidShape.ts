/** ID-4: the identity that SPIRE issues is the workload's own, short-lived, and no more than an identity. */
import { Registration, hasSpire, registrationsOf } from '../../identity/spire';
import {
  ClusterSnapshot,
  WORKLOAD_KINDS,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { Control, Judgement } from '../control';
import { enumerate, sentence, worstFirst } from '../wording';
import { SPIRE_NEEDS, absent, registrationEvidence } from './spiffeIdIssued';
import { Document, Flaw, flawsOf, sharedIds } from './svidFlaws';

export const svidShape: Control = {
  id: 'ID-4',
  title: 'Identity documents are narrow',
  pillar: 'identity',
  severity: 'medium',
  scope: 'workload',
  question:
    'Is the identity that SPIRE issues to the service its own, short-lived, and free of other powers?',
  why: 'Whoever receives the document is who it says. One that several services share, that names hosts which its bearer can choose, or that administers SPIRE, gives more away than one service.',
  references: [
    { framework: 'NIST SP 800-207A', requirement: 'Service identity' },
    { framework: 'NIST SP 800-53 r5', requirement: 'IA-5, IA-9, AC-6' },
    { framework: 'CISA ZTMM v2', requirement: 'Identity: authentication' },
    { framework: 'PCI DSS 4.0', requirement: '8.6' },
  ],
  needs: [
    ...SPIRE_NEEDS,
    // Only whether the cluster has the kind, for what data plane there is.
    { kind: 'PeerAuthentication', in: 'namespace', optional: true },
    // Who shares an ID with whom is in `facts`.
    ...WORKLOAD_KINDS.map(
      kind => ({ kind, in: 'namespace', optional: true } as const),
    ),
  ],
  facts: sharedIds,
  evaluate(workload, snapshot) {
    const { name } = workload.reference;
    if (!snapshot.derive(hasSpire)) {
      return [absent(name, 'SPIRE is not in the cluster')];
    }
    const documents = documentsOf(workload, snapshot);
    if (documents.length === 0) {
      return [absent(name, `SPIRE issues no identity to ${name}`)];
    }
    const flaws = worstFirst(
      documents.flatMap(one => flawsOf(workload, one, snapshot)),
    );
    return [
      flaws.length > 0 ? failure(workload, flaws) : proof(workload, documents),
    ];
  },
};

/** What is issued, or would be if nobody can tell; one for each ClusterSPIFFEID. */
function documentsOf(
  workload: Workload,
  snapshot: ClusterSnapshot,
): Document[] {
  const documents = new Map<Registration['source'], Document>();
  for (const pod of workload.pods) {
    for (const registration of registrationsOf(snapshot, pod)) {
      if (registration.state !== 'refused') {
        documents.set(registration.source, { pod, registration });
      }
    }
  }
  return [...documents.values()];
}

function failure(workload: Workload, flaws: readonly Flaw[]): Judgement {
  const { name } = workload.reference;
  const [worst] = flaws;
  const objects = [
    ...new Set(
      flaws.map(({ registration: { source } }) =>
        describeObject(referenceTo(source)),
      ),
    ),
  ];
  return {
    verdict: 'fail',
    severity: worst.severity,
    message: worst.message,
    because: sentence([
      ...flaws.slice(1).map(({ message }) => message),
      `${enumerate([
        ...new Set(flaws.map(({ field }) => field)),
      ])} of ${enumerate(objects)} ${flaws.length === 1 ? 'says' : 'say'} so.`,
    ]),
    evidence: flaws
      .slice(0, 5)
      .map(({ registration: { source }, field }) =>
        registrationEvidence({ source, field }),
      ),
    witness: {
      from: worst.who,
      to: describeObject(workload.reference),
      action: worst.deed,
    },
    fix: {
      summary: `In ${enumerate(objects)}: ${[
        ...new Set(flaws.map(({ fix }) => fix)),
      ].join(
        '; ',
      )}. New documents of ${name} follow within minutes; policies that name the old ID must name the new one first.`,
    },
  };
}

function proof(
  { reference: { name } }: Workload,
  documents: readonly Document[],
): Judgement {
  const ids = [
    ...new Set(documents.flatMap(({ registration: { id } }) => id ?? [])),
  ];
  return {
    verdict: 'pass',
    message: `What SPIRE gives to ${name}${
      ids.length > 0 ? `, ${enumerate(ids)},` : ''
    } is the identity of ${name} alone, is short-lived, names no hosts that pods can choose, and has no power over SPIRE.`,
    evidence: documents
      .slice(0, 4)
      .map(({ registration: { source } }) => registrationEvidence({ source })),
  };
}
