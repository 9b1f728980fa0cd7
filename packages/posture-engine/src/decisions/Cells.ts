/**
 * Questions fall into cells in each direction: on one port, subjects of which
 * the tiers say the same tell the same to peers that the same rules name. So
 * what is worked out for one question holds for all of its cell.
 */
import type { ClassSet } from './ClassSet';
import type { Connections } from './Connections';
import { NetworkVerdict, Question, decideDirection } from './decide';
import { PROTOCOLS } from './PortSet';
import { Direction, TierAnswer, rulesOf } from './tier';
import type { EndpointClass } from './endpointClasses';

export interface Cell<T> {
  /** No two cells ever have the same; from 1. */
  id: number;
  verdict: NetworkVerdict;
  /** What was worked out for the cell alone. */
  alone?: T;
  /** What was worked out together with a cell of the other direction, by its id. */
  together?: Map<number, T>;
}

/** Subjects of which the tiers say the same. */
interface Profile<T> {
  /** By these peers are told apart. */
  sets: readonly ClassSet[];
  /** Those of them that have some pods, and not all. */
  podSets: readonly ClassSet[];
  /** By port and peer, see `keyOf`. */
  cells: Map<number | string, Cell<T>>;
}

const STRETCH = 65_536;
/** Cells are remembered up to here. */
const MOST_CELLS = 1_000_000;
/** As many sets as have room beside a port in a small number. */
const MOST_BITS = 12;

export class Cells<T> {
  static create<T>(connections: Connections): Cells<T> {
    return new Cells(connections);
  }

  /** By the subject's id. */
  readonly #profiles: Record<Direction, (Profile<T> | undefined)[]> = {
    ingress: [],
    egress: [],
  };
  readonly #byAnswers = new Map<string, Profile<T>>();
  readonly #answerIds = new Map<TierAnswer, number>();
  readonly #tellsPodsApart = new Map<ClassSet, boolean>();
  #numberOfCells = 0;
  #lastCell = 0;

  private constructor(private readonly connections: Connections) {}

  /** The cell that a question falls into. */
  of(question: Question, direction: Direction): Cell<T> {
    const isEgress = direction === 'egress';
    const subject = isEgress ? question.source : question.destination;
    const peer = isEgress ? question.destination : question.source;
    const profile =
      this.#profiles[direction][subject.id] ??
      this.#profileOf(subject, direction);
    const isPod = peer.kind === 'pods';
    const key = keyOf(
      question,
      peer.id,
      isPod ? profile.podSets : profile.sets,
      isPod,
    );
    let cell = profile.cells.get(key);
    if (!cell) {
      const { verdict } = decideDirection(
        this.connections,
        question,
        direction,
      );
      if (this.#numberOfCells >= MOST_CELLS) {
        this.clear();
      }
      this.#numberOfCells++;
      this.#lastCell++;
      cell = {
        id: this.#lastCell,
        verdict,
        alone: undefined,
        together: undefined,
      };
      profile.cells.set(key, cell);
    }
    return cell;
  }

  /** Forgets all cells and what is known of them. */
  clear(): void {
    for (const { cells } of this.#byAnswers.values()) {
      cells.clear();
    }
    this.#numberOfCells = 0;
  }

  #profileOf(subject: EndpointClass, direction: Direction): Profile<T> {
    const answers = this.connections.answers(subject, direction);
    const key = `${direction} ${answers
      .map(answer => this.#idOf(answer))
      .join()}`;
    let profile = this.#byAnswers.get(key);
    if (!profile) {
      // Also the peers of rules for other ports: an explanation names the rule that came nearest.
      const sets = [
        ...new Set(
          answers.flatMap(answer => rulesOf(answer).map(({ peers }) => peers)),
        ),
      ];
      profile = {
        sets,
        podSets: sets.filter(set => this.#seesPods(set)),
        cells: new Map(),
      };
      this.#byAnswers.set(key, profile);
    }
    this.#profiles[direction][subject.id] = profile;
    return profile;
  }

  #idOf(answer: TierAnswer): number {
    let id = this.#answerIds.get(answer);
    if (id === undefined) {
      id = this.#answerIds.size;
      this.#answerIds.set(answer, id);
    }
    return id;
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
}

/** The port, and which of the sets have the peer; pods and others have keys apart. */
function keyOf(
  { protocol, port }: Question,
  peer: number,
  sets: readonly ClassSet[],
  isPod: boolean,
): number | string {
  const place = PROTOCOLS.indexOf(protocol) * STRETCH + port;
  if (sets.length > MOST_BITS) {
    const bits = sets.map(set => (set.has(peer) ? '1' : '0')).join('');
    return `${isPod ? 'p' : 'a'}${place} ${bits}`;
  }
  let key = place;
  for (const set of sets) {
    key = key * 2 + (set.has(peer) ? 1 : 0);
  }
  return isPod ? key : -1 - key;
}
