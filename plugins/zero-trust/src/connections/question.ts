/** A question about one connection as people write it, and as the API wants it. */
import type {
  ConnectionEnd,
  ConnectionQuestion,
  WorkloadRef,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { IPv4, IPv6 } from 'ipaddr.js';
import type { Direction } from './peers';
import { DraftRequest, RequestErrors, readRequest } from './request';

export type Protocol = NonNullable<ConnectionQuestion['protocol']>;

export const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

const LAST_PORT = 65_535;

/** Where one of the service's workloads runs. */
export interface OwnWorkload {
  cluster: string;
  workload: WorkloadRef;
}

export interface DraftQuestion {
  /** `in`: may the peer call the service? */
  direction: Direction;
  own: OwnWorkload;
  /** `namespace/Kind/name` of a workload or, to be called, of a Service; or an IP address. */
  peer: string;
  port: string;
  protocol: Protocol;
  request: DraftRequest;
}

export interface DraftErrors extends RequestErrors {
  peer?: 'missing' | 'malformed' | 'service';
  port?: 'missing' | 'malformed';
}

export type ReadQuestion =
  | { question: ConnectionQuestion; errors?: never }
  | { question?: never; errors: DraftErrors };

/** As the API writes it: `namespace/Kind/name`. */
export function workloadText({ namespace, kind, name }: WorkloadRef): string {
  return `${namespace}/${kind}/${name}`;
}

/** Undefined for text that is not `namespace/Kind/name`. */
export function parseWorkload(text: string): WorkloadRef | undefined {
  const parts = text.split('/').map(part => part.trim());
  const [namespace, kind, name] = parts;
  return parts.length === 3 && namespace && kind && name
    ? { namespace, kind, name }
    : undefined;
}

export function readQuestion({
  direction,
  own: { cluster, workload },
  peer,
  port,
  protocol,
  request: draft,
}: DraftQuestion): ReadQuestion {
  const other = parseEnd(peer.trim());
  const number = parsePort(port.trim());
  const { request, errors } = readRequest(draft);
  const ends = other && endsOf(direction, { workload }, other);
  if (!ends || number === undefined || Object.keys(errors).length > 0) {
    return {
      errors: {
        ...errors,
        ...(other === undefined && { peer: problemOf(peer) }),
        ...(other && !ends && { peer: 'service' }),
        ...(number === undefined && { port: problemOf(port) }),
      },
    };
  }
  return {
    question: {
      cluster,
      ...ends,
      port: number,
      protocol,
      ...(request && { request }),
    },
  };
}

/** Undefined where a Service would call: it only is called. */
function endsOf(
  direction: Direction,
  own: { workload: WorkloadRef },
  other: ConnectionEnd,
): Pick<ConnectionQuestion, 'from' | 'to'> | undefined {
  if (direction === 'out') {
    return { from: own, to: other };
  }
  return 'service' in other ? undefined : { from: other, to: own };
}

function problemOf(text: string): 'missing' | 'malformed' {
  return text.trim() === '' ? 'missing' : 'malformed';
}

function parseEnd(text: string): ConnectionEnd | undefined {
  // Shorthand such as `10.1` is an address for some programs and a mistake for people.
  if (IPv4.isValidFourPartDecimal(text) || IPv6.isValid(text)) {
    return { ip: text };
  }
  const named = parseWorkload(text);
  if (named?.kind === 'Service') {
    const { namespace, name } = named;
    return { service: { namespace, name } };
  }
  return named && { workload: named };
}

function parsePort(text: string): number | undefined {
  const port = Number(text);
  return /^\d+$/.test(text) && port >= 1 && port <= LAST_PORT
    ? port
    : undefined;
}
