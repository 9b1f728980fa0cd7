/** What rules that come first leave of a rule. */
import type { ClassSet, PortSet, TierRule } from '../../decisions';
import type { FieldReference } from './types';

export type CoveringRule = NonNullable<TierRule['decidedBy']>;

/** Part of what a rule is about. */
export interface Piece {
  peers: ClassSet;
  ports: PortSet;
}

/** What the rules before leave of a rule, and which of them take from it. */
export function coverage(
  rule: Piece,
  before: readonly TierRule[],
): { isLeft: boolean; coveredBy: CoveringRule[] } {
  let pieces: Piece[] = rule.peers.isEmpty || rule.ports.isEmpty ? [] : [rule];
  const coveredBy = new Map<string, CoveringRule>();
  for (const one of before.filter(decides)) {
    if (one.decidedBy && pieces.some(piece => meet(piece, one))) {
      coveredBy.set(keyOfField(one.decidedBy), one.decidedBy);
    }
    pieces = without(pieces, one);
  }
  return { isLeft: pieces.length > 0, coveredBy: [...coveredBy.values()] };
}

function meet(piece: Piece, { peers, ports }: Piece): boolean {
  return piece.peers.intersects(peers) && !piece.ports.intersect(ports).isEmpty;
}

/** Pieces less what a rule is about. */
export function without(pieces: readonly Piece[], rule: Piece): Piece[] {
  return pieces.flatMap(piece =>
    meet(piece, rule)
      ? [
          { peers: piece.peers.subtract(rule.peers), ports: piece.ports },
          {
            peers: piece.peers.intersect(rule.peers),
            ports: piece.ports.subtract(rule.ports),
          },
        ].filter(({ peers, ports }) => !peers.isEmpty && !ports.isEmpty)
      : [piece],
  );
}

/** What holds only under conditions, or nobody can tell, leaves something to the rules after it. */
function decides({ effect, conditions }: TierRule): boolean {
  return effect !== 'unknown' && !conditions;
}

export function keyOfField({ object, field }: FieldReference): string {
  const { apiVersion, kind, namespace, name } = object;
  return `${apiVersion} ${kind} ${namespace ?? ''}/${name} ${field}`;
}
