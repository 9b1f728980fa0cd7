/** Hosts with a namespace in front, as Sidecars and Gateways name them. */
import { isAddress, isLabel, wrongWildcardDomain } from './values';

/** `ValidateNamespaceSlashWildcardHostname`: what is wrong, or undefined. */
export function wrongNamespacedHost(
  host: string,
  isGateway: boolean,
): string | undefined {
  const slash = host.indexOf('/');
  if (slash < 0) {
    return isGateway
      ? wrongHost(host, true)
      : `"${host}" must be a namespace, a slash and a host`;
  }
  const namespace = host.slice(0, slash);
  const name = host.slice(slash + 1);
  if (namespace === '' || name === '') {
    return `"${host}" has an empty namespace or host`;
  }
  // A Sidecar may leave a namespace out with ~.
  const named = isGateway ? namespace : namespace.replace(/^~/, '');
  const isAny = named === '*' || named === '.' || (!isGateway && named === '');
  return isAny || isLabel(named)
    ? wrongHost(name, isGateway)
    : `"${namespace}" is no namespace`;
}

function wrongHost(host: string, isGateway: boolean): string | undefined {
  if (host !== '*' && !host.includes('.')) {
    return `"${host}" must be a full name`;
  }
  if (host.includes('*') && host.length !== 1 && !host.startsWith('*.')) {
    return `"${host}" may have a wildcard only as its first label`;
  }
  return isGateway && isAddress(host) ? undefined : wrongWildcardDomain(host);
}

/** Whether one host is meant by another too; wildcards stand first. */
export function isWithin(inner: string, outer: string): boolean {
  if (inner.startsWith('*')) {
    return (
      outer.startsWith('*') &&
      inner.length >= outer.length &&
      inner.slice(1).endsWith(outer.slice(1))
    );
  }
  return outer.startsWith('*')
    ? inner.endsWith(outer.slice(1))
    : inner === outer;
}

/** Whether a name can be meant by both. */
export function overlap(left: string, right: string): boolean {
  return isWithin(left, right) || isWithin(right, left);
}
