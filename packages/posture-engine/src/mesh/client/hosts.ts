/** Host names as istiod compares them: exact, or with a leading `*`; the most specific match counts. */

/** What the host of every Service ends with. */
export const SERVICE_DOMAIN = '.svc.cluster.local';

/** A Service's host. Istio's domain of services is `cluster.local` unless somebody rebuilt it. */
export function serviceHost(name: string, namespace: string): string {
  return `${name}.${namespace}${SERVICE_DOMAIN}`;
}

/** Only names without a dot are short, and mean a Service of the rule's own namespace: `orders.shop` matches nothing. */
export function resolveHost(host: string, namespace: string): string {
  return host.includes('.') || host.startsWith('*')
    ? host
    : serviceHost(host, namespace);
}

export function matchesHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*')
    ? host.endsWith(pattern.slice(1))
    : pattern === host;
}

/** Things by host pattern, in the order in which they were added for each. */
export class HostIndex<T> {
  readonly #byHost = new Map<string, T[]>();
  #wildcards: string[] | undefined;

  entries(host: string): T[] {
    let entries = this.#byHost.get(host);
    if (!entries) {
      entries = [];
      this.#byHost.set(host, entries);
      this.#wildcards = undefined;
    }
    return entries;
  }

  /** Those of the most specific pattern that matches; the longest wildcard is the most specific. */
  mostSpecific(host: string): readonly T[] | undefined {
    const exact = this.#byHost.get(host);
    if (exact) {
      return exact;
    }
    this.#wildcards ??= [...this.#byHost.keys()]
      .filter(pattern => pattern.startsWith('*'))
      .sort((left, right) => right.length - left.length);
    const found = this.#wildcards.find(pattern => matchesHost(pattern, host));
    return found === undefined ? undefined : this.#byHost.get(found);
  }
}
