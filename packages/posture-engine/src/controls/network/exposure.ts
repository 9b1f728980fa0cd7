/** NW-8: from outside the cluster, the workload is reached only through an encrypted route of the edge, if at all. */
import { OWN_SIDE_NEEDS } from '../../network/connectionNeeds';
import {
  loadBalancerReach,
  opensNodePorts,
} from '../../network/directExposure';
import { networkFactsOf } from '../../network/networkFacts';
import {
  EDGE_NEEDS,
  EdgeRoute,
  GATEWAY_KINDS,
  routesTo,
} from '../../network/edgeRoutes';
import {
  aliasesOf,
  servicesSelecting,
  servicesWithoutSelector,
} from '../../network/services';
import {
  ClusterSnapshot,
  MissingAccess,
  Service,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, sentence, worstFirst } from '../wording';
import { enforcementOf } from './enforcementOf';
import {
  Entrance,
  WayIn,
  entrancesOnNode,
  entrancesThrough,
  serviceEvidence,
} from './waysIn';

export const exposure: Control = {
  id: 'NW-8',
  title: 'Exposure to the outside',
  pillar: 'network',
  severity: 'high',
  scope: 'workload',
  question:
    'From outside the cluster, can the service be reached only through an encrypted route of the edge, if at all?',
  why: 'What is reachable from outside is attacked from outside. An edge that all traffic passes can demand TLS, identity and limits; a port that leads straight to the pods demands nothing.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 2' },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-7(5)' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: segmentation' },
    { framework: 'NSA/CISA KHG', requirement: 'Network separation' },
    { framework: 'PCI DSS 4.0', requirement: '1.4' },
  ],
  needs: [
    { kind: 'Service', in: 'cluster', elsewhere: 'facts' },
    ...EDGE_NEEDS,
    // Policies are asked only where something leads in, and say themselves what was not seen.
    ...OWN_SIDE_NEEDS.map(need => ({ ...need, optional: true as const })),
  ],
  facts: exposureFactsOf,
  evaluate(workload, snapshot) {
    const services = [
      ...new Set(
        workload.pods.flatMap(pod => servicesSelecting(snapshot, pod)),
      ),
    ];
    const { namespace } = workload.reference;
    const routes = [...services, ...aliasesOf(services, snapshot)].flatMap(
      ({ metadata }) =>
        routesTo(snapshot, metadata.namespace ?? 'default', metadata.name),
    );
    const entrances = [
      ...workload.pods.flatMap(pod => entrancesOnNode(workload, pod, snapshot)),
      ...services.flatMap(service =>
        entrancesThrough(workload, service, snapshot),
      ),
    ];
    const waysIn = worstFirst([
      ...entrances.flatMap(entrance => ('way' in entrance ? entrance.way : [])),
      ...routes
        .filter(({ transport }) => transport === 'plaintext')
        .map(route => throughPlainRoute(workload, route)),
    ]);
    if (waysIn.length > 0) {
      return [failure(workload, waysIn)];
    }
    const doubts = entrances.flatMap(entrance =>
      'doubt' in entrance ? entrance.doubt : [],
    );
    if (doubts.length > 0) {
      return [{ verdict: 'unknown', ...doubts[0] }];
    }
    const unclear = routes.find(({ transport }) => transport === 'unknown');
    if (unclear) {
      return [doubt(workload, unclear, snapshot)];
    }
    const unfollowed = servicesWithoutSelector(snapshot, namespace).find(
      service => leadsIn(service, snapshot),
    );
    return [
      unfollowed
        ? unfollowedDoubt(workload, unfollowed)
        : proof(workload, services, routes, entrances, snapshot),
    ];
  },
};

/** An ExternalName of another namespace leads here too. */
function exposureFactsOf(snapshot: ClusterSnapshot) {
  return {
    ...snapshot.derive(networkFactsOf),
    aliases: snapshot
      .all('Service')
      .filter(({ spec }) => spec?.type === 'ExternalName'),
  };
}

function throughPlainRoute(workload: Workload, route: EdgeRoute): WayIn {
  const { name } = workload.reference;
  const described = describeObject(route.route);
  const { object, field } = route.decidedBy;
  return {
    severity: 'medium',
    from: 'anyone who reaches the edge',
    port: null,
    message: `Requests to ${name} through ${described} can be read and changed on their way to the edge: it also takes them without TLS.`,
    because: `${describeObject(object)} demands no TLS for them (${field}).`,
    evidence: [route.decidedBy],
    fix: `Demand TLS for every host that ${described} serves, and only redirect what comes without. Clients that speak plain HTTP and follow no redirect are cut off.`,
  };
}

