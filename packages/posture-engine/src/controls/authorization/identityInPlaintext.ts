/** AZ-6: no rule that keeps somebody out by identity can be passed by leaving mTLS out. */
import { ClusterSnapshot, Workload } from '../../snapshot';
import { AuthorizationPolicy, AuthorizationRule } from '../../snapshot/kinds';
import { enforcedPolicies } from '../../mesh/authorization';
import { actionOf } from '../../mesh/authorizationPolicy';
import { PodPort, exposureOf, worstPodPorts } from '../../mesh/inboundPorts';
import { requireMesh } from '../../mesh/mesh';
import { Control, Judgement } from '../control';
import { enumerate } from '../wording';
import {
  Fault,
  cannotBeTold,
  failureOf,
  gravest,
  nameOf,
  witnessOf,
} from './faults';
import { Place, UNNAMED_PORT, placesOf } from './places';
import { probesOfRule } from './probes';
import { verdictNow } from './whatIf';
import {
  WrittenField,
  asksIdentity,
  fieldEvidence,
  partEvidence,
  writtenFields,
} from '../../mesh/authorization/writtenFields';

export const identityInPlaintext: Control = {
  id: 'AZ-6',
  title: 'Rules about identity cannot be passed without one',
  pillar: 'authorization',
  severity: 'high',
  scope: 'workload',
  question:
    'Does every rule that keeps a caller out by its identity hold also where it calls without mTLS?',
  why: 'A caller in plaintext has no identity. A rule that refuses by identity does not recognise it, and whoever was to be kept out gets in by leaving encryption out.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 2, 3 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement:
        'Identity-tier policy: encryption in transit, authentication',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-3, IA-9' },
    {
      framework: 'CISA ZTMM v2',
      requirement: 'Applications: application access',
    },
    { framework: 'PCI DSS 4.0', requirement: '7.2' },
  ],
  needs: [
    { kind: 'Service', in: 'namespace' },
    { kind: 'AuthorizationPolicy', in: 'mesh' },
    { kind: 'PeerAuthentication', in: 'mesh' },
    { kind: 'RequestAuthentication', in: 'mesh' },
    { kind: 'Sidecar', in: 'mesh' },
    { kind: 'ConfigMap', in: 'control-plane' },
    // Only manifests need it, to tell their data plane.
    { kind: 'Namespace', in: 'namespace', optional: true },
  ],
  evaluate(workload, snapshot) {
    const { places, elsewhere } = placesOf(workload, snapshot);
    const { name } = workload.reference;
    const faults: Fault[] = [];
    const asking = new Set<AuthorizationPolicy>();
    const seen: PodPort[] = [];
    for (const place of places) {
      const policies = enforcedPolicies(place.pod, place.enforcer, snapshot);
      for (const policy of policies) {
        const fields = writtenFields(policy);
        if (fields.some(asksIdentity)) {
          asking.add(policy);
        }
        const refusing = fields.filter(field => keepsOut(field, policy));
        if (refusing.length > 0) {
          const ports = worstPodPorts(
            { ...workload, pods: [place.pod] },
            snapshot,
          );
          seen.push(...ports);
          faults.push(
            ...(faultOf(
              place,
              policy,
              refusing,
              plaintextPorts(ports),
              snapshot,
            ) ?? []),
          );
        }
      }
    }
    if (faults.length > 0) {
      return [failureOf(faults)];
    }
    if (elsewhere?.verdict === 'unknown' || (elsewhere && !places[0])) {
      return [elsewhere];
    }
    const doubtful = seen.find(port => exposureOf(port) === 'unknown');
    if (doubtful) {
      return [
        cannotBeTold(
          name,
          `whether ${
            doubtful.port === null ? 'any port' : `port ${doubtful.port}`
          } takes plaintext past its proxy is not visible (control AN-2)`,
        ),
      ];
    }
    return [
      asking.size > 0
        ? proof(workload, [...asking], places)
        : {
            verdict: 'not-applicable',
            message: `No AuthorizationPolicy asks ${name} who calls.`,
            evidence: [],
          },
    ];
  },
};

/** ALLOW by leaving some out, or DENY (and CUSTOM) by naming some. */
function keepsOut(field: WrittenField, policy: AuthorizationPolicy): boolean {
  return (
    asksIdentity(field) && field.negative === (actionOf(policy) === 'ALLOW')
  );
}

