/** NW-1: what a direction of a pod that is open to nobody in particular means, why it is so, and what to do. */
import { DecidingField, Direction, PodClass, PortSet } from '../../decisions';
import { describePolicy, policiesSelecting } from '../../network/networkPolicy';
import { MUTUAL_AUTHENTICATION } from '../../network/cilium';
import { connectionsOf } from '../../network/connections';
import { decideAbout } from '../../network/openness';
import {
  ClusterSnapshot,
  JsonValue,
  ObjectReference,
  PodView,
  Workload,
  describeObject,
  shownView,
} from '../../snapshot';
import { Evidence, Severity, Witness } from '../control';
import { enumerate } from '../wording';
import { evidenceOf } from './evidenceOfPolicies';
import { Opening, portsInWords, whoIsMeant } from './openings';
import { unenforcedPolicy } from './unenforcedPolicy';

/** One direction of one pod that is open. */
export interface Hole {
  direction: Direction;
  severity: Severity;
  message: string;
  because: string;
  evidence: Evidence[];
  witness: Witness;
  fix: string;
  /** Whether a policy that selects the workload would close it. */
  unselected: boolean;
}

export interface OpenPod {
  workload: Workload;
  pod: PodView;
  podClass: PodClass;
  direction: Direction;
  opening: Opening;
  snapshot: ClusterSnapshot;
}

export function holeOf(open: OpenPod): Hole {
  const { direction, opening } = open;
  const [{ protocol, from }] = opening.ports.ranges();
  const allowing = decideAbout(
    open.snapshot.derive(connectionsOf),
    open.podClass,
    direction,
    opening.crowd,
    { protocol, port: from },
  ).decidedBy.filter(({ effect }) => effect === 'allow');
  const cause = allowing[allowing.length - 1];
  return cause
    ? { direction, ...consequences(open), ...causedBy(open, cause) }
    : {
        direction,
        // Addresses outside have no way to most pods, and pods always have.
        ...consequences(
          direction === 'ingress' && opening.openTo === 'anyone'
            ? { ...open, opening: { ...opening, openTo: 'every pod' } }
            : open,
        ),
        ...notClosed(open),
      };
}

function consequences({
  workload,
  direction,
  opening: { openTo, crowd, isWide, ports, conditions },
}: OpenPod): Pick<Hole, 'severity' | 'message' | 'witness'> {
  const { name } = workload.reference;
  const who = whoIsMeant(direction, openTo);
  if (direction === 'egress') {
    return {
      severity: 'medium',
      message: `${name} can open connections to ${who}.`,
      witness: { from: name, to: who, port: null },
    };
  }
  const witness = {
    from: `${who[0].toLowerCase()}${who.slice(1).replace(/,$/, '')}`,
    to: name,
    ...single(ports),
  };
  if (!conditions) {
    return {
      severity: isWide ? 'high' : 'medium',
      message: `${who} can open connections to ${
        ports.contains(PortSet.allOf('TCP'))
          ? 'every port'
          : portsInWords(ports)
      } of ${name}.`,
      witness,
    };
  }
  if (crowd === 'pods' && conditions.includes(MUTUAL_AUTHENTICATION)) {
    const pods = whoIsMeant(direction, 'every pod');
    return {
      severity: 'medium',
      message: `${pods} can open connections to ${portsInWords(
        ports,
      )} of ${name}: Cilium makes it prove who it is, but lets it in whoever it is.`,
      witness,
    };
  }
  const unlimited = conditions.find(condition => condition.startsWith('any '));
  const requests = unlimited ?? enumerate([...new Set(conditions)]);
  return {
    severity: unlimited ? 'medium' : 'low',
    message: unlimited
      ? `${who} can send ${unlimited} to ${portsInWords(ports)} of ${name}.`
      : `${who} can send some requests to ${portsInWords(
          ports,
        )} of ${name}: policies limit what is asked for (${requests}), not who asks.`,
    witness: { ...witness, action: requests },
  };
}

/** The port where there is one only. */
function single(ports: PortSet): Pick<Witness, 'port' | 'protocol'> {
  const [{ protocol, from, to }, ...others] = ports.ranges();
  return from === to && others.length === 0
    ? { port: from, protocol }
    : { port: null };
}

type Cause = Pick<Hole, 'because' | 'evidence' | 'fix' | 'unselected'>;

/** A rule that opens it. */
function causedBy(open: OpenPod, cause: DecidingField): Cause {
  const { object, field } = cause;
  const evidence = evidenceOf(open.snapshot, [cause]);
  const policy = describeObject(object);
  const incoming = open.direction === 'ingress';
  const others = incoming ? 'callers' : 'destinations';
  const letsThrough = `${field} lets them ${incoming ? 'in' : 'out'}`;
  switch (rankOf(object, open.snapshot)) {
    case 'before':
      return {
        unselected: false,
        evidence,
        because: `${policy} is asked before the policies of the namespace: ${letsThrough}, whatever those say.`,
        fix: `Have whoever runs the cluster narrow ${field} of ${policy} to the ${others} that it is meant for, or change its action to Pass: the policies of the namespace decide then.`,
      };
    case 'after':
      return {
        unselected: true,
        evidence,
        because: `${policy} is asked where no policy of the namespace selects the pods: ${letsThrough}.`,
        fix: policyToAdd(open),
      };
    default:
      return {
        unselected: false,
        evidence,
        because: `${policy} takes its own default deny back: ${letsThrough}, and no policy that allows less can stop them.`,
        fix: `In ${policy}, replace ${field} by rules that name the ${others} with their labels and namespaces; those that they do not name are cut off.`,
      };
  }
}

/** When Kubernetes' policies of the cluster are asked; undefined for all other policies. */
function rankOf(
  { kind, name }: ObjectReference,
  snapshot: ClusterSnapshot,
): 'before' | 'after' | undefined {
  switch (kind) {
    case 'AdminNetworkPolicy':
      return 'before';
    case 'BaselineAdminNetworkPolicy':
      return 'after';
    case 'ClusterNetworkPolicy':
      return snapshot.get(kind, name)?.spec?.tier === 'Baseline'
        ? 'after'
        : 'before';
    default:
      return undefined;
  }
}

/** Nothing opens it, but nothing closes it either. */
function notClosed(open: OpenPod): Cause {
  const { workload, pod, direction, snapshot } = open;
  const { name } = workload.reference;
  const connections = direction === 'ingress' ? 'incoming' : 'outgoing';
  const unenforced = unenforcedPolicy(workload, pod, direction, snapshot);
  if (unenforced) {
    return { unselected: false, ...unenforced };
  }
  const view = shownView(workload, pod, ({ namespace, labels }) =>
    policiesSelecting(snapshot, { ...pod, namespace, labels }).map(
      describePolicy,
    ),
  );
  return {
    unselected: true,
    evidence: [
      {
        object: view.object,
        field: `${view.path}metadata.labels`,
        value: (view.metadata.labels ?? null) as JsonValue,
      },
    ],
    because: `No NetworkPolicy of namespace ${pod.namespace} selects the pods of ${name} for ${connections} connections.`,
    fix: policyToAdd(open),
  };
}

function policyToAdd({ workload, direction }: OpenPod): string {
  const [type, rules, others] =
    direction === 'ingress'
      ? ['Ingress', 'its callers', 'callers']
      : ['Egress', 'what it calls, DNS included', 'destinations'];
  return `Add a NetworkPolicy that selects ${workload.reference.name} with policyTypes ${type}, and rules for ${rules}; ${others} that no rule names are cut off.`;
}