function failure(
  { reference: { name } }: Workload,
  waysIn: readonly WayIn[],
): Judgement {
  const worst = waysIn[0];
  const messages = [...new Set(waysIn.map(({ message }) => message))];
  return {
    verdict: 'fail',
    severity: worst.severity,
    message: sentence(messages.slice(0, 3)),
    because: sentence(waysIn.slice(0, 3).map(({ because }) => because)),
    evidence: distinctEvidence(waysIn.flatMap(({ evidence }) => evidence)),
    witness: { from: worst.from, to: name, port: worst.port },
    fix: { summary: sentence(waysIn.slice(0, 3).map(({ fix }) => fix)) },
  };
}

/** Pods of one workload show the same. */
function distinctEvidence(evidence: readonly Evidence[]): Evidence[] {
  return [
    ...new Map(evidence.map(item => [JSON.stringify(item), item])).values(),
  ];
}

function doubt(
  { reference: { name } }: Workload,
  route: EdgeRoute,
  snapshot: ClusterSnapshot,
): Judgement {
  const missing: MissingAccess[] = GATEWAY_KINDS.flatMap(
    kind => snapshot.coverage.gap(kind)?.missing ?? [],
  );
  return {
    verdict: 'unknown',
    message: `Whether ${describeObject(
      route.route,
    )}, which leads to ${name}, demands TLS cannot be told: in ${
      snapshot.cluster
    }, ${route.reason}.`,
    evidence: [route.decidedBy],
    ...(missing.length > 0 ? { missing } : {}),
  };
}

function leadsIn(service: Service, snapshot: ClusterSnapshot): boolean {
  const { name, namespace = '' } = service.metadata;
  return (
    loadBalancerReach(service) !== undefined ||
    opensNodePorts(service) ||
    (service.spec?.externalIPs ?? []).length > 0 ||
    routesTo(snapshot, namespace, name).length > 0
  );
}

function unfollowedDoubt(
  { reference: { name } }: Workload,
  service: Service,
): Judgement {
  return {
    verdict: 'unknown',
    message: `Whether ${describeObject(
      referenceTo(service),
    )} leads to ${name} cannot be told: it can be reached from outside, and it has no selector but endpoints of its own, which are not read.`,
    evidence: [serviceEvidence(service, 'spec.selector')],
  };
}

function proof(
  { reference: { name } }: Workload,
  services: readonly Service[],
  routes: readonly EdgeRoute[],
  entrances: readonly Entrance[],
  snapshot: ClusterSnapshot,
): Judgement {
  const restricted = services.flatMap(service => {
    const reach = loadBalancerReach(service);
    return reach?.to === 'ranges' ? [{ service, ...reach }] : [];
  });
  const guarded = entrances.flatMap(entrance =>
    'guarded' in entrance ? entrance.guarded : [],
  );
  const { enforcement, words } = enforcementOf(
    guarded.flatMap(({ evidence }) => evidence.map(({ object }) => object)),
    snapshot,
  );
  const through = [
    ...restricted.map(
      ({ service, ranges }) =>
        `the load balancer of ${describeObject(
          referenceTo(service),
        )}, open to ${enumerate(ranges)} only`,
    ),
    ...guarded
      .filter(({ openTo }) => openTo.length > 0)
      .map(
        ({ described, openTo }) =>
          `${described}, from which network policies let only ${enumerate(
            openTo,
          )} in${words}`,
      ),
    ...new Set(
      routes.map(({ route }) => `${describeObject(route)}, which demands TLS`),
    ),
  ];
  const shut = guarded.filter(({ openTo }) => openTo.length === 0);
  return {
    verdict: 'pass',
    ...(guarded.length > 0 ? { enforcement } : {}),
    message: sentence([
      wordsForProof(name, through, shut.length > 0),
      ...(shut.length > 0
        ? [
            `No network policy lets in what comes from outside through ${enumerate(
              shut.map(({ described }) => described),
            )}${words}.`,
          ]
        : []),
    ]),
    evidence: distinctEvidence([
      ...restricted.map(({ service, field }) =>
        serviceEvidence(service, field),
      ),
      ...guarded.flatMap(({ evidence }) => evidence),
      ...routes.map(({ decidedBy }) => decidedBy),
      ...services.map(service => serviceEvidence(service, 'spec.type')),
    ]),
  };
}

function wordsForProof(
  name: string,
  through: readonly string[],
  isShut: boolean,
): string {
  if (through.length > 0) {
    return `From outside, ${name} is reached only through ${enumerate(
      through,
    )}.`;
  }
  return isShut
    ? `Nothing reaches ${name} from outside the cluster.`
    : `Nothing leads to ${name} from outside the cluster: no load balancer, node port, host port, external address or route of the edge.`;
}
