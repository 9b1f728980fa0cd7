/**
 * Questions fall into cells in each direction: for one subject and port, peers
 * that the same rules name are told the same. So what is worked out for one
 * question holds for all of its cell.
 */
import type { ClassSet } from './ClassSet';
import type { Connections } from './Connections';
import { NetworkVerdict, Question, decideDirection, endsOf } from './decide';
import { PROTOCOLS } from './PortSet';
import { Direction, rulesOf } from './tier';
import type { EndpointClass } from './Universe';

export interface Cell {
  /** No two cells ever have the same. */
  id: number;
  verdict: NetworkVerdict;
}

/** What one subject says on one port. */
interface Row {
  /** By these peers are told apart. */
  sets: readonly ClassSet[];
  /** Those of them that have some pods, and not all. */
  podSets: readonly ClassSet[];
  cells: Map<number | string, Cell>;
}

const STRETCH = 65_536;
/** Rows are remembered up to here. */
const MOST_ROWS = 200_000;
/** As many sets as bits of a small number. */
const MOST_BITS = 30;

export class Cells {
  static create(connections: Connections): Cells {
    return new Cells(connections);
  }

  /** By the subject's id, then by port. */
  readonly #rows: Record<Direction, (Map<number, Row> | undefined)[]> = {
    ingress: [],
    egress: [],
  };
  readonly #tellsPodsApart = new Map<ClassSet, boolean>();
  #numberOfRows = 0;
  #lastCell = 0;

  private constructor(private readonly connections: Connections) {}

  /** The cell that a question falls into. */
  of(question: Question, direction: Direction): Cell {
    const { subject, peer } = endsOf(question, direction);
    const { sets, podSets, cells } = this.#row(subject, direction, question);
    const signature = signatureOf(
      peer.id,
      peer.kind === 'pods' ? podSets : sets,
      peer.kind === 'pods',
    );
    let cell = cells.get(signature);
    if (!cell) {
      const { verdict } = decideDirection(
        this.connections,
        question,
        direction,
      );
      this.#lastCell++;
      cell = { id: this.#lastCell, verdict };
      cells.set(signature, cell);
    }
    return cell;
  }

  #row(
    subject: EndpointClass,
    direction: Direction,
    { protocol, port }: Question,
  ): Row {
    const place = PROTOCOLS.indexOf(protocol) * STRETCH + port;
    const known = this.#rows[direction][subject.id]?.get(place);
    if (known) {
      return known;
    }
    this.#makeRoom();
    // Also those of rules for other ports: an explanation names the one that came nearest.
    const sets = [
      ...new Set(
        this.connections
          .answers(subject, direction)
          .flatMap(answer => rulesOf(answer).map(({ peers }) => peers)),
      ),
    ];
    const row: Row = {
      sets,
      podSets: sets.filter(set => this.#seesPods(set)),
      cells: new Map(),
    };
    const rows = this.#rows[direction][subject.id] ?? new Map<number, Row>();
    this.#rows[direction][subject.id] = rows.set(place, row);
    return row;
  }

  #seesPods(set: ClassSet): boolean {
    let sees = this.#tellsPodsApart.get(set);
    if (sees === undefined) {
      sees = this.connections.universe.podClasses.some(
        ({ id }, _, [first]) => set.has(id) !== set.has(first.id),
      );
      this.#tellsPodsApart.set(set, sees);
    }
    return sees;
  }

  #makeRoom(): void {
    this.#numberOfRows++;
    if (this.#numberOfRows > MOST_ROWS) {
      this.#rows.ingress.length = 0;
      this.#rows.egress.length = 0;
      this.#numberOfRows = 1;
    }
  }
}

/** Which of the sets have the peer; pods and others have signatures apart. */
function signatureOf(
  peer: number,
  sets: readonly ClassSet[],
  isPod: boolean,
): number | string {
  if (sets.length > MOST_BITS) {
    const bits = sets.map(set => (set.has(peer) ? '1' : '0')).join('');
    return `${isPod ? 'p' : 'a'}${bits}`;
  }
  let bits = 0;
  for (const set of sets) {
    bits = bits * 2 + (set.has(peer) ? 1 : 0);
  }
  return isPod ? bits : -1 - bits;
}
