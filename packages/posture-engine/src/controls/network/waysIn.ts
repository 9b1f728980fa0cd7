/** NW-8's ways into a workload that no proxy of the edge stands in, and what network policies make of each. */
import { publicPartOf, wordsForRanges } from '../../network/atLarge';
import {
  hostPortsOf,
  loadBalancerReach,
  opensNodePorts,
} from '../../network/directExposure';
import { OutsideAccess, outsideAccess } from '../../network/outsideAccess';
import { targetPortsOf } from '../../network/services';
import { protocolOf } from '../../decisions';
import {
  ClusterSnapshot,
  PodView,
  Service,
  Workload,
  describeObject,
  referenceTo,
  valueAt,
} from '../../snapshot';
import { Evidence, SEVERITIES, Severity } from '../control';
import { enumerate, locateForPeople } from '../wording';
import { evidenceOf } from './evidenceOfPolicies';

/** A way in that should not be there. */
export interface WayIn {
  severity: Severity;
  from: string;
  message: string;
  because: string;
  port: number | null;
  evidence: Evidence[];
  fix: string;
}

/** A way in, or what becomes of it where network policies have a word. */
export type Entrance =
  | { way: WayIn }
  /** Open to somebody in particular only, or to nobody; `described` is what leads there. */
  | {
      guarded: {
        described: string;
        openTo: readonly string[];
        evidence: Evidence[];
      };
    }
  | { doubt: { message: string; evidence: Evidence[] } };

/** A way in before policies are asked. */
interface Door extends Omit<WayIn, 'message'> {
  /** Of what leads in, such as `the load balancer of Service shop/orders`. */
  described: string;
  message(can: string): string;
  /** Whether pods see the address of the caller. */
  source: 'kept' | 'kept, or that of a load balancer' | 'of a node';
  /** The fields that say so. */
  sourceEvidence: Evidence[];
  access: OutsideAccess;
  snapshot: ClusterSnapshot;
}

const NODES = 'anyone who reaches the network of the nodes';

export function entrancesOnNode(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): Entrance[] {
  const { name } = workload.reference;
  if (pod.spec.hostNetwork) {
    const evidence = locateForPeople(workload, pod, 'spec.hostNetwork');
    return [
      {
        way: {
          severity: 'high',
          from: NODES,
          port: null,
          message: `Anyone who reaches the network of the nodes can call every port that ${name} listens on.`,
          because: `${describeObject(
            evidence.object,
          )} sets hostNetwork, so its pods listen on the address of their node, past every network policy.`,
          evidence: [evidence],
          fix: `Remove hostNetwork from ${name}. Callers that use the address of a node must use a Service instead.`,
        },
      },
    ];
  }
  return hostPortsOf(pod).map(({ field, port, containerPort, protocol }) => {
    const evidence = locateForPeople(workload, pod, field);
    const known = protocolOf(protocol);
    return entranceBy({
      described: `host port ${port} of ${describeObject(evidence.object)}`,
      severity: 'medium',
      from: NODES,
      port,
      message: can =>
        `Anyone who reaches the network of the nodes ${can} call ${name} on port ${port} of its node.`,
      because: `${describeObject(evidence.object)} sets hostPort ${port}${
        protocol === 'TCP' ? '' : ` (${protocol})`
      }.`,
      evidence: [evidence],
      fix: `Remove the hostPort and call ${name} through its Service. Callers that use the address of a node must change.`,
      source: 'kept',
      sourceEvidence: [],
      snapshot,
      access: outsideAccess(snapshot, [
        {
          pod,
          ports: known ? [{ protocol: known, port: containerPort }] : [],
        },
      ]),
    });
  });
}

function portsOf({ spec }: Service): string {
  const ports = (spec?.ports ?? []).map(({ port }) => String(port));
  return ports.length === 1 ? `port ${ports[0]}` : `ports ${enumerate(ports)}`;
}

export function serviceEvidence(service: Service, field: string): Evidence {
  return {
    object: referenceTo(service),
    field,
    value: valueAt(service, field) ?? null,
  };
}

