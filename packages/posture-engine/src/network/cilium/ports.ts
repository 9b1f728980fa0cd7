/** The ports of a rule, as Cilium reads them: numbers, names, 0 for every port, and protocols with `ANY` among them. */
import { PROTOCOLS, PodClass, PortSet, protocolOf } from '../../decisions';
import type { PortTerm } from './policySpec';

/** A reason for what Cilium does not read. */
export function parsePort(
  text: string,
  protocol: string = 'ANY',
  endPort?: number,
): PortTerm | string {
  const known = protocolOf(protocol);
  if (!known && protocol.toUpperCase() !== 'ANY') {
    return `no rule is for ports of protocol "${protocol}"`;
  }
  const protocols = known ? [known] : PROTOCOLS;
  const rest = endPort === undefined ? {} : { endPort };
  if (/[a-z]/i.test(text)) {
    return { protocols, port: text.toLowerCase(), ...rest };
  }
  const port = Number(text);
  return /^\d+$/.test(text) && port <= 65_535
    ? { protocols, port, ...rest }
    : `"${text}" is no port`;
}

function ofProtocols(
  { protocols }: PortTerm,
  from: number,
  to: number = from,
): PortSet {
  return PortSet.union(
    protocols.map(protocol => PortSet.range(protocol, from, to)),
  );
}

/** None for a name. An end below the beginning counts as none. */
export function numberedPorts(term: PortTerm): PortSet {
  const { port, endPort = 0 } = term;
  if (typeof port === 'string') {
    return PortSet.none;
  }
  return port === 0
    ? ofProtocols(term, 1, 65_535)
    : ofProtocols(term, port, Math.max(port, endPort));
}

/** What a name means to the pod that the rule lets in; with an end it begins a range there. */
export function ownNamedPorts(
  term: PortTerm,
  { namedPorts }: PodClass,
): PortSet {
  const { port, endPort = 0 } = term;
  const named = typeof port === 'string' ? namedPorts.get(port) : undefined;
  return named
    ? PortSet.union(
        named
          .ranges()
          .filter(({ protocol }) => term.protocols.includes(protocol))
          .map(({ protocol, from, to }) =>
            PortSet.range(protocol, from, Math.max(to, endPort)),
          ),
      )
    : PortSet.none;
}

/** Of the ports behind a destination's name those that the rule means; an end means nothing here. */
export function destinationPorts(term: PortTerm, named: PortSet): PortSet {
  return named.intersect(ofProtocols(term, 1, 65_535));
}
