/** Where a pod is open to nobody in particular, in words. */
import { PortRange, PortSet, PROTOCOLS } from '../../decisions';
import type { Condition, Direction } from '../../decisions';
import type { Crowd, Openness } from '../../network/openness';

/** For whom: pods and addresses alike, or one of the two. */
export type OpenTo =
  | 'anyone'
  | 'every pod'
  | 'some pods'
  | 'every address outside'
  | 'most addresses outside'
  | 'many addresses outside';

export interface Opening {
  openTo: OpenTo;
  /** Whom to ask about to learn what decides. */
  crowd: Crowd;
  ports: PortSet;
  /** Whether some protocol is open on all of its ports. */
  isWide: boolean;
  /** Where only such requests get through, at the most. */
  conditions?: readonly Condition[];
}

/** The worst of what is open: every port before some, and those before ones on which only some requests pass. */
export function openingOf(openness: Openness): Opening | undefined {
  const { pods, outside } = openness;
  const wide = (set: PortSet) => (isWide(set) ? set : PortSet.none);
  return (
    opening(openness, wide(pods.allowed), wide(outside.allowed)) ??
    opening(openness, pods.allowed, outside.allowed) ??
    conditionalOpening(openness)
  );
}

function opening(
  openness: Openness,
  pods: PortSet,
  outside: PortSet,
): Opening | undefined {
  if (pods.isEmpty && outside.isEmpty) {
    return undefined;
  }
  const both = pods.intersect(outside);
  if (
    !both.isEmpty &&
    isWide(both) === isWide(PortSet.union([pods, outside]))
  ) {
    return {
      openTo: 'anyone',
      crowd: 'pods',
      ports: both,
      isWide: isWide(both),
    };
  }
  if (!pods.isEmpty && (isWide(pods) || !isWide(outside))) {
    return {
      openTo: openness.everyPod.contains(pods) ? 'every pod' : 'some pods',
      crowd: 'pods',
      ports: pods,
      isWide: isWide(pods),
    };
  }
  return {
    openTo: outsideInWords(openness, outside),
    crowd: 'outside',
    ports: outside,
    isWide: isWide(outside),
  };
}

function outsideInWords(
  { everyAddress, mostAddresses }: Openness,
  ports: PortSet,
): OpenTo {
  if (everyAddress.contains(ports)) {
    return 'every address outside';
  }
  return mostAddresses.contains(ports)
    ? 'most addresses outside'
    : 'many addresses outside';
}

function conditionalOpening(openness: Openness): Opening | undefined {
  const ports = ({ conditional }: Openness[Crowd]) =>
    PortSet.union(conditional.map(part => part.ports));
  const found = opening(
    openness,
    ports(openness.pods),
    ports(openness.outside),
  );
  return (
    found && {
      ...found,
      conditions: openness[found.crowd].conditional
        .filter(part => !part.ports.intersect(found.ports).isEmpty)
        .flatMap(({ conditions }) => conditions),
    }
  );
}

export function isWide(ports: PortSet): boolean {
  return PROTOCOLS.some(protocol => ports.contains(PortSet.allOf(protocol)));
}

const WHO: Readonly<Record<Direction, Readonly<Record<OpenTo, string>>>> = {
  ingress: {
    anyone: 'Anyone who reaches the network of the pods',
    'every pod': 'Any pod in the cluster',
    'some pods':
      'Any pod whose address happens to be in a block that policies let in',
    'every address outside': 'Anyone outside the cluster',
    'most addresses outside':
      'Anyone outside the cluster, but for a few address ranges,',
    'many addresses outside':
      'Anyone in great ranges of addresses outside the cluster',
  },
  egress: {
    anyone: 'every address, in the cluster and outside',
    'every pod': 'every pod in the cluster',
    'some pods':
      'every pod whose address happens to be in a block that policies name',
    'every address outside': 'every address outside the cluster',
    'most addresses outside':
      'every address outside the cluster, but for a few ranges',
    'many addresses outside': 'great ranges of addresses outside the cluster',
  },
};

export function whoIsMeant(direction: Direction, openTo: OpenTo): string {
  return WHO[direction][openTo];
}

const CALLED: Readonly<Record<OpenTo, string>> = {
  ...WHO.egress,
  anyone: 'every address',
};

/** `every address on port 53/UDP`. */
export function callsInWords({ openTo, ports }: Opening): string {
  return `${CALLED[openTo]} on ${portsInWords(ports)}`;
}

/** More than these tell nobody more. */
const MOST_RANGES = 6;

/** `port 8080`, `ports 8080, 53/UDP`, `every port`. */
export function portsInWords(ports: PortSet): string {
  if (ports.contains(PortSet.all)) {
    return 'every port';
  }
  const ranges = ports.ranges();
  const [first] = ranges;
  if (ranges.length === 1 && ports.contains(PortSet.allOf(first.protocol))) {
    return `every ${first.protocol} port`;
  }
  const shown = ranges.slice(0, MOST_RANGES).map(rangeInWords);
  const rest = ranges.length - shown.length;
  return `${ranges.length === 1 ? 'port' : 'ports'} ${shown.join(', ')}${
    rest > 0 ? ` and ${rest} more` : ''
  }`;
}

function rangeInWords({ protocol, from, to }: PortRange): string {
  const range = from === to ? `${from}` : `${from}-${to}`;
  return protocol === 'TCP' ? range : `${range}/${protocol}`;
}
