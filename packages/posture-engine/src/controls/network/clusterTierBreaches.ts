/** NW-3: what is wrong with the cluster's policies for a workload, in words. */
import {
  Connections,
  DecidingField,
  Direction,
  PodClass,
  PortSet,
  decideDirection,
} from '../../decisions';
import type {
  AdminChanges,
  LateDenial,
  OpenedNamespace,
} from '../../network/adminTier';
import { networkOf } from '../../network/cni';
import { decideAbout, opennessOfRelation } from '../../network/openness';
import {
  ClusterSnapshot,
  ObjectReference,
  Workload,
  describeObject,
} from '../../snapshot';
import { Evidence, Severity, Witness } from '../control';
import { enumerate } from '../wording';
import { evidenceOf } from './evidenceOfPolicies';
import { isWide, openingOf, portsInWords, whoIsMeant } from './openings';

export const KINDS = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
] as const;

/** A policy of the cluster whose subject some pod of the workload is. */
export interface SelectedPolicy {
  kind: (typeof KINDS)[number];
  object: ObjectReference;
}

export interface Breach {
  severity: Severity;
  message: string;
  because: string;
  evidence: Evidence[];
  witness?: Witness;
  fix: string;
}

/** One direction of one class of the workload's pods. */
export interface TierQuestion {
  workload: Workload;
  podClass: PodClass;
  direction: Direction;
  snapshot: ClusterSnapshot;
  connections: Connections;
  /** Undefined where no policy of the Admin tier decides. */
  changes: AdminChanges | undefined;
}

/** Undefined where the network enforces it, or nobody can tell. */
export function ignoredPolicy(
  { reference: { name } }: Workload,
  { kind, object }: SelectedPolicy,
  snapshot: ClusterSnapshot,
): Breach | undefined {
  const network = snapshot.derive(networkOf);
  if (network.state === 'unknown' || network.enforces[kind].answer !== 'no') {
    return undefined;
  }
  const { title, enforces, evidence } = network;
  const { because } = enforces[kind];
  const policy = describeObject(object);
  return {
    severity: 'high',
    message: `${policy} decides nothing for ${name}: the network of the cluster does not enforce policies of its kind.`,
    because: `${title} does not enforce ${policy}${
      because ? `: ${because}` : ''
    }.`,
    evidence: [
      ...evidenceOf(snapshot, [{ object, field: 'spec.subject' }]),
      ...evidence,
    ],
    fix: `Say what ${policy} says in policies of a kind that ${title} enforces, such as NetworkPolicies in each namespace.`,
  };
}

export function breachesOf(question: TierQuestion): Breach[] {
  const { changes } = question;
  if (!changes) {
    return [];
  }
  return [
    ...openToAnybody(question, changes),
    ...openToNamespaces(question, changes),
    ...changes.lateDenials.map(late => lateDenial(question, late)),
  ];
}

function openToAnybody(
  question: TierQuestion,
  changes: AdminChanges,
): Breach[] {
  const { workload, direction, connections, podClass } = question;
  const opening = openingOf(anybody(question, changes));
  if (!opening) {
    return [];
  }
  const { openTo, ports, crowd } = opening;
  const [{ protocol, from }] = ports.ranges();
  return [
    openedBreach(question, changes, {
      severity: opening.isWide && direction === 'ingress' ? 'high' : 'medium',
      who: whoIsMeant(direction, openTo),
      ports,
      decidedBy: decideAbout(connections, podClass, direction, crowd, {
        protocol,
        port: from,
      }).decidedBy,
      name: workload.reference.name,
    }),
  ];
}

function anybody(
  { connections, direction }: TierQuestion,
  changes: AdminChanges,
) {
  return opennessOfRelation(connections.universe, changes.opened, direction);
}

/** Namespaces of others that are open although not everybody is. */
function namespacesOf(
  question: TierQuestion,
  changes: AdminChanges,
): OpenedNamespace[] {
  const { pods } = anybody(question, changes);
  return changes.namespaces
    .filter(
      ({ namespace }) => namespace !== question.workload.reference.namespace,
    )
    .map(opened => ({ ...opened, ports: opened.ports.subtract(pods.allowed) }))
    .filter(({ ports }) => !ports.isEmpty);
}

