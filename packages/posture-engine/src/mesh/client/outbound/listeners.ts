/**
 * The listeners that a sidecar has for one port of what its application calls:
 * by the address that is called, or for every address. Who comes first, and
 * what shares a listener, is as in istiod's `networking/core/listener.go`.
 */
import { ClusterSnapshot } from '../../../snapshot';
import { addressesBehind } from './hostEndpoints';
import { HostProtocol } from './protocols';
import { EgressListener, EgressScope, KnownPort } from './scope';
import { routedServerNames } from './virtualServices';

/** Where a listener stands for every address. */
export const EVERYWHERE = 'everywhere';

/** One way through a listener, with what must hold for it. */
export interface Chain {
  /** By the name that a TLS client asks for. */
  serverNames?: readonly string[];
  /** By the address that is called. */
  blocks?: readonly string[];
  /** HTTP in plaintext alone, told by its first bytes. */
  plaintextHttp?: boolean;
  /** Where it leads; HTTP goes by the host that is asked for instead, unless the listener is for one host. */
  to: KnownPort | 'by host';
}

export interface PortListener {
  bind: string;
  chains: readonly Chain[];
  /** Whose hosts it knows. */
  egress: EgressListener;
  /** The proxy listens there itself: only what is sent to that address meets it. */
  bound: boolean;
}

interface Entry extends PortListener {
  chains: Chain[];
  protocol: HostProtocol;
  locked: boolean;
}

/** What decides about listeners besides the scope. */
interface ListenerView {
  scope: EgressScope;
  /** The proxy answers name lookups, so that it may use addresses that istiod allocates. */
  capturesDns: boolean;
  /** Nothing is captured, so that every listener is one of its own. */
  uncaptured: boolean;
}

const LOCALHOST = '127.0.0.1';

type Listeners = ReadonlyMap<string, PortListener>;

function noListeners(): WeakMap<EgressScope, Map<string, Listeners>> {
  return new WeakMap();
}

/** Those of one port, by address or {@link EVERYWHERE}; worked out once. */
export function listenersOf(
  view: ListenerView,
  port: number,
  snapshot: ClusterSnapshot,
): Listeners {
  const all = snapshot.derive(noListeners);
  const ofScope = all.get(view.scope) ?? new Map<string, Listeners>();
  all.set(view.scope, ofScope);
  const key = `${port} ${view.capturesDns} ${view.uncaptured}`;
  const listeners = ofScope.get(key) ?? findListeners(view, port, snapshot);
  ofScope.set(key, listeners);
  return listeners;
}

function findListeners(
  { scope, capturesDns, uncaptured }: ListenerView,
  port: number,
  snapshot: ClusterSnapshot,
): Listeners {
  const entries = new Map<string, Entry>();
  const routedNames = (
    { host }: KnownPort,
    number: number,
    egress: EgressListener,
  ) => {
    const serverNames = routedServerNames(
      { host: host.host, port: number },
      scope,
      egress,
      snapshot,
    );
    return serverNames ? { serverNames } : {};
  };
  for (const egress of scope.listeners) {
    const bound = egress.bound || uncaptured;
    const bind = egress.bind ?? (bound ? LOCALHOST : undefined);
    const catchAll = egress.port === undefined;
    if (catchAll) {
      // What an earlier listener took by name, a catch-all adds nothing to.
      for (const entry of entries.values()) {
        entry.locked = true;
      }
    }
    const services = scope
      .known(egress, port)
      .filter(({ host }) => host.resolution !== 'alias');
    for (const known of services) {
      const protocol = egress.protocol ?? known.port.protocol;
      const places =
        bind === undefined
          ? placesOf(known, protocol, capturesDns, catchAll, snapshot)
          : [{ bind }];
      for (const place of places) {
        open(entries, {
          known,
          protocol,
          egress,
          bound,
          ...place,
          ...(protocol === 'tls' ? routedNames(known, port, egress) : {}),
        });
      }
    }
  }
  return entries;
}

interface Place {
  bind: string;
  blocks?: readonly string[];
}