/** Where the proxy itself takes plaintext; what goes past it asks no policy at all. */
function plaintextPorts(ports: readonly PodPort[]): number[] {
  const open = ports.filter(
    ({ mode, dataPlane }) =>
      mode !== 'STRICT' && mode !== null && dataPlane !== 'none',
  );
  const numbers = open.flatMap(({ port }) => port ?? []);
  return numbers.length > 0 || open.length === 0 ? numbers : [UNNAMED_PORT];
}

function faultOf(
  place: Place,
  policy: AuthorizationPolicy,
  fields: readonly WrittenField[],
  ports: readonly number[],
  snapshot: ClusterSnapshot,
): Fault[] | undefined {
  const mesh = requireMesh(snapshot);
  const allows = actionOf(policy) === 'ALLOW';
  const rules = (policy.spec?.rules ?? []).filter((_, index) =>
    fields.some(({ rule }) => rule === index),
  );
  const named = rules
    .flatMap(rule =>
      probesOfRule(allows ? namingWhomItLeavesOut(rule) : rule, policy, mesh),
    )
    .filter(({ anybody }) => !anybody);
  const difference = gravest(named, ports, (probe, port) => ({
    actual: ports.includes(port)
      ? verdictNow(
          { place, enforcer: place.enforcer },
          { ...probe, caller: { address: probe.caller.address } },
          port,
          snapshot,
        )
      : 'unknown',
    meant: verdictNow(
      { place, enforcer: place.enforcer },
      probe,
      port,
      snapshot,
    ),
  }));
  if (difference?.effect !== 'opens') {
    return undefined;
  }
  const { name } = place.workload.reference;
  const { who } = difference.probe;
  return [
    {
      severity: 'high',
      message: `Whoever calls ${name} in plaintext gets past ${nameOf(
        policy,
      )}, also ${who}, which it means to keep out.`,
      because: `${enumerate(fields.map(({ path }) => path))} of ${nameOf(
        policy,
      )} can tell callers with mTLS alone, and ${
        difference.port === UNNAMED_PORT ? `${name}` : `port ${difference.port}`
      } takes plaintext too.`,
      evidence: fields.map(field => fieldEvidence(policy, field)),
      witness: {
        ...witnessOf(place, difference, 'in plaintext, and is let in'),
        transport: 'plaintext',
      },
      fix: `Set the mode of PeerAuthentication to STRICT for ${name}, or name in an ALLOW policy who may call instead of who may not. Callers in plaintext are refused from then on.`,
    },
  ];
}

type Fields = Readonly<Record<string, string[] | undefined>>;

const OPPOSITES: readonly (readonly [string, string])[] = [
  ['notPrincipals', 'principals'],
  ['notNamespaces', 'namespaces'],
  ['notServiceAccounts', 'serviceAccounts'],
  ['notTrustDomains', 'trustDomains'],
];

/** The same rule for those whom it leaves out, to find one of them. */
function namingWhomItLeavesOut(rule: AuthorizationRule): AuthorizationRule {
  return {
    ...rule,
    ...(rule.from && {
      from: rule.from.map(({ source = {} }) => {
        const fields: Fields = source;
        return {
          source: {
            ...source,
            ...Object.fromEntries(
              OPPOSITES.flatMap(([negative, positive]) =>
                fields[negative]?.length
                  ? [[positive, fields[negative]] as const]
                  : [],
              ),
            ),
          },
        };
      }),
    }),
    ...(rule.when && {
      when: rule.when.map(({ key, values, notValues }) => ({
        key,
        values: notValues?.length ? notValues : values,
      })),
    }),
  };
}

function proof(
  { reference: { name } }: Workload,
  policies: readonly AuthorizationPolicy[],
  places: readonly Place[],
): Judgement {
  return {
    verdict: 'pass',
    message: `Nobody gets past ${enumerate(
      policies.map(nameOf),
    )} by calling ${name} without mTLS.`,
    evidence: policies.map(policy =>
      partEvidence(policy, 'spec.rules', policy.spec?.rules ?? null),
    ),
    enforcement: places.every(({ membership }) => membership.basis === 'seen')
      ? 'enforced'
      : 'declared',
  };
}
