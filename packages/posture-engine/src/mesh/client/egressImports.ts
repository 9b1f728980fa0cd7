/**
 * What the `hosts` of one egress listener of a `Sidecar` import: each is
 * `namespace/host`, with `.` for the client's own namespace and `*` for all.
 * With `~` before the namespace it keeps hosts out, whatever else lets them in;
 * `~/*` keeps out all. Per istiod's `model/sidecar.go`.
 */
import { matchesHost } from './hosts';

interface Imported {
  namespace: string;
  host: string;
}

export class EgressImports {
  static create(written: readonly string[], own: string): EgressImports {
    const taken: Imported[] = [];
    const excluded: Imported[] = [];
    for (const text of written) {
      const [where, host, ...more] = text.split('/');
      if (host === undefined || more.length > 0) {
        continue; // istiod leaves out what it cannot read.
      }
      const kept = where.startsWith('~');
      const name = kept ? where.slice(1) || '*' : where;
      (kept ? excluded : taken).push({
        namespace: name === '.' ? own : name,
        host: host.toLowerCase(),
      });
    }
    return new EgressImports(taken, excluded);
  }

  private constructor(
    private readonly taken: readonly Imported[],
    private readonly excluded: readonly Imported[],
  ) {}

  /** Of a host that some proxy is to know. */
  imports(namespace: string, host: string): boolean {
    return this.#takes(namespace, pattern => matchesHost(pattern, host));
  }

  /** Of a VirtualService: its host may be the wider of the two. */
  importsRoutes(namespace: string, host: string): boolean {
    return this.#takes(
      namespace,
      pattern => matchesHost(pattern, host) || matchesHost(host, pattern),
    );
  }

  #takes(namespace: string, matches: (pattern: string) => boolean): boolean {
    const names = (imported: Imported) =>
      (imported.namespace === '*' || imported.namespace === namespace) &&
      matches(imported.host);
    return this.taken.some(names) && !this.excluded.some(names);
  }
}
