/** Protocols and ports of Calico's rules, as `api/pkg/lib/numorstring` reads them. */
import { PROTOCOLS, PortSet, Protocol, protocolOf } from '../../decisions';
import type { CalicoRule } from '../../snapshot';

/** What one side of a port match says; `named` ports are whatever the destination calls so. */
export interface PortList {
  numbers: PortSet;
  names: readonly string[];
}

export interface RulePorts {
  /** Of the protocols that the rule is for. */
  protocols: PortSet;
  /** Absent: all. */
  ports?: PortList;
  notPorts?: PortList;
}

const NUMBERS: Readonly<Record<number, Protocol>> = {
  6: 'TCP',
  17: 'UDP',
  132: 'SCTP',
};

const LAST_PORT = 65_535;

export function rulePorts({
  protocol,
  notProtocol,
  destination,
}: CalicoRule): RulePorts | { problem: string } {
  const wanted =
    protocol === undefined ? PortSet.all : portsOfProtocol(protocol);
  const unwanted =
    notProtocol === undefined ? PortSet.none : portsOfProtocol(notProtocol);
  if (!wanted || !unwanted) {
    return {
      problem: `has the protocol ${
        wanted ? notProtocol : protocol
      }, which nobody knows`,
    };
  }
  const ports = portList(destination?.ports);
  const notPorts = portList(destination?.notPorts);
  for (const list of [ports, notPorts]) {
    if (list && 'problem' in list) {
      return list;
    }
    if (list && protocol === undefined) {
      // Calico's validator refuses it, and what a rule without it would mean has changed.
      return { problem: 'has ports and no protocol' };
    }
  }
  return {
    protocols: wanted.subtract(unwanted),
    ...(ports && 'names' in ports ? { ports } : {}),
    ...(notPorts && 'names' in notPorts ? { notPorts } : {}),
  };
}

/** None for a protocol that has no ports here; undefined for what is no protocol. */
function portsOfProtocol(protocol: number | string): PortSet | undefined {
  const text = String(protocol);
  const known = /^\d+$/.test(text) ? NUMBERS[Number(text)] : protocolOf(text);
  if (known) {
    return PortSet.allOf(known);
  }
  const isOther = /^\d+$/.test(text)
    ? Number(text) >= 1 && Number(text) <= 255
    : /^(icmp|icmpv6|udplite)$/i.test(text);
  return isOther ? PortSet.none : undefined;
}

function portList(
  list: readonly (number | string)[] | undefined,
): PortList | { problem: string } | undefined {
  if (!list?.length) {
    return undefined;
  }
  const numbers: PortSet[] = [];
  const names: string[] = [];
  for (const port of list) {
    const range = /^(\d+)(?::(\d+))?$/.exec(String(port));
    if (range) {
      const from = Number(range[1]);
      const to = Number(range[2] ?? range[1]);
      if (to > LAST_PORT || from > to) {
        return { problem: `has the port ${port}, which is none` };
      }
      numbers.push(
        ...PROTOCOLS.map(protocol => PortSet.range(protocol, from, to)),
      );
    } else if (
      typeof port === 'string' &&
      /^[a-zA-Z0-9_.-]{1,128}$/.test(port)
    ) {
      names.push(port);
    } else {
      return { problem: `has the port ${port}, which is none` };
    }
  }
  return { numbers: PortSet.union(numbers), names };
}

/** The ports that a rule means for a destination with these named ports. */
export function portsFor(
  { protocols, ports, notPorts }: RulePorts,
  named: ReadonlyMap<string, PortSet>,
): PortSet {
  const resolve = ({ numbers, names }: PortList) =>
    PortSet.union([
      numbers,
      ...names.map(name => named.get(name) ?? PortSet.none),
    ]);
  const wanted = ports ? protocols.intersect(resolve(ports)) : protocols;
  return notPorts ? wanted.subtract(resolve(notPorts)) : wanted;
}

/** The names that tell destinations apart. */
export function namesIn({ ports, notPorts }: RulePorts): readonly string[] {
  return [...(ports?.names ?? []), ...(notPorts?.names ?? [])];
}
