/** Sorts pods by what they are to the mesh, as clients and as servers, and says which clients a server cannot tell apart. */
import { placeOf } from '../../decisions/addresses';
import { ClusterSnapshot, PodView, Workload } from '../../snapshot';
import { blockOf, isWithin } from '../authorization/addresses';
import { Member } from '../client';
import { ClientProfile, clientProfileOf } from './clientProfile';
import { ServerProfile, serverProfileOf } from './serverProfile';
import { WrittenNames } from './writtenNames';

/** Texts by their numbers, which are quicker to compare. */
interface NumberedProfile extends ClientProfile {
  numbers: Readonly<Record<'near' | 'far' | 'account', number>>;
}

/** Pods that are one as clients. */
export interface Client {
  /** One of them. */
  member: Member;
  profile: NumberedProfile;
  /** Of the group. */
  pods: ReadonlySet<PodView>;
}

/** Pods of one workload that answer alike. */
export interface Server {
  member: Member;
  profile: ServerProfile;
  /** All of the workload's. */
  pods: ReadonlySet<PodView>;
}

/** Some pods, sorted. */
export interface MeshGroup {
  clients: readonly Client[];
  servers: readonly Server[];
  /** Whether callers of some of them may come through a waypoint. */
  behindWaypoint: boolean;
}

const MOST_NUMBERS = 2 ** 26;

export class MeshProfiles {
  static create(snapshot: ClusterSnapshot): MeshProfiles {
    return new MeshProfiles(snapshot);
  }

  readonly #clients = new Map<PodView, NumberedProfile>();
  readonly #numbers = new Map<string, number>([['', 0]]);
  readonly #servers = new Map<Workload, ReadonlyMap<PodView, Server>>();
  readonly #places = new WeakMap<WrittenNames, Map<string, string>>();

  private constructor(private readonly snapshot: ClusterSnapshot) {}

  groupOf(members: readonly Member[]): MeshGroup {
    const clients = new Map<string, Client & { pods: Set<PodView> }>();
    const servers = new Set<Server>();
    for (const member of members) {
      const profile = this.#clientOf(member);
      const same = clients.get(profile.key);
      if (same) {
        same.pods.add(member.pod);
      } else {
        clients.set(profile.key, {
          member,
          profile,
          pods: new Set([member.pod]),
        });
      }
      const server = this.#serversOf(member.workload).get(member.pod);
      if (server) {
        servers.add(server);
      }
    }
    return {
      clients: [...clients.values()],
      servers: [...servers],
      behindWaypoint: [...servers].some(
        ({ profile }) => profile.behindWaypoint,
      ),
    };
  }

  /** Equal for clients of which a server's mesh says the same. */
  keyOf({ profile }: Client, server: Server): string | number {
    const { numbers, knows } = profile;
    const { names } = server.profile;
    const { namespace } = server.member.pod;
    const isNear = profile.namespace === namespace || knows.has(namespace);
    const key =
      (isNear ? numbers.near : numbers.far) * MOST_NUMBERS +
      (isNamed(profile, names) ? numbers.account : 0);
    const places = this.placesOf(profile.address, server);
    return places === '' && !profile.single
      ? key
      : `${key} ${places} ${profile.single ? server.member.pod.name : ''}`;
  }

  /** In which of the blocks that rules before a server name an address is. */
  placesOf(
    address: string | undefined,
    { profile: { names } }: Server,
  ): string {
    if (address === undefined || names.blocks.size === 0) {
      return '';
    }
    const known = this.#places.get(names) ?? new Map<string, string>();
    this.#places.set(names, known);
    let places = known.get(address);
    if (places === undefined) {
      places = placesAmong(address, names);
      known.set(address, places);
    }
    return places;
  }

  #clientOf(member: Member): NumberedProfile {
    let profile = this.#clients.get(member.pod);
    if (!profile) {
      const found = clientProfileOf(member, this.snapshot);
      profile = {
        ...found,
        numbers: {
          near: this.#numberOf(found.near),
          far: this.#numberOf(found.far),
          account: this.#numberOf(found.account ?? ''),
        },
      };
      this.#clients.set(member.pod, profile);
    }
    return profile;
  }

  #numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(text, number);
    }
    return number;
  }

  #serversOf(workload: Workload): ReadonlyMap<PodView, Server> {
    let servers = this.#servers.get(workload);
    if (!servers) {
      const alike = new Map<string, Server & { pods: Set<PodView> }>();
      const found = new Map<PodView, Server>();
      for (const pod of workload.pods) {
        const member = { workload, pod };
        const profile = serverProfileOf(member, this.snapshot);
        const server = alike.get(profile.key) ?? {
          member,
          profile,
          pods: new Set<PodView>(),
        };
        server.pods.add(pod);
        alike.set(profile.key, server);
        found.set(pod, server);
      }
      servers = found;
      this.#servers.set(workload, servers);
    }
    return servers;
  }
}

/** Whether a rule may single a client out. */
function isNamed(
  { account, namespace }: ClientProfile,
  { accounts, namespaces, patterns }: WrittenNames,
): boolean {
  return (
    account !== undefined &&
    (patterns || accounts.has(account) || namespaces.has(namespace))
  );
}

function placesAmong(address: string, { blocks }: WrittenNames): string {
  const place = placeOf(address);
  return place === undefined
    ? 'nowhere'
    : [...blocks]
        .map(written => {
          const block = blockOf(written);
          return block && isWithin(place, block) ? 'i' : 'o';
        })
        .join('');
}
