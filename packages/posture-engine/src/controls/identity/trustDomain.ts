/** ID-6: identities of SPIRE are of the trust domain that the mesh trusts. */
import {
  Registration,
  VARIES,
  asksForSpire,
  hasSpire,
  registrationsOf,
} from '../../identity/spire';
import { dataPlaneOf } from '../../mesh/dataPlane';
import { requireMesh } from '../../mesh/mesh';
import { ClusterSnapshot, Workload } from '../../snapshot';
import { Control, Evidence, Judgement } from '../control';
import { SPIRE_NEEDS, absent, registrationEvidence } from './spiffeIdIssued';

export const trustDomain: Control = {
  id: 'ID-6',
  title: 'One trust domain',
  pillar: 'identity',
  severity: 'high',
  scope: 'workload',
  question:
    'Is the identity that SPIRE issues to the service of the trust domain that the mesh trusts?',
  why: 'A proxy refuses certificates of a trust domain that is not its own and no alias of it, and policies name callers by trust domain. Where SPIRE and the mesh disagree, calls fail, or rules name callers that nobody can be.',
  references: [
    { framework: 'NIST SP 800-207A', requirement: 'Service identity' },
    { framework: 'NIST SP 800-53 r5', requirement: 'IA-9, SC-12' },
    { framework: 'CISA ZTMM v2', requirement: 'Identity: identity stores' },
  ],
  needs: [
    ...SPIRE_NEEDS,
    { kind: 'ConfigMap', in: 'control-plane' },
    { kind: 'PeerAuthentication', in: 'namespace', optional: true },
  ],
  evaluate(workload, snapshot) {
    const { name } = workload.reference;
    if (!snapshot.derive(hasSpire)) {
      return [absent(name, 'SPIRE is not in the cluster')];
    }
    const registrations = inMesh(workload, snapshot);
    if (!registrations) {
      return [
        absent(name, `no proxy of the mesh gets its identity from SPIRE there`),
      ];
    }
    const { trustDomain: own, trustDomainAliases } = requireMesh(snapshot);
    const unknown = registrations.find(one => domainOf(one) === undefined);
    if (
      registrations.length > 0 &&
      registrations.every(
        one => one.state === 'refused' && domainOf(one) === undefined,
      )
    ) {
      return [absent(name, 'SPIRE gives it no identity (control ID-3)')];
    }
    const foreign = registrations.find(one => {
      const domain = domainOf(one);
      return (
        domain !== undefined &&
        domain !== own &&
        !trustDomainAliases.includes(domain)
      );
    });
    if (foreign) {
      return [failure(name, foreign, own)];
    }
    if (unknown || registrations.length === 0) {
      return [
        {
          verdict: 'unknown',
          message: `Cannot be told for ${name}: of which trust domain SPIRE's identities are is in the configuration of its controller, which is not in view.`,
          evidence: registrations.slice(0, 3).map(registrationEvidence),
        },
      ];
    }
    return [proof(name, registrations, own)];
  },
};

/** What is registered for pods whose proxies take their identity from SPIRE; undefined where none does. */
function inMesh(
  workload: Workload,
  snapshot: ClusterSnapshot,
): Registration[] | undefined {
  const pods = workload.pods.filter(
    pod =>
      asksForSpire(pod) &&
      dataPlaneOf(workload, pod, snapshot).dataPlane === 'sidecar',
  );
  return pods.length === 0
    ? undefined
    : pods.flatMap(pod => registrationsOf(snapshot, pod));
}

/** The template's own, else the controller's; undefined where neither is in view. */
function domainOf({ id, controller }: Registration): string | undefined {
  const [, domain] = /^spiffe:\/\/([^/]+)/.exec(id ?? '') ?? [];
  return domain === undefined || domain === VARIES
    ? controller?.trustDomain
    : domain;
}

function evidenceOf(registration: Registration): Evidence[] {
  const { controller } = registration;
  return [
    registrationEvidence({ source: registration.source }),
    ...(controller
      ? [
          {
            object: controller.object,
            field: 'data',
            value: `trustDomain: ${controller.trustDomain}`,
          },
        ]
      : []),
  ];
}

function failure(
  name: string,
  registration: Registration,
  own: string,
): Judgement {
  const domain = domainOf(registration) ?? '';
  return {
    verdict: 'fail',
    message: `The proxies of the mesh refuse ${name}: SPIRE gives it an identity of the trust domain ${domain}, and they trust ${own}.`,
    because: `MeshConfig says trustDomain ${own} and has no alias ${domain}.`,
    evidence: evidenceOf(registration),
    witness: {
      from: registration.id ?? `spiffe://${domain}/…`,
      to: 'any proxy of the mesh',
      transport: 'mtls',
      action: `shows the certificate of ${name}, and the handshake fails`,
    },
    fix: {
      summary: `Set trustDomain of the MeshConfig to ${domain} and name ${own} in trustDomainAliases, so that rules with the old name go on holding; proxies take it up when they are restarted.`,
    },
  };
}

function proof(
  name: string,
  registrations: readonly Registration[],
  own: string,
): Judgement {
  const [first] = registrations;
  const domain = domainOf(first) ?? own;
  return {
    verdict: 'pass',
    message:
      domain === own
        ? `SPIRE gives ${name} an identity of the trust domain ${own}, which is the mesh's.`
        : `The mesh takes the identity of ${name} for one of its own: ${domain} is an alias of ${own}. In ambient mode rules hold only for the name that they write.`,
    evidence: evidenceOf(first),
  };
}
