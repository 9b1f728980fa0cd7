/**
 * Values as Istio's validation takes them (`pkg/config/validation/agent`,
 * `pkg/config/labels`, `pkg/config/security`): each function gives what is wrong,
 * or undefined.
 */
import { parseDuration } from '../durations';
import { parseAddress, parseBlock } from '../networkNames';

const LABEL = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const WILDCARD_LABEL =
  /^(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)$/;
const LABEL_NAME = '(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_PREFIX = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';
const LABEL_KEY = new RegExp(
  `^(${LABEL_PREFIX}(?:\\.${LABEL_PREFIX})*/)?(${LABEL_NAME})$`,
);
const LABEL_VALUE = new RegExp(`^(?:${LABEL_NAME})?$`);

export function isLabel(text: string): boolean {
  return text.length <= 63 && LABEL.test(text);
}

function isWildcardLabel(text: string): boolean {
  return text.length <= 63 && WILDCARD_LABEL.test(text);
}

function wrongLength(domain: string): string | undefined {
  if (domain === '') {
    return 'must not be empty';
  }
  return domain.length > 255 ? 'has more than 255 characters' : undefined;
}

/** The labels of a domain; a dot may stand at its end, for the root. */
function wrongLabels(domain: string, whole = domain): string | undefined {
  const parts = domain.split('.');
  const last = parts[parts.length - 1];
  if (/^\d+$/.test(last)) {
    return `${whole} ends in a number, as no domain does`;
  }
  const labels = last === '' ? parts.slice(0, -1) : parts;
  const wrong = labels.find(label => !isLabel(label));
  return wrong === undefined
    ? undefined
    : `${whole} is no domain: "${wrong}" is no label of one`;
}

export function wrongDomain(domain: string): string | undefined {
  return wrongLength(domain) ?? wrongLabels(domain);
}

/** A domain whose first label may have a wildcard in front. */
export function wrongWildcardDomain(domain: string): string | undefined {
  const [first, ...rest] = domain.split('.');
  const wrong = wrongLength(domain);
  if (wrong !== undefined) {
    return wrong;
  }
  if (!isWildcardLabel(first)) {
    return `${domain} is no domain: "${first}" is no label of one`;
  }
  return rest.length === 0 ? undefined : wrongLabels(rest.join('.'), domain);
}

export function isAddress(text: string): boolean {
  // A zone is part of an address for Go.
  return parseAddress(text.replace(/%[^%]+$/, '')) !== undefined;
}

export function wrongAddress(text: string): string | undefined {
  return isAddress(text) ? undefined : `"${text}" is no IP address`;
}

/** An address, or a block of them. */
export function wrongSubnet(text: string): string | undefined {
  return text.split('/').length === 2 ? wrongBlock(text) : wrongAddress(text);
}

export function wrongBlock(text: string): string | undefined {
  return parseBlock(text) ? undefined : `"${text}" is no block of IP addresses`;
}

export function wrongPort(port: number): string | undefined {
  return port >= 1 && port <= 65535
    ? undefined
    : `port ${port} is not between 1 and 65535`;
}

export function wrongPortName(name: string): string | undefined {
  return isLabel(name) ? undefined : `"${name}" is no name of a port`;
}

const MILLISECOND = 1_000_000n;

export function wrongDuration(text: string): string | undefined {
  const duration = parseDuration(text);
  if (duration === undefined) {
    return `"${text}" is no duration`;
  }
  if (duration < MILLISECOND) {
    return 'must be at least 1ms';
  }
  return duration % MILLISECOND === 0n
    ? undefined
    : 'must be whole milliseconds';
}

/** A path to a socket; names that begin with @ have no place in the file system. */
export function wrongSocket(path: string): string | undefined {
  if (path === '') {
    return 'names no socket';
  }
  return path.startsWith('@') || (path.startsWith('/') && !path.endsWith('/'))
    ? undefined
    : `"${path}" is no absolute path to a file`;
}

/** Labels as Istio takes them, which is a little more than Kubernetes does. */
export function wrongLabelMap(
  labels: Readonly<Record<string, unknown>>,
): string | undefined {
  for (const [key, value] of Object.entries(labels)) {
    const [, prefix = '', name = ''] = LABEL_KEY.exec(key) ?? [];
    if (name === '' || prefix.length > 254 || name.length > 63) {
      return `"${key}" is no key of a label`;
    }
    if (typeof value === 'string' && !LABEL_VALUE.test(value)) {
      return `"${value}" is no value of a label`;
    }
  }
  return undefined;
}

export type PortProtocol =
  | 'tcp'
  | 'udp'
  | 'grpc'
  | 'grpc-web'
  | 'http'
  | 'http_proxy'
  | 'http2'
  | 'https'
  | 'tls'
  | 'mongo'
  | 'redis'
  | 'mysql';

const PROTOCOLS: readonly PortProtocol[] = [
  ...(['tcp', 'udp', 'grpc', 'grpc-web', 'http', 'http_proxy'] as const),
  ...(['http2', 'https', 'tls', 'mongo', 'redis', 'mysql'] as const),
];
const HTTP: readonly PortProtocol[] = [
  ...(['http', 'http2', 'http_proxy', 'grpc', 'grpc-web'] as const),
];

/** Undefined for one that Istio does not know. */
export function protocolOf(text: string): PortProtocol | undefined {
  return PROTOCOLS.find(protocol => protocol === text.toLowerCase());
}

export function isHttp(protocol: PortProtocol | undefined): boolean {
  return protocol !== undefined && HTTP.includes(protocol);
}

export function isTls(protocol: PortProtocol | undefined): boolean {
  return protocol === 'https' || protocol === 'tls';
}

/** Empty means that Istio finds out. */
export function wrongProtocol(text: string): string | undefined {
  return text === '' || protocolOf(text) !== undefined
    ? undefined
    : `"${text}" is no protocol that Istio knows`;
}
