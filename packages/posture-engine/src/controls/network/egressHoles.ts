/** NW-5's failures: whom a workload reaches that it should not, and what lets it. */
import {
  Connections,
  DecidingField,
  Decision,
  EndpointClass,
  PodClass,
  PortSet,
  Protocol,
  decideDirection,
  describePorts,
  describeRule,
} from '../../decisions';
import type { EgressView } from '../../network/egressView';
import { METADATA_PORT } from '../../network/metadataAddresses';
import { describePolicy, policiesSelecting } from '../../network/networkPolicy';
import { decideAbout } from '../../network/openness';
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  shownView,
} from '../../snapshot';
import type { Evidence, Severity, Witness } from '../control';
import { evidenceOf } from './evidenceOfPolicies';
import { unenforcedPolicy } from './unenforcedPolicy';

/** Somebody whom the workload should not reach. */
export interface EgressHole {
  severity: Severity;
  message: string;
  because: string;
  evidence: Evidence[];
  witness: Witness;
  fix: string;
  /** Whether no policy restricts what is sent at all. */
  unrestricted: boolean;
}

export interface EgressDoubt {
  message: string;
  evidence: Evidence[];
}

export interface Sender {
  workload: Workload;
  pod: PodView;
  podClass: PodClass;
  view: EgressView;
  connections: Connections;
  snapshot: ClusterSnapshot;
}

function decideFor(
  { connections, podClass }: Sender,
  destination: EndpointClass | undefined,
  port: { protocol: Protocol; port: number },
): Decision | undefined {
  return (
    destination &&
    decideDirection(
      connections,
      { source: podClass, destination, ...port },
      'egress',
    )
  );
}

function firstPort(ports: PortSet): { protocol: Protocol; port: number } {
  const [{ protocol, from }] = ports.ranges();
  return { protocol, port: from };
}

export function egressHolesOf(sender: Sender): EgressHole[] {
  const { workload, podClass, view, connections } = sender;
  const { name } = workload.reference;
  const { universe } = connections;
  const holes: EgressHole[] = [];
  const [metadata] = view.metadata;
  if (metadata !== undefined) {
    holes.push({
      severity: 'high',
      message: `${name} can fetch the credentials of its node from the cloud's metadata address ${metadata}.`,
      witness: { from: name, to: metadata, ...METADATA_PORT },
      ...grounds(
        sender,
        decideFor(sender, universe.classOfAddress(metadata), METADATA_PORT),
        rule =>
          `Keep ${metadata} out of ${rule}, in an ipBlock by except; a service that needs rights in the cloud gets an identity of its own there.`,
      ),
    });
  }
  if (!view.internet.isEmpty) {
    const port = firstPort(view.internet);
    const everyPort = PortSet.allOf('TCP').subtract(view.internet).isEmpty;
    holes.push({
      severity: everyPort ? 'high' : 'medium',
      message: `${name} can send data to any address of the internet, on ${
        everyPort ? 'every port' : describePorts(view.internet)
      }.`,
      witness: {
        from: name,
        to: 'any address of the internet',
        port: everyPort ? null : port.port,
        ...(everyPort ? {} : { protocol: port.protocol }),
      },
      ...grounds(
        sender,
        decideAbout(connections, podClass, 'egress', 'outside', port),
        rule =>
          `Replace ${rule} by rules that name the destinations: pods by their labels, addresses outside by blocks of their owners, or where the network of the cluster can, by host name. What no rule names is cut off.`,
      ),
    });
  }
  return [...holes, ...lookupHoles(sender)];
}

