/** Questions as people ask them: by the names of pods, workloads, addresses and Services. Everything that is the same for a class is worked out once. */
import type { ClusterSnapshot } from '../snapshot';
import type { Connections } from './Connections';
import { Cell, Cells } from './Cells';
import { Decision, NetworkVerdict, Question, decide } from './decide';
import { Endpoints } from './decideEndpoints';
import type { EndpointName, Side, Target } from './endpointNames';
import { explainDecision } from './explanation';
import { PROTOCOLS, Protocol } from './PortSet';
import type { AskedRequest } from './request';
import type { Condition } from './tier';

export interface ConnectionQuestion {
  from: Exclude<EndpointName, { service: string }>;
  to: EndpointName;
  /** 1 to 65535, or what the destination's containers or the Service call it. */
  port: number | string;
  protocol: Protocol;
  /** An HTTP request; left out for whatever may be sent. */
  request?: AskedRequest;
}

/** The same object for all questions with the same answer. */
export interface ConnectionAnswer {
  verdict: NetworkVerdict;
  decidedBy: Decision['decidedBy'];
  /** For `allow`: of each list one must hold. */
  conditions: readonly (readonly Condition[])[];
  /** In sentences. */
  reason: string;
  /** The answer is another for some of the pods; this is the most open one. */
  partly?: true;
}

/** Answers are remembered up to here; what falls out is worked out again. */
const MOST_REMEMBERED = 100_000;
const STRETCH = 65_536;
const ITSELF =
  'no policy decides what a pod may do with itself, so nobody can tell';

export class Questions {
  static create(
    snapshot: ClusterSnapshot,
    connections: Connections,
  ): Questions {
    return new Questions(connections, Endpoints.create(snapshot, connections));
  }

  readonly #answers = new Map<number, Map<number, ConnectionAnswer>>();
  #remembered = 0;
  readonly #cells: Cells<ConnectionAnswer>;
  #ofCells = 0;

  private constructor(
    private readonly connections: Connections,
    private readonly endpoints: Endpoints,
  ) {
    this.#cells = Cells.create(connections);
  }

