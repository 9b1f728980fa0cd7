/**
 * Which hosts a client's proxy knows: those exported to its namespace that its
 * `Sidecar` imports, and of several of one name those of a single namespace.
 * Clients of one namespace under one `Sidecar` share a scope.
 */
import { ClusterSnapshot, PodView } from '../../../snapshot';
import { Sidecar } from '../../../snapshot/kinds';
import { EgressImports } from '../egressImports';
import { sidecarOf } from '../../sidecarScope';
import { isVisibleTo } from '../visibility';
import { HostPort, Registry, RegistryHost, registryOf } from './registry';
import { HostProtocol, protocolOfEntryPort } from './protocols';

/** An egress listener of the `Sidecar`, or the one that stands for none. */
export interface EgressListener {
  imports: EgressImports;
  /** It is for hosts of this port alone. */
  port?: number;
  /** As whose it takes the traffic of that port. */
  protocol?: HostProtocol;
  bind?: string;
  /** The proxy listens there itself, and captures nothing for it. */
  bound: boolean;
}

/** A host with the port that is asked about. */
export interface KnownPort {
  host: RegistryHost;
  port: HostPort;
}

export class EgressScope {
  static of(client: PodView, snapshot: ClusterSnapshot): EgressScope {
    const sidecar = sidecarOf(client, snapshot);
    const scopes = snapshot.derive(noScopes);
    const key = `${client.namespace} ${sidecar?.metadata.namespace ?? ''}/${
      sidecar?.metadata.name ?? ''
    }`;
    let scope = scopes.get(key);
    if (!scope) {
      scope = new EgressScope(client.namespace, sidecar, snapshot);
      scopes.set(key, scope);
    }
    return scope;
  }

  readonly listeners: readonly EgressListener[];
  readonly #known = new Map<EgressListener, Map<number, KnownPort[]>>();

  private constructor(
    readonly namespace: string,
    readonly sidecar: Sidecar | undefined,
    private readonly snapshot: ClusterSnapshot,
  ) {
    const written = sidecar?.spec?.egress ?? [];
    this.listeners =
      written.length === 0
        ? [{ imports: EgressImports.create(['*/*'], namespace), bound: false }]
        : written.map(({ hosts = [], port, bind, captureMode }) => ({
            imports: EgressImports.create(hosts, namespace),
            bound: captureMode === 'NONE',
            ...(bind ? { bind } : {}),
            ...(port?.number === undefined
              ? {}
              : {
                  port: port.number,
                  protocol: protocolOfEntryPort(port.protocol),
                }),
          }));
  }

  get registry(): Registry {
    return this.snapshot.derive(registryOf);
  }

  /** What a listener knows by a port, as istiod lists it: what is exported to some namespaces first, then the oldest. */
  known(listener: EgressListener, port: number): readonly KnownPort[] {
    let ports = this.#known.get(listener);
    if (!ports) {
      ports = new Map();
      this.#known.set(listener, ports);
    }
    let found = ports.get(port);
    if (!found) {
      found = this.#find(listener, port);
      ports.set(port, found);
    }
    return found;
  }

  /**
   * A name that a Service shares with a ServiceEntry of its namespace, which
   * listens on the addresses of the pods of both. Undefined where none does so.
   */
  mixes(listener: EgressListener, port: number): string | undefined {
    return this.known(listener, port).find(
      ({ host: { host, namespace, source, resolution, address }, port: own }) =>
        'entry' in source &&
        resolution === 'none' &&
        address === 'everywhere' &&
        own.protocol !== 'http' &&
        (this.registry.byHost.get(host) ?? []).some(
          same => same.namespace === namespace && 'service' in same.source,
        ),
    )?.host.host;
  }

  /** Where a VirtualService may lead, by the port that it names, else by that which was called; of what is no HTTP a host's only port counts before that: what listeners know, else a host of the client's own namespace, a Service, or the oldest that is exported to it. */
  find(
    host: string,
    named: number | undefined,
    called: { port: number; http: boolean },
  ): KnownPort | undefined {
    const visible = (this.registry.byHost.get(host) ?? []).filter(
      ({ namespace, exportTo }) =>
        isVisibleTo(exportTo, namespace, this.namespace),
    );
    const best =
      visible.find(({ namespace }) => namespace === this.namespace) ??
      visible.find(({ source }) => 'service' in source) ??
      visible[0];
    const [only, ...others] = best?.ports ?? [];
    const port =
      named ??
      (called.http || !only || others.length > 0 ? called.port : only.number);
    for (const listener of this.listeners) {
      const known = this.known(listener, port).find(
        candidate => candidate.host.host === host,
      );
      if (known) {
        return known;
      }
    }
    const found = best?.ports.find(({ number }) => number === port);
    return best && found ? { host: best, port: found } : undefined;
  }