function lookupHoles(sender: Sender): EgressHole[] {
  const { workload, podClass, view, connections } = sender;
  const { name } = workload.reference;
  if (!view.dns) {
    return [];
  }
  const onlyDns = (rule: string) =>
    `Let ${rule} lead to the pods of the DNS only: in most clusters those of namespace kube-system with the label k8s-app=kube-dns.`;
  const port = firstPortOfLookups(sender);
  const hole = (to: string, decision: Decision | undefined) => ({
    witness: { from: name, to, ...port },
    ...grounds(sender, decision, onlyDns),
  });
  switch (view.dns.to) {
    case 'internet':
      return [
        {
          severity: 'medium',
          message: `${name} can send name lookups to any server of the internet, and data can leave hidden in them.`,
          ...hole(
            'any address of the internet',
            decideAbout(connections, podClass, 'egress', 'outside', port),
          ),
        },
      ];
    case 'any pod':
      return [
        {
          severity: 'low',
          message: `${name} can send name lookups to any pod of the cluster, not only to its DNS.`,
          ...hole(
            'any pod of the cluster',
            decideAbout(connections, podClass, 'egress', 'pods', port),
          ),
        },
      ];
    default: {
      const { namespace, pod } = view.dns;
      return [
        {
          severity: 'low',
          message: `${name} can send name lookups to every pod of namespace ${namespace}, not only to the DNS there.`,
          ...hole(
            `${namespace}/${pod.name}`,
            decideFor(sender, connections.universe.classOfPod(pod), port),
          ),
        },
      ];
    }
  }
}

function firstPortOfLookups({ podClass, connections }: Sender) {
  const protocol = (['UDP', 'TCP'] as const).find(candidate =>
    connections
      .relation(podClass, 'egress')
      .some(({ ports }) => ports.has(candidate, 53)),
  );
  return { protocol: protocol ?? ('UDP' as const), port: 53 };
}

/** Which rule lets it out, or that none restricts it. */
function grounds(
  { workload, pod, snapshot }: Sender,
  decision: Decision | undefined,
  fix: (rule: string) => string,
): Pick<EgressHole, 'because' | 'evidence' | 'fix' | 'unrestricted'> {
  const { name } = workload.reference;
  const rule = decision?.decidedBy.find(({ effect }) => effect === 'allow');
  if (rule) {
    return {
      unrestricted: false,
      because: `${ruleAtStart(rule)} lets it out.`,
      evidence: evidenceOf(snapshot, [rule]),
      fix: fix(`${rule.field} of ${describeObject(rule.object)}`),
    };
  }
  const unenforced = unenforcedPolicy(workload, pod, 'egress', snapshot);
  if (unenforced) {
    return { unrestricted: false, ...unenforced };
  }
  const view = shownView(workload, pod, ({ namespace, labels }) =>
    policiesSelecting(snapshot, { ...pod, namespace, labels }).map(
      describePolicy,
    ),
  );
  return {
    unrestricted: true,
    because: `No policy restricts what ${name} sends.`,
    evidence: [
      {
        object: view.object,
        field: `${view.path}metadata.labels`,
        value: { ...view.labels },
      },
    ],
    fix: `Add a NetworkPolicy that selects ${name} with policyTypes Egress, and rules for what it calls, its DNS included. What no rule names is cut off.`,
  };
}

export function egressDoubtsOf(sender: Sender): EgressDoubt[] {
  const { workload, view, connections, podClass } = sender;
  const { internet, metadata } = view.unknown;
  const { name } = workload.reference;
  const decision = internet.isEmpty
    ? decideFor(
        sender,
        connections.universe.classOfAddress(metadata[0] ?? ''),
        METADATA_PORT,
      )
    : decideAbout(
        connections,
        podClass,
        'egress',
        'outside',
        firstPort(internet),
      );
  const what = internet.isEmpty
    ? `the metadata address ${metadata[0]}`
    : 'the internet at large';
  return internet.isEmpty && metadata.length === 0
    ? []
    : [
        {
          message: `Whether ${name} reaches ${what} cannot be told: ${
            decision?.reason ?? 'nothing says so'
          }.`,
          evidence: evidenceOf(sender.snapshot, decision?.decidedBy ?? []),
        },
      ];
}

/** `Egress rule 2 of NetworkPolicy shop/orders`. */
function ruleAtStart(field: DecidingField): string {
  const words = describeRule(field);
  return `${words[0].toUpperCase()}${words.slice(1)}`;
}