export function entrancesThrough(
  workload: Workload,
  service: Service,
  snapshot: ClusterSnapshot,
): Entrance[] {
  const { name } = workload.reference;
  const described = describeObject(referenceTo(service));
  const port = service.spec?.ports?.[0]?.port ?? null;
  const type = serviceEvidence(service, 'spec.type');
  // The API server writes `Cluster` where nobody says.
  const { externalTrafficPolicy = 'Cluster' } = service.spec ?? {};
  const policy: Evidence = {
    object: referenceTo(service),
    field: 'spec.externalTrafficPolicy',
    value: externalTrafficPolicy,
  };
  const isLocal = externalTrafficPolicy === 'Local';
  const doors: Omit<Door, 'access' | 'snapshot' | 'sourceEvidence'>[] = [];
  const reach = loadBalancerReach(service);
  const balancer = {
    described: `the load balancer of ${described}`,
    source: isLocal
      ? ('kept, or that of a load balancer' as const)
      : ('of a node' as const),
  };
  const onNodes = (what: string) => ({
    described: what,
    source: isLocal ? ('kept' as const) : ('of a node' as const),
  });
  if (reach?.to === 'everybody') {
    doors.push({
      ...balancer,
      severity: 'high',
      from: 'the internet',
      port,
      message: can =>
        `The internet ${can} call ${portsOf(service)} of ${name} directly.`,
      because: `${described} is of type LoadBalancer, and neither source ranges nor an annotation of the provider that is known here keep it private.`,
      evidence: [type],
      fix: `Make ${described} a ClusterIP and put a route of the edge before it, or set loadBalancerSourceRanges to the callers' networks and allocateLoadBalancerNodePorts to false. Callers outside those ranges are cut off.`,
    });
  } else if (reach?.to === 'private network') {
    doors.push({
      ...balancer,
      severity: 'medium',
      from: 'the private network of the provider',
      port,
      message: can =>
        `Everything in the private network around the cluster ${can} call ${portsOf(
          service,
        )} of ${name} directly.`,
      because: `${described} is a load balancer that its provider keeps inside by the annotation ${reach.annotation}.`,
      evidence: [
        type,
        serviceEvidence(service, `metadata.annotations['${reach.annotation}']`),
      ],
      fix: `Set loadBalancerSourceRanges of ${described} to the callers' networks and allocateLoadBalancerNodePorts to false. Callers outside those ranges are cut off.`,
    });
  } else if (reach?.to === 'ranges' && opensNodePorts(service)) {
    doors.push({
      ...onNodes(`the node ports of ${described}`),
      severity: 'low',
      from: NODES,
      port: null,
      message: can =>
        `Anyone who reaches the network of the nodes ${can} call ${name} past the source ranges of its load balancer.`,
      because: `${described} limits the load balancer by ${reach.field}, but it also opens a port on every node, which the ranges do not guard.`,
      evidence: [
        serviceEvidence(service, reach.field),
        serviceEvidence(service, 'spec.allocateLoadBalancerNodePorts'),
      ],
      fix: `Set allocateLoadBalancerNodePorts to false in ${described}, if the load balancer reaches pods without node ports; ask its provider.`,
    });
  }
  if (service.spec?.type === 'NodePort') {
    doors.push({
      ...onNodes(`the node ports of ${described}`),
      severity: 'medium',
      from: NODES,
      port,
      message: can =>
        `Anyone who reaches the network of the nodes ${can} call ${portsOf(
          service,
        )} of ${name} through a port of every node.`,
      because: `${described} is of type NodePort.`,
      evidence: [type],
      fix: `Make ${described} a ClusterIP and put a route of the edge before it. Callers that use the address of a node must change.`,
    });
  }
  const addresses = service.spec?.externalIPs ?? [];
  if (addresses.length > 0) {
    doors.push({
      ...onNodes(`the external addresses of ${described}`),
      severity: 'medium',
      from: `anyone who reaches ${addresses[0]}`,
      port,
      message: can =>
        `Anyone who reaches ${enumerate(addresses)} ${can} call ${portsOf(
          service,
        )} of ${name} directly.`,
      because: `${described} claims these addresses as externalIPs.`,
      evidence: [serviceEvidence(service, 'spec.externalIPs')],
      fix: `Remove externalIPs from ${described} and put a route of the edge before it. Callers of those addresses must change.`,
    });
  }
  if (doors.length === 0) {
    return [];
  }
  const access = outsideAccess(
    snapshot,
    workload.pods.map(pod => ({ pod, ports: targetPortsOf(service, pod) })),
  );
  return doors.map(door =>
    entranceBy({ ...door, sourceEvidence: [policy], access, snapshot }),
  );
}

/** What policies make of a door. Where they may not see who calls, what they say against it makes it milder and no more. */
function entranceBy(door: Door): Entrance {
  const {
    described,
    message,
    source,
    sourceEvidence,
    access,
    snapshot,
    ...way
  } = door;
  const open: Entrance = { way: { ...way, message: message('can') } };
  if (access.to === 'everybody') {
    return open;
  }
  if (access.to === 'unknown') {
    return source === 'of a node'
      ? open
      : {
          doubt: {
            message: `Whether network policies stop what comes through ${described} cannot be told: ${access.reason}.`,
            evidence: way.evidence,
          },
        };
  }
  const ranges = access.to === 'ranges' ? access.ranges : [];
  const openTo = wordsForRanges(ranges);
  // A load balancer that calls under an address of its own has a private one.
  const hidden =
    source === 'kept, or that of a load balancer' &&
    publicPartOf(ranges).length < ranges.length;
  if (source === 'of a node' || hidden) {
    const whom =
      openTo.length > 0
        ? `Network policies let only ${enumerate(openTo)} in`
        : 'No network policy lets addresses outside in';
    return {
      way: {
        ...way,
        evidence: [...way.evidence, ...sourceEvidence],
        severity: milder(way.severity),
        message: message('may be able to'),
        because: `${way.because} ${whom}, but ${
          hidden
            ? 'a load balancer that calls under its own address may be among them'
            : "externalTrafficPolicy is not Local, so they mostly see the address of a node instead of the caller's, and the node of the pod itself always gets in"
        }.`,
      },
    };
  }
  return {
    guarded: {
      described,
      openTo,
      evidence: [
        ...way.evidence,
        ...sourceEvidence,
        ...evidenceOf(snapshot, access.to === 'nobody' ? access.decidedBy : []),
      ],
    },
  };
}

function milder(severity: Severity): Severity {
  return SEVERITIES[
    Math.min(SEVERITIES.indexOf(severity) + 1, SEVERITIES.length - 1)
  ];
}