  /**
   * Of hosts with one name the proxy makes one: a Service, else the first that
   * it knows. Undefined where that one has no such port and takes none over
   * from the others, so that what is sent there goes nowhere.
   */
  leading({ host, port }: KnownPort): KnownPort | undefined {
    const candidates = this.listeners.flatMap(listener => {
      const onThePort = portOf(listener);
      return this.#inOrder(host.host, listener, onThePort).filter(
        ({ namespace }) =>
          namespace === this.#ownerOf(host.host, listener, onThePort),
      );
    });
    const leader =
      candidates.find(({ source }) => 'service' in source) ?? candidates[0];
    const sharing = candidates.filter(
      candidate => candidate === leader || mergeable(leader, candidate),
    );
    const found = sharing
      .flatMap(({ ports }) => ports)
      .find(({ number }) => number === port.number);
    return leader && found ? { host: leader, port: found } : undefined;
  }

  #find(listener: EgressListener, port: number): KnownPort[] {
    const onThePort = portOf(listener);
    if (onThePort !== undefined && onThePort !== port) {
      return [];
    }
    return publicLast(
      (this.registry.byPort.get(port) ?? []).filter(host =>
        this.#imports(listener, host),
      ),
    ).flatMap(host => {
      const owner = this.#ownerOf(host.host, listener, onThePort);
      const found = host.ports.find(({ number }) => number === port);
      return owner === host.namespace && found ? [{ host, port: found }] : [];
    });
  }

  #imports(listener: EgressListener, candidate: RegistryHost): boolean {
    const { host, namespace, exportTo } = candidate;
    return (
      isVisibleTo(exportTo, namespace, this.namespace) &&
      listener.imports.imports(namespace, host)
    );
  }

  /** Hosts of one name that a listener imports, as istiod lists them. */
  #inOrder(
    name: string,
    listener: EgressListener,
    port: number | undefined,
  ): RegistryHost[] {
    return publicLast(
      (this.registry.byHost.get(name) ?? []).filter(
        host =>
          this.#imports(listener, host) &&
          (port === undefined ||
            host.ports.some(({ number }) => number === port)),
      ),
    );
  }

  /** The namespace whose host of a name counts: the client's own, else that of a Service, else the first. */
  #ownerOf(
    name: string,
    listener: EgressListener,
    port: number | undefined,
  ): string | undefined {
    let owner: RegistryHost | undefined;
    for (const candidate of this.#inOrder(name, listener, port)) {
      if (
        !owner ||
        candidate.namespace === this.namespace ||
        (owner.namespace !== this.namespace &&
          !('service' in owner.source) &&
          'service' in candidate.source)
      ) {
        owner = candidate;
      }
    }
    return owner?.namespace;
  }
}

function noScopes(): Map<string, EgressScope> {
  return new Map();
}

/** A listener for one port knows its hosts by that alone, unless it is a proxy for all. */
function portOf({ port, protocol }: EgressListener): number | undefined {
  return protocol === 'http-proxy' ? undefined : port;
}

function publicLast(hosts: readonly RegistryHost[]): RegistryHost[] {
  return [
    ...hosts.filter(({ exportTo }) => !isPublic(exportTo)),
    ...hosts.filter(({ exportTo }) => isPublic(exportTo)),
  ];
}

/** istiod adds the ports of one to another only where nothing else tells them apart. */
function mergeable(left: RegistryHost, right: RegistryHost): boolean {
  const key = ({ source, namespace, resolution, exportTo }: RegistryHost) =>
    'entry' in source
      ? JSON.stringify([
          namespace,
          resolution,
          [...exportTo].sort(),
          Object.entries(source.entry.metadata.labels ?? {}).sort(),
          Object.entries(
            source.entry.spec?.workloadSelector?.labels ?? {},
          ).sort(),
        ])
      : undefined;
  const [one, other] = [key(left), key(right)];
  return one !== undefined && one === other;
}

function isPublic(exportTo: RegistryHost['exportTo']): boolean {
  return exportTo.size === 0 || exportTo.has('*');
}