function openToNamespaces(
  question: TierQuestion,
  changes: AdminChanges,
): Breach[] {
  const wide = namespacesOf(question, changes).filter(({ ports }) =>
    isWide(ports),
  );
  if (wide.length === 0) {
    return [];
  }
  const { direction, workload, connections, podClass } = question;
  const [{ member, ports }] = wide;
  const [{ protocol, from }] = ports.ranges();
  const { decidedBy } = decideDirection(
    connections,
    {
      ...(direction === 'ingress'
        ? { source: member, destination: podClass }
        : { source: podClass, destination: member }),
      protocol,
      port: from,
    },
    direction,
  );
  return [
    openedBreach(question, changes, {
      severity: 'medium',
      who: namespacesInWords(direction, wide),
      ports,
      decidedBy,
      name: workload.reference.name,
    }),
  ];
}

function namespacesInWords(
  direction: Direction,
  namespaces: readonly OpenedNamespace[],
): string {
  const names = namespaces.map(({ namespace }) => namespace).sort();
  return `${direction === 'ingress' ? 'Every' : 'every'} pod of ${
    names.length === 1 ? 'namespace' : 'namespaces'
  } ${enumerate(names)}`;
}

/** What is opened to somebody in particular, on some ports: many a cluster means it so, for monitoring for instance. */
export function narrowOpenings(question: TierQuestion): string[] {
  const { changes, direction, workload } = question;
  return (changes ? namespacesOf(question, changes) : []).map(
    ({ namespace, ports }) =>
      direction === 'ingress'
        ? `Beyond its own policies they let namespace ${namespace} reach ${portsInWords(
            ports,
          )} of ${workload.reference.name}.`
        : `Beyond its own policies they let ${
            workload.reference.name
          } reach ${portsInWords(ports)} of namespace ${namespace}.`,
  );
}

interface Opened {
  severity: Severity;
  who: string;
  ports: PortSet;
  decidedBy: readonly (DecidingField & { effect: string })[];
  name: string;
}

function openedBreach(
  { direction, snapshot }: TierQuestion,
  { closedBy }: AdminChanges,
  { severity, who, ports, decidedBy, name }: Opened,
): Breach {
  const where = isWide(ports) ? 'every port' : portsInWords(ports);
  const allowing = decidedBy.filter(({ effect }) => effect === 'allow');
  const [rule] = allowing.slice(-1);
  const refusing = [
    ...new Set(closedBy.map(({ object }) => describeObject(object))),
  ];
  const incoming = direction === 'ingress';
  return {
    severity,
    message: incoming
      ? `${who} can open connections to ${where} of ${name}, although its own policies refuse them.`
      : `${name} can open connections ${
          isWide(ports) ? '' : `on ${where} `
        }to ${who}, although its own policies refuse them.`,
    because: `${rule.field} of ${describeObject(rule.object)} lets them ${
      incoming ? 'in' : 'out'
    } before ${
      refusing.length > 0
        ? `${enumerate(refusing)}, which would refuse them, ${
            refusing.length === 1 ? 'is' : 'are'
          } asked`
        : 'the policies are asked that would refuse them'
    }.`,
    evidence: evidenceOf(snapshot, [rule, ...closedBy]),
    witness: incoming
      ? {
          from: `${who[0].toLowerCase()}${who.slice(1).replace(/,$/, '')}`,
          to: name,
          port: null,
        }
      : { from: name, to: who, port: null },
    fix: `Narrow ${rule.field} of ${describeObject(rule.object)} to the ${
      incoming ? 'callers' : 'destinations'
    } and ports that it is meant for, or change its action to Pass, so that the policies of the namespace decide.`,
  };
}

function lateDenial(
  { workload, snapshot, direction }: TierQuestion,
  { denial, acceptedBy }: LateDenial,
): Breach {
  const policy = describeObject(denial.object);
  const before = enumerate([
    ...new Set(
      acceptedBy.map(
        ({ object, field }) => `${field} of ${describeObject(object)}`,
      ),
    ),
  ]);
  const what =
    direction === 'ingress'
      ? `keeps nobody from ${workload.reference.name}`
      : `keeps ${workload.reference.name} from nothing`;
  return {
    severity: 'medium',
    message: `A denial of ${policy} ${what}: everything that it denies is let through before.`,
    because: `${denial.field} of ${policy} comes after ${before}.`,
    evidence: evidenceOf(snapshot, [denial, ...acceptedBy]),
    fix: `Give ${policy} a lower number as priority, or write its denial before what lets through, if it is to hold; else remove it.`,
  };
}
