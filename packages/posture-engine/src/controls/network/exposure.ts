/** NW-8: from outside the cluster, the workload is reached only through an encrypted route of the edge, if at all. */
import {
  hostPortsOf,
  loadBalancerReach,
  opensNodePorts,
} from '../../network/directExposure';
import {
  EDGE_KINDS,
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
  PodView,
  Service,
  Workload,
  describeObject,
  referenceTo,
  valueAt,
} from '../../snapshot';
import { Control, Evidence, Judgement, Severity } from '../control';
import { enumerate, locateForPeople, sentence, worstFirst } from '../wording';

/** A way in that should not be there. */
interface WayIn {
  severity: Severity;
  from: string;
  message: string;
  because: string;
  port: number | null;
  evidence: Evidence[];
  fix: string;
}

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
    { kind: 'Service', in: 'namespace' },
    { kind: 'Ingress', in: 'namespace' },
    ...EDGE_KINDS.map(kind => ({ kind, in: 'cluster' as const })),
    ...GATEWAY_KINDS.map(kind => ({
      kind,
      in: 'cluster' as const,
      optional: true as const,
    })),
  ],
  evaluate(workload, snapshot) {
    const services = [
      ...new Set(
        workload.pods.flatMap(pod => servicesSelecting(snapshot, pod)),
      ),
    ];
    const { namespace } = workload.reference;
    const routes = [
      ...services,
      ...aliasesOf(services, snapshot, namespace),
    ].flatMap(({ metadata: { name } }) => routesTo(snapshot, namespace, name));
    const waysIn = worstFirst([
      ...workload.pods.flatMap(pod => onNode(workload, pod)),
      ...services.flatMap(service => throughService(workload, service)),
      ...routes
        .filter(({ transport }) => transport === 'plaintext')
        .map(route => throughPlainRoute(workload, route)),
    ]);
    if (waysIn.length > 0) {
      return [failure(workload, waysIn)];
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
        : proof(workload, services, routes),
    ];
  },
};

function onNode(workload: Workload, pod: PodView): WayIn[] {
  const { name } = workload.reference;
  const from = 'anyone who reaches the network of the nodes';
  if (pod.spec.hostNetwork) {
    const evidence = locateForPeople(workload, pod, 'spec.hostNetwork');
    return [
      {
        severity: 'high',
        from,
        port: null,
        message: `Anyone who reaches the network of the nodes can call every port that ${name} listens on.`,
        because: `${describeObject(
          evidence.object,
        )} sets hostNetwork, so its pods listen on the address of their node, past every network policy.`,
        evidence: [evidence],
        fix: `Remove hostNetwork from ${name}. Callers that use the address of a node must use a Service instead.`,
      },
    ];
  }
  return hostPortsOf(pod).map(({ field, port, protocol }) => {
    const evidence = locateForPeople(workload, pod, field);
    return {
      severity: 'medium',
      from,
      port,
      message: `Anyone who reaches the network of the nodes can call ${name} on port ${port} of its node.`,
      because: `${describeObject(evidence.object)} sets hostPort ${port}${
        protocol === 'TCP' ? '' : ` (${protocol})`
      }.`,
      evidence: [evidence],
      fix: `Remove the hostPort and call ${name} through its Service. Callers that use the address of a node must change.`,
    };
  });
}

function portsOf({ spec }: Service): string {
  const ports = (spec?.ports ?? []).map(({ port }) => String(port));
  return ports.length === 1 ? `port ${ports[0]}` : `ports ${enumerate(ports)}`;
}

function evidenceOf(service: Service, field: string): Evidence {
  return {
    object: referenceTo(service),
    field,
    value: valueAt(service, field) ?? null,
  };
}

