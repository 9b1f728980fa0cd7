/**
 * Which host of the registry an HTTP request means, by its Host alone: the
 * address that is called does not count. Per istiod's `httproute.go`.
 */
import { matchesHost } from '../hosts';
import { READING_HTTP } from './protocols';
import { RegistryHost } from './registry';
import { EgressListener, EgressScope, KnownPort } from './scope';

/** The listener whose hosts count for HTTP on a port: the first for all ports, or for this one. */
export function routingListener(
  scope: EgressScope,
  port: number,
): EgressListener | undefined {
  return scope.listeners.find(
    listener => listener.port === undefined || listener.port === port,
  );
}

export class VirtualHosts {
  /** Worked out once. */
  static of(
    scope: EgressScope,
    listener: EgressListener,
    port: number,
  ): VirtualHosts {
    const ports = VirtualHosts.#made.get(listener) ?? new Map();
    VirtualHosts.#made.set(listener, ports);
    const made = ports.get(port) ?? VirtualHosts.#create(scope, listener, port);
    ports.set(port, made);
    return made;
  }

  /** A listener belongs to one scope, and that to one snapshot. */
  static readonly #made = new WeakMap<
    EgressListener,
    Map<number, VirtualHosts>
  >();

  static #create(
    scope: EgressScope,
    listener: EgressListener,
    port: number,
  ): VirtualHosts {
    // Of several with one name the last counts here, alone and with its own address.
    const known = new Map(
      scope.known(listener, port).map(one => [one.host.host, one]),
    );
    return new VirtualHosts(
      scope,
      listener,
      [...known.values()].filter(
        ({ host, port: { protocol } }) =>
          host.resolution !== 'alias' && READING_HTTP.includes(protocol),
      ),
    );
  }

  readonly #exact = new Map<string, KnownPort>();
  readonly #patterns = new Map<string, KnownPort>();
  #longestFirst: readonly string[] | undefined;

  private constructor(
    scope: EgressScope,
    listener: EgressListener,
    known: readonly KnownPort[],
  ) {
    // Whole names first: a short form never takes another host's name.
    for (const form of [fullNames, shortNames, addresses]) {
      for (const one of known) {
        for (const name of form(one.host, { scope, listener })) {
          const names = name.startsWith('*') ? this.#patterns : this.#exact;
          if (!names.has(name)) {
            names.set(name, one);
          }
        }
      }
    }
  }

  /** `host` as it is sent: any case, with or without a port. */
  find(host: string): KnownPort | undefined {
    const name = hostName(host);
    const exact = this.#exact.get(name);
    if (exact) {
      return exact;
    }
    this.#longestFirst ??= [...this.#patterns.keys()].sort(
      (left, right) => right.length - left.length,
    );
    const longest = this.#longestFirst.find(pattern =>
      matchesHost(pattern, name),
    );
    return longest === undefined ? undefined : this.#patterns.get(longest);
  }

  /** Whether a name stands here as it is, under no pattern. */
  names(host: string): boolean {
    return this.#exact.has(hostName(host));
  }

  has(host: string): boolean {
    return (
      this.#exact.get(host)?.host.host === host || this.#patterns.has(host)
    );
  }

  /** Every host that a request may name here. */
  all(): readonly KnownPort[] {
    return [...new Set([...this.#exact.values(), ...this.#patterns.values()])];
  }
}

/** A Host without its port, which is not compared. */
export function hostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/^([^:]*):\d+$/, '$1');
}

interface Place {
  scope: EgressScope;
  listener: EgressListener;
}

/** Its own, and those of type ExternalName that stand for it, if they are imported too. */
function fullNames(
  { host, namespace }: RegistryHost,
  { scope, listener }: Place,
): string[] {
  const aliases = scope.registry.aliases.get(host) ?? [];
  return [
    host,
    ...aliases.filter(alias => listener.imports.imports(namespace, alias)),
  ];
}

const SERVICE_HOST = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/;

/** As applications write them: with a dot at the end, and Services by the start of their names. */
function shortNames(host: RegistryHost, place: Place): string[] {
  const names = fullNames(host, place).flatMap(full => {
    const [, name, namespace] = SERVICE_HOST.exec(full) ?? [];
    return [
      `${full}.`,
      ...(name === undefined
        ? []
        : [
            `${name}.${namespace}`,
            `${name}.${namespace}.svc`,
            ...(namespace === place.scope.namespace ? [name] : []),
          ]),
    ];
  });
  // A pod behind a Service without an address has a name of its own below it.
  return 'service' in host.source && host.resolution === 'none'
    ? [...names, ...[host.host, ...names].map(name => `*.${name}`)]
    : names;
}

function addresses({ address, allocated }: RegistryHost): string[] {
  return [address, allocated].flatMap(one =>
    one === undefined || one === 'everywhere' || one.includes('/') ? [] : [one],
  );
}
