/** ED-1: what the edge lets in comes encrypted, for names that are meant, and past what the edge asks for. */
import { aliasesOf, servicesSelecting } from '../../network/services';
import { EDGE_NEEDS, routesTo } from '../../network/edgeRoutes';
import { edgeAccess } from '../../mesh/connection';
import { Patch, describePatch, patchBefore } from '../../mesh/envoy';
import { gatewayFactsOf, gatewaysBehind } from '../../mesh/gateway';
import {
  ClusterSnapshot,
  MissingAccess,
  WORKLOAD_KINDS,
  describeObject,
} from '../../snapshot';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, sentence, worstFirst } from '../wording';
import { EdgeFault, Entry, faultsOf, wordsFor } from './edgeFaults';
import { openerFactsOf } from './gatewayOpeners';
import { automaticFaults, openerFaults } from './otherFaults';

const MESH_KINDS = [
  'AuthorizationPolicy',
  'RequestAuthentication',
  'PeerAuthentication',
  'DestinationRule',
  'Sidecar',
  'EnvoyFilter',
] as const;

const RIGHTS_KINDS = [
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'ClusterSPIFFEID',
] as const;

export const edge: Control = {
  id: 'ED-1',
  title: 'Encrypted and checked at the edge',
  pillar: 'edge',
  severity: 'high',
  scope: 'workload',
  question:
    'Does what comes in through the edge come encrypted, for names that are meant, and past all that the edge asks for?',
  why: 'The edge is the one place that everybody outside can reach. What it lets in without TLS, for any name or without the proof that it seems to ask for, stands before the service as if it had been checked.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 2 and 6' },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-7, SC-8' },
    {
      framework: 'CISA ZTMM v2',
      requirement: 'Applications: accessible applications',
    },
    { framework: 'NSA/CISA KHG', requirement: 'Network separation' },
    { framework: 'PCI DSS 4.0', requirement: '1.4, 6.4.2' },
  ],
  needs: [
    { kind: 'Service', in: 'cluster', elsewhere: 'facts' },
    ...EDGE_NEEDS,
    // What gateways of the mesh and the pods behind them ask, and how they call; without it that is not told.
    ...MESH_KINDS.map(kind => ({ kind, in: 'mesh', optional: true } as const)),
    { kind: 'ConfigMap', in: 'control-plane', optional: true },
    { kind: 'ServiceEntry', in: 'cluster', optional: true },
    ...WORKLOAD_KINDS.map(
      kind => ({ kind, in: 'namespace', optional: true } as const),
    ),
    // Who may write Gateways is in `facts`.
    ...RIGHTS_KINDS.map(
      kind =>
        ({ kind, in: 'cluster', elsewhere: 'facts', optional: true } as const),
    ),
  ],
  facts: edgeFactsOf,
  evaluate(workload, snapshot) {
    const { name } = workload.reference;
    const services = [
      ...new Set(
        workload.pods.flatMap(pod => servicesSelecting(snapshot, pod)),
      ),
    ];
    const led = [...services, ...aliasesOf(services, snapshot)].flatMap(
      ({ metadata }) =>
        routesTo(snapshot, metadata.namespace ?? 'default', metadata.name),
    );
    const entries = led
      .filter(({ door }) => !door?.redirects)
      .map(route => ({ name, route, access: edgeAccess(route, snapshot) }))
      .filter(({ access }) => access.to !== 'nobody');
    const faults = worstFirst([
      ...entries.flatMap(entry => faultsOf(entry, snapshot)),
      ...automaticFaults(workload, services, snapshot),
      ...openerFaults(name, entries, snapshot),
    ]);
    if (faults.length > 0) {
      return [failure(faults)];
    }
    const unclear = entries.find(({ route }) => route.transport === 'unknown');
    if (unclear) {
      return [doubt(unclear, snapshot)];
    }
    const [patch] = entries.flatMap(entry => patchOf(entry, snapshot) ?? []);
    if (patch) {
      return [patchedDoubt(name, patch)];
    }
    return [
      entries.length > 0
        ? proof(name, entries)
        : {
            verdict: 'not-applicable',
            message:
              led.length > 0
                ? `Routes lead to ${name}, and the edge or the mesh lets nothing in by them.`
                : `No route of the edge leads to ${name}.`,
            evidence: led.map(({ decidedBy }) => decidedBy),
          },
    ];
  },
};

function edgeFactsOf(snapshot: ClusterSnapshot): unknown {
  return {
    gateways: snapshot.derive(gatewayFactsOf),
    openers: snapshot.derive(openerFactsOf),
    aliases: snapshot
      .all('Service')
      .filter(({ spec }) => spec?.type === 'ExternalName'),
  };
}

function failure(faults: readonly EdgeFault[]): Judgement {
  const shown = faults.slice(0, 3);
  return {
    verdict: 'fail',
    severity: faults[0].severity,
    message: sentence(
      distinct(faults.map(({ message }) => message)).slice(0, 3),
    ),
    because: sentence(shown.map(({ because }) => because)),
    evidence: distinctEvidence(faults.flatMap(({ evidence }) => evidence)),
    witness: faults[0].witness,
    fix: { summary: sentence(shown.map(({ fix }) => fix)) },
  };
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function distinctEvidence(evidence: readonly Evidence[]): Evidence[] {
  return [
    ...new Map(evidence.map(item => [JSON.stringify(item), item])).values(),
  ];
}

function doubt({ name, route }: Entry, snapshot: ClusterSnapshot): Judgement {
  const missing: MissingAccess[] = (
    ['Gateway', 'ListenerSet', 'Gateway.networking.istio.io'] as const
  ).flatMap(kind => snapshot.coverage.gap(kind)?.missing ?? []);
  return {
    verdict: 'unknown',
    message: `What the edge takes for ${name} cannot be told: ${describeObject(
      route.route,
    )} leads to it, and ${route.reason}.`,
    evidence: [route.decidedBy],
    ...(missing.length > 0 ? { missing } : {}),
  };
}

/** What changes the proxy of a gateway that takes the route. */
function patchOf(
  { route: { door } }: Entry,
  snapshot: ClusterSnapshot,
): Patch | undefined {
  const members = door ? gatewaysBehind(door, snapshot) : [];
  for (const { member } of members) {
    const patch = patchBefore(member.pod, 'GATEWAY', snapshot);
    if (patch) {
      return patch;
    }
  }
  return undefined;
}

function patchedDoubt(name: string, patch: Patch): Judgement {
  const { object, field, applyTo } = patch;
  return {
    verdict: 'unknown',
    message: `What the edge takes for ${name} cannot be told: ${describePatch(
      patch,
    )}.`,
    evidence: [{ object, field: `${field}.applyTo`, value: applyTo }],
  };
}

function proof(name: string, entries: readonly Entry[]): Judgement {
  const ways = distinct(entries.map(wordsFor));
  const anonymous = entries.some(({ access }) => access.to === 'anybody');
  const unseen = entries.every(({ access }) => access.to === 'unseen');
  return {
    verdict: 'pass',
    message: sentence([
      `The edge takes requests to ${name} only over TLS, for names that are meant: ${enumerate(
        ways,
      )}.`,
      ...(anonymous
        ? [
            'It asks no caller who he is, and neither does the mesh: whoever knows the name gets in.',
          ]
        : []),
      ...(unseen
        ? ['What it asks of callers beyond that is not seen here.']
        : []),
    ]),
    evidence: distinctEvidence(entries.map(({ route }) => route.decidedBy)),
  };
}
