/**
 * Whom one object lets in: clients by their identity in mTLS, or anybody, from
 * some addresses. Every part must hold; of several authorizations one is enough.
 */
import { ObjectReference } from '../../snapshot';
import { LinkerdNetwork } from '../../snapshot/kinds';
import { ALL_IPV4, ALL_IPV6, AddressRange } from '../../decisions/addresses';
import { blockOf, isWithin } from '../authorization/addresses';
import { addressTest } from '../authorization/facts';
import { ALWAYS, Formula, all, any, truth } from '../authorization/formula';
import { matchesIdentity } from './identities';

/** Anybody; whoever speaks the mesh's TLS, even without a certificate; or whose identity matches a pattern. */
export type Clients = 'anybody' | 'any-tls' | readonly string[];

export interface Networks {
  blocks: readonly {
    block: AddressRange;
    except: readonly AddressRange[];
    /** Each block of the two, as written. */
    text: readonly string[];
  }[];
  /** As they are written. */
  written: readonly string[];
  /** The networks of the cluster itself: every pod is in them. */
  ofCluster?: true;
  /** All there are. */
  everywhere?: true;
}

export interface ClientAuthorization {
  clients: Clients;
  /** Undefined: from anywhere. */
  networks?: Networks;
  /** The object that says so, and the field of it to look at. */
  object: ObjectReference;
  field: string;
  layer: 'linkerd-policy' | 'linkerd-config' | 'pod';
}

/** Who calls, as the server's proxy sees it. */
export interface LinkerdCaller {
  /** Undefined in plaintext. */
  identity: string | undefined;
  /** Undefined where it is not known. */
  place: bigint | undefined;
  /** A pod of the cluster, which is in the networks of the cluster whatever its address. */
  pod: boolean;
}

/** Throws where a block cannot be read, as no API server would have taken it. */
export function networksOf(
  written: readonly LinkerdNetwork[],
  ofCluster = false,
): Networks {
  const blocks = written.map(({ cidr, except = [] }) => ({
    block: readBlock(cidr),
    except: except.map(readBlock),
    text: [cidr, ...except],
  }));
  const everywhere = [ALL_IPV4, ALL_IPV6].every(family =>
    blocks.some(
      ({ block, except }) =>
        except.length === 0 &&
        block.from <= family.from &&
        family.to <= block.to,
    ),
  );
  return {
    blocks,
    written: written.map(({ cidr, except = [] }) =>
      except.length === 0 ? cidr : `${cidr} without ${except.join(', ')}`,
    ),
    ...(ofCluster ? { ofCluster } : {}),
    ...(everywhere ? { everywhere } : {}),
  };
}

function readBlock(written: string): AddressRange {
  const block = blockOf(written);
  if (!block) {
    throw new Error(`"${written}" is no block of addresses`);
  }
  return block;
}

/** Whether an authorization lets a caller in. */
export function admits(
  { clients, networks }: ClientAuthorization,
  { identity, place, pod }: LinkerdCaller,
): Formula {
  return all([
    truth(
      clients === 'anybody' ||
        (identity !== undefined &&
          (clients === 'any-tls' ||
            clients.some(pattern => matchesIdentity(pattern, identity)))),
    ),
    !networks ||
    networks.everywhere ||
    (networks.ofCluster && pod && place === undefined)
      ? ALWAYS
      : addressTest(
          place,
          address => isInside(networks, address),
          'the caller',
        ),
  ]);
}

export function isInside({ blocks }: Networks, place: bigint): boolean {
  return blocks.some(
    ({ block, except }) =>
      isWithin(place, block) && !except.some(hole => isWithin(place, hole)),
  );
}

export function admitsAny(
  authorizations: readonly ClientAuthorization[],
  caller: LinkerdCaller,
): Formula {
  return any(
    authorizations.map(authorization => admits(authorization, caller)),
  );
}

/** Whether it lets in clients that prove no identity. */
export function isUnauthenticated({ clients }: ClientAuthorization): boolean {
  return clients === 'anybody' || clients === 'any-tls';
}