function throughService(workload: Workload, service: Service): WayIn[] {
  const { name } = workload.reference;
  const described = describeObject(referenceTo(service));
  const port = service.spec?.ports?.[0]?.port ?? null;
  const type = evidenceOf(service, 'spec.type');
  const ways: WayIn[] = [];
  const reach = loadBalancerReach(service);
  if (reach?.to === 'everybody') {
    ways.push({
      severity: 'high',
      from: 'the internet',
      port,
      message: `The internet can call ${portsOf(service)} of ${name} directly.`,
      because: `${described} is of type LoadBalancer, and neither source ranges nor an annotation of the provider that is known here keep it private.`,
      evidence: [type],
      fix: `Make ${described} a ClusterIP and put a route of the edge before it, or set loadBalancerSourceRanges to the callers' networks and allocateLoadBalancerNodePorts to false. Callers outside those ranges are cut off.`,
    });
  } else if (reach?.to === 'private network') {
    ways.push({
      severity: 'medium',
      from: 'the private network of the provider',
      port,
      message: `Everything in the private network around the cluster can call ${portsOf(
        service,
      )} of ${name} directly.`,
      because: `${described} is a load balancer that its provider keeps inside by the annotation ${reach.annotation}.`,
      evidence: [
        type,
        evidenceOf(service, `metadata.annotations['${reach.annotation}']`),
      ],
      fix: `Set loadBalancerSourceRanges of ${described} to the callers' networks and allocateLoadBalancerNodePorts to false. Callers outside those ranges are cut off.`,
    });
  } else if (reach?.to === 'ranges' && opensNodePorts(service)) {
    ways.push({
      severity: 'low',
      from: 'anyone who reaches the network of the nodes',
      port: null,
      message: `Anyone who reaches the network of the nodes can call ${name} past the source ranges of its load balancer.`,
      because: `${described} limits the load balancer by ${reach.field}, but it also opens a port on every node, which the ranges do not guard.`,
      evidence: [
        evidenceOf(service, reach.field),
        evidenceOf(service, 'spec.allocateLoadBalancerNodePorts'),
      ],
      fix: `Set allocateLoadBalancerNodePorts to false in ${described}, if the load balancer reaches pods without node ports; ask its provider.`,
    });
  }
  if (service.spec?.type === 'NodePort') {
    ways.push({
      severity: 'medium',
      from: 'anyone who reaches the network of the nodes',
      port,
      message: `Anyone who reaches the network of the nodes can call ${portsOf(
        service,
      )} of ${name} through a port of every node.`,
      because: `${described} is of type NodePort.`,
      evidence: [type],
      fix: `Make ${described} a ClusterIP and put a route of the edge before it. Callers that use the address of a node must change.`,
    });
  }
  if (service.spec?.externalIPs?.length) {
    ways.push({
      severity: 'medium',
      from: `anyone who reaches ${service.spec.externalIPs[0]}`,
      port,
      message: `Anyone who reaches ${enumerate(
        service.spec.externalIPs,
      )} can call ${portsOf(service)} of ${name} directly.`,
      because: `${described} claims these addresses as externalIPs.`,
      evidence: [evidenceOf(service, 'spec.externalIPs')],
      fix: `Remove externalIPs from ${described} and put a route of the edge before it. Callers of those addresses must change.`,
    });
  }
  return ways;
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
    evidence: [evidenceOf(service, 'spec.selector')],
  };
}

function proof(
  { reference: { name } }: Workload,
  services: readonly Service[],
  routes: readonly EdgeRoute[],
): Judgement {
  const restricted = services.flatMap(service => {
    const reach = loadBalancerReach(service);
    return reach?.to === 'ranges' ? [{ service, ...reach }] : [];
  });
  const through = [
    ...restricted.map(
      ({ service, ranges }) =>
        `the load balancer of ${describeObject(
          referenceTo(service),
        )}, open to ${enumerate(ranges)} only`,
    ),
    ...new Set(
      routes.map(({ route }) => `${describeObject(route)}, which demands TLS`),
    ),
  ];
  return {
    verdict: 'pass',
    message:
      through.length > 0
        ? `From outside, ${name} is reached only through ${enumerate(through)}.`
        : `Nothing leads to ${name} from outside the cluster: no load balancer, node port, host port, external address or route of the edge.`,
    evidence: distinctEvidence([
      ...restricted.map(({ service, field }) => evidenceOf(service, field)),
      ...routes.map(({ decidedBy }) => decidedBy),
      ...services.map(service => evidenceOf(service, 'spec.type')),
    ]),
  };
}
