/** The first thing that a reader wants to know, as a sentence: how many, and whether the world outside is among them. */
import type { EntityConnections } from '@backstage-zero-trust/plugin-zero-trust-common';
import type { Messages } from '../hooks/useMessages';
import { Breadth, Direction, Peer, breadthOf, peersOf } from './peers';

const BREADTHS: readonly Breadth[] = ['all', 'most', 'some'];

/** Every cluster has its own world outside; the widest counts. What has conditions is not all of it. */
function outsideOf(peers: readonly Peer[]): Breadth | undefined {
  const byCluster = new Map<string, string[]>();
  let isConditional = false;
  for (const { peer, verdict, connections } of peers) {
    if (peer.kind === 'outside' && verdict === 'allow') {
      const [{ cluster }] = connections;
      byCluster.set(cluster, [
        ...(byCluster.get(cluster) ?? []),
        ...peer.cidrs,
      ]);
    }
    isConditional ||= peer.kind === 'outside';
  }
  const breadths = [...byCluster.values()].map(breadthOf);
  return (
    BREADTHS.find(breadth => breadths.includes(breadth)) ??
    (isConditional ? 'some' : undefined)
  );
}

export interface Answer {
  sentence: string;
  /** Says of how many nobody can tell; absent where that is nobody. */
  doubt?: string;
  /** What the mesh makes of it; empty where there is none, and where there is nothing to tell. */
  notes: string[];
}

/** The items are the first ones, those that may pass before those that the mesh stops; where there are more, a `+` says so. */
export function answerFor(
  direction: Direction,
  { items, totalCount }: EntityConnections,
  name: string,
  t: Messages,
): Answer {
  const all = peersOf(items);
  const peers = all.filter(({ verdict }) => verdict !== 'deny');
  const known = peers.filter(({ verdict }) => verdict !== 'unknown');
  const workloads = known.filter(({ peer }) => peer.kind === 'workload').length;
  const isCut = totalCount > items.length;
  const more = isCut && all.length === peers.length ? '+' : '';
  const number = new Intl.NumberFormat(t('locale')).format(workloads) + more;
  const unknown = peers.length - known.length;
  if (known.length === 0 && unknown > 0) {
    return {
      sentence: t(`connections.answer.${direction}_unknown`, { name }),
      notes: notesFor(direction, all, isCut, t, name),
    };
  }
  return {
    sentence: sentenceFor(direction, workloads, outsideOf(known), t, {
      name,
      number,
    }),
    ...(unknown > 0 && {
      doubt: t('connections.answer.unknown', {
        count: unknown,
        number: String(unknown) + more,
      }),
    }),
    notes: notesFor(direction, all, isCut, t, name),
  };
}

function notesFor(
  direction: Direction,
  peers: readonly Peer[],
  isCut: boolean,
  t: Messages,
  name: string,
): string[] {
  const more = isCut ? '+' : '';
  const say = (
    message: 'plaintext' | 'refused' | 'stopped' | 'unserved',
    found: readonly Peer[],
  ): string[] =>
    found.length === 0
      ? []
      : [
          t(`connections.answer.${message}_${direction}`, {
            count: found.length,
            number:
              new Intl.NumberFormat(t('locale')).format(found.length) + more,
            name,
          }),
        ];
  const workloads = peers.filter(({ peer }) => peer.kind === 'workload');
  const closed = peers.filter(({ verdict }) => verdict === 'deny');
  const isRefused = ({ connections }: Peer) =>
    connections.some(({ mesh }) => mesh?.transport === 'refused');
  const isOpenElsewhere = ({ connections }: Peer) =>
    connections.some(({ verdict }) => verdict !== 'deny');
  return [
    ...say(
      'plaintext',
      workloads.filter(
        ({ transport }) => transport === 'plaintext' || transport === 'either',
      ),
    ),
    // Who is outside means nothing by it.
    ...say('refused', workloads.filter(isRefused)),
    ...say(
      'stopped',
      closed.filter(peer => !isRefused(peer) && !isOpenElsewhere(peer)),
    ),
    ...say('unserved', closed.filter(isOpenElsewhere)),
  ];
}

function sentenceFor(
  direction: Direction,
  count: number,
  outside: Breadth | undefined,
  t: Messages,
  { name, number }: { name: string; number: string },
): string {
  if (count === 0) {
    return t(`connections.answer.${direction}_${outside ?? 'none'}`, { name });
  }
  const addresses = outside && t(`connections.addresses.${outside}`);
  if (direction === 'in') {
    return addresses
      ? t('connections.answer.in_both', { count, name, number, addresses })
      : t('connections.answer.in_workloads', { count, name, number });
  }
  return addresses
    ? t('connections.answer.out_both', { count, number, addresses })
    : t('connections.answer.out_workloads', { count, number });
}