  /**
   * Of several pods, `allow` where some pod reaches some other one: what an
   * intruder would use. What the snapshot does not hold is `unknown`.
   */
  answer({
    from,
    to,
    port,
    protocol,
    request,
  }: ConnectionQuestion): ConnectionAnswer {
    const source = this.endpoints.side(from);
    if ('reason' in source) {
      return unknownAnswer(source.reason);
    }
    const targets = this.endpoints.targets(to, port, protocol);
    if ('reason' in targets) {
      return unknownAnswer(targets.reason);
    }
    const ofRequests =
      targets.length === 1
        ? this.#remember(source, targets[0], protocol)
        : join(targets.map(target => this.#remember(source, target, protocol)));
    // A request decides only where some requests pass and others do not.
    return request && ofRequests.conditions.length > 0
      ? join(
          targets.map(target =>
            this.#decide(source, target, protocol, request),
          ),
        )
      : ofRequests;
  }

  #remember(
    source: Side,
    target: Target,
    protocol: Protocol,
  ): ConnectionAnswer {
    // Of two ends all is said by their cells; what several ends come to together is remembered.
    if (
      (source.ends.length === 1 && target.side.ends.length === 1) ||
      sharesPods(source, target.side)
    ) {
      return this.#decide(source, target, protocol);
    }
    const sides = source.key * 2 ** 26 + target.side.key;
    let answers = this.#answers.get(sides);
    if (!answers) {
      answers = new Map();
      this.#answers.set(sides, answers);
    }
    const place = PROTOCOLS.indexOf(protocol) * STRETCH + target.port;
    let answer = answers.get(place);
    if (!answer) {
      answer = this.#decide(source, target, protocol);
      answers.set(place, answer);
      this.#remembered++;
      if (this.#remembered > MOST_REMEMBERED) {
        this.#answers.clear();
        this.#remembered = 0;
      }
    }
    return answer;
  }

  #decide(
    source: Side,
    { side, port }: Target,
    protocol: Protocol,
    request?: AskedRequest,
  ): ConnectionAnswer {
    if (source.pods.size === 0 && side.pods.size === 0) {
      return unknownAnswer(
        'neither end is a pod of the source, so no policy of it says anything',
      );
    }
    if (source.ends.length === 1 && side.ends.length === 1) {
      const [one] = source.ends;
      const [other] = side.ends;
      if (one === other) {
        return unknownAnswer(ITSELF);
      }
      const classes =
        source.only && side.only
          ? { source: source.only, destination: side.only }
          : this.connections.universe.between(one, other);
      return classes
        ? this.#ofClasses({
            source: classes.source,
            destination: classes.destination,
            protocol,
            port,
            request,
          })
        : unknownAnswer(ITSELF);
    }
    const pairs = new Map<number, ConnectionAnswer>();
    for (const one of source.ends) {
      for (const other of side.ends) {
        const classes =
          one === other
            ? undefined
            : this.connections.universe.between(one, other);
        if (classes) {
          const key = classes.source.id * 2 ** 26 + classes.destination.id;
          if (!pairs.has(key)) {
            pairs.set(
              key,
              this.#ofClasses({ ...classes, protocol, port, request }),
            );
          }
        }
      }
    }
    return pairs.size === 0 ? unknownAnswer(ITSELF) : join([...pairs.values()]);
  }

  #ofClasses(question: Question): ConnectionAnswer {
    if (question.request) {
      return this.#explained(question);
    }
    const egress = this.#cells.of(question, 'egress');
    if (egress.verdict === 'deny') {
      return this.#ofOne(egress, question);
    }
    const ingress = this.#cells.of(question, 'ingress');
    if (ingress.verdict === 'deny') {
      return this.#ofOne(ingress, question);
    }
    egress.together ??= new Map();
    let answer = egress.together.get(ingress.id);
    if (!answer) {
      answer = this.#new(question);
      egress.together.set(ingress.id, answer);
    }
    return answer;
  }

  /** Where one direction decides alone. */
  #ofOne(cell: Cell<ConnectionAnswer>, question: Question): ConnectionAnswer {
    cell.alone ??= this.#new(question);
    return cell.alone;
  }

  #new(question: Question): ConnectionAnswer {
    if (this.#ofCells >= MOST_REMEMBERED) {
      this.#cells.clear();
      this.#ofCells = 0;
    }
    this.#ofCells++;
    return this.#explained(question);
  }

  #explained(question: Question): ConnectionAnswer {
    const decision = decide(this.connections, question);
    return {
      verdict: decision.verdict,
      decidedBy: decision.decidedBy,
      conditions: decision.conditions,
      reason: explainDecision(this.connections, question, decision),
    };
  }
}

/** A pod, or another end, in both sides at once. */
function sharesPods(source: Side, destination: Side): boolean {
  const [few, many] =
    source.pods.size < destination.pods.size
      ? [source.pods, destination.pods]
      : [destination.pods, source.pods];
  for (const pod of few) {
    if (many.has(pod)) {
      return true;
    }
  }
  return false;
}

const ORDER: readonly NetworkVerdict[] = ['allow', 'unknown', 'deny'];

/** The most open answer stands for all. */
function join(answers: readonly ConnectionAnswer[]): ConnectionAnswer {
  const verdict =
    ORDER.find(candidate =>
      answers.some(answer => answer.verdict === candidate),
    ) ?? 'unknown';
  const [first, ...others] = answers.filter(
    answer => answer.verdict === verdict,
  );
  return others.length + 1 === answers.length
    ? first
    : {
        ...first,
        partly: true,
        reason: `${first.reason} This holds for some of the pods; for others the answer is another.`,
      };
}

function unknownAnswer(reason: string): ConnectionAnswer {
  return {
    verdict: 'unknown',
    decidedBy: [],
    conditions: [],
    reason: `${reason[0].toUpperCase()}${reason.slice(1)}.`,
  };
}
