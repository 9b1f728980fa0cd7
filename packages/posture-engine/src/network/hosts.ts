/** Host names with a leading wildcard, as gateways and their routes write them. */

/** Whether some host is named by both; `*` names all, `*.shop.example` all below `shop.example`. */
export function hostsOverlap(left: string, right: string): boolean {
  if (left === right || left === '*' || right === '*') {
    return true;
  }
  const wild = (pattern: string, host: string) =>
    pattern.startsWith('*.') && host.endsWith(pattern.slice(1));
  return wild(left, right) || wild(right, left);
}