/** Where a host's port is listened on; nowhere while it has no address yet. */
function placesOf(
  { host, port }: KnownPort,
  protocol: HostProtocol,
  capturesDns: boolean,
  catchAll: boolean,
  snapshot: ClusterSnapshot,
): Place[] {
  if (protocol === 'http' || protocol === 'http-proxy') {
    return [{ bind: EVERYWHERE }];
  }
  const address =
    capturesDns && host.allocates && host.allocated !== undefined
      ? host.allocated
      : host.address;
  if (address === undefined) {
    return [];
  }
  if (address === EVERYWHERE && host.resolution === 'none' && catchAll) {
    const behind = addressesBehind(host, port, snapshot);
    const bare =
      'entry' in host.source &&
      host.source.entry.spec?.workloadSelector === undefined &&
      behind.length === 0;
    return bare
      ? [{ bind: EVERYWHERE }]
      : behind.map(instance => ({ bind: instance }));
  }
  return address.includes('/')
    ? [{ bind: EVERYWHERE, blocks: [address] }]
    : [{ bind: address }];
}

interface Candidate extends Place {
  known: KnownPort;
  protocol: HostProtocol;
  egress: EgressListener;
  bound: boolean;
  /** That a VirtualService routes. */
  serverNames?: readonly string[];
}

function open(entries: Map<string, Entry>, candidate: Candidate): void {
  const { bind, protocol, egress, bound } = candidate;
  const entry = entries.get(bind);
  if (!entry) {
    const shared = protocol === 'http' && bind === EVERYWHERE;
    entries.set(bind, {
      bind,
      egress,
      bound,
      locked: false,
      chains: chainsOf(candidate),
      // One that also lets through what is no HTTP is looked at first.
      protocol: shared ? 'auto' : protocol,
    });
    return;
  }
  if (entry.locked || clashes(entry.protocol, protocol)) {
    return;
  }
  const isHttp = (one: HostProtocol) => one === 'http' || one === 'http-proxy';
  if (
    isHttp(protocol) &&
    (isHttp(entry.protocol) || entry.protocol === 'auto')
  ) {
    return; // It is there; the host that is asked for decides.
  }
  if (protocol === 'auto' && entry.protocol === 'auto') {
    return; // Who came first has it.
  }
  if (protocol === 'auto' && isHttp(entry.protocol)) {
    entry.chains = chainsOf(candidate);
    entry.protocol = 'auto';
    return;
  }
  for (const chain of chainsOf(candidate)) {
    if (!entry.chains.some(existing => isSame(existing, chain))) {
      entry.chains.push(chain);
    }
  }
  if (isHttp(entry.protocol) || isHttp(protocol) || protocol === 'auto') {
    entry.protocol = 'auto';
  }
}

/** With MongoDB and MySQL the server speaks first, so that nobody may wait for the client's first bytes. */
function clashes(existing: HostProtocol, incoming: HostProtocol): boolean {
  return (
    existing !== incoming &&
    [existing, incoming].some(one => one === 'mongo' || one === 'mysql')
  );
}

function chainsOf({
  known,
  protocol,
  bind,
  blocks,
  serverNames,
}: Candidate): Chain[] {
  const everywhere = bind === EVERYWHERE;
  const byBlocks = blocks ? { blocks } : {};
  switch (protocol) {
    case 'http':
      return [
        { to: 'by host', ...(everywhere ? { plaintextHttp: true } : {}) },
      ];
    case 'http-proxy':
      return [{ to: 'by host' }];
    case 'tls': {
      // An address of its own tells where it goes; else the name must.
      const named =
        everywhere ||
        (known.host.host.startsWith('*') &&
          known.host.resolution === 'dynamic-dns');
      return [
        {
          ...(named ? { serverNames: [known.host.host] } : {}),
          ...(serverNames ? { serverNames } : {}),
          ...byBlocks,
          to: known,
        },
      ];
    }
    case 'auto':
      return [
        { ...byBlocks, to: known },
        { plaintextHttp: true, to: everywhere ? 'by host' : known },
      ];
    default:
      return [{ ...byBlocks, to: known }];
  }
}

function isSame(left: Chain, right: Chain): boolean {
  const key = ({ serverNames = [], blocks = [], plaintextHttp }: Chain) =>
    JSON.stringify([
      [...serverNames].sort(),
      [...blocks].sort(),
      Boolean(plaintextHttp),
    ]);
  return key(left) === key(right);
}
