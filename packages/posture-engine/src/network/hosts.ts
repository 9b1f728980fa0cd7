/** Host names as gateways and their routes write them: with a leading wildcard, or of a Service. */

/** Whether some host is named by both; `*` names all, `*.shop.example` all below `shop.example`. */
export function hostsOverlap(left: string, right: string): boolean {
  if (left === right || left === '*' || right === '*') {
    return true;
  }
  const wild = (pattern: string, host: string) =>
    pattern.startsWith('*.') && host.endsWith(pattern.slice(1));
  return wild(left, right) || wild(right, left);
}

/** `orders`, `orders.shop`, `orders.shop.svc`, `orders.shop.svc.cluster.local`; a name of another domain is no Service of this cluster. */
export function serviceOfHost(
  host: string | undefined,
  namespace: string,
): { namespace: string; name: string } | undefined {
  const [name, where, svc] = (host ?? '').split('.');
  if (!name || (svc !== undefined && svc !== 'svc')) {
    return undefined;
  }
  return { name, namespace: where ?? namespace };
}

/** Of two patterns that overlap, the one that says more. */
export function narrowerHost(left: string, right: string): string {
  const rank = (pattern: string) =>
    pattern.startsWith('*') ? pattern.length : Infinity;
  return rank(left) >= rank(right) ? left : right;
}
