/** Answers of `can`, of the layers that were asked, and their JSON. */
import {
  ClusterSnapshot,
  ConnectionAnswer,
  MeshAnswer,
  MeshDecidingField,
  MeshQuestions,
  NetworkVerdict,
  Questions,
  connectionsOf,
  describeTest,
  hasMesh,
} from '@backstage-zero-trust/posture-engine';
import { EXIT, ExitCode } from '../exitCode';
import { Bytes } from '../output/Bytes';
import { objectJson } from '../output/json';
import { AskedQuestion, Layer } from './canQuestion';

export interface CanAnswer {
  verdict: NetworkVerdict;
  /** Null where the mesh was not asked, where nothing comes about, and where nobody can tell. */
  transport: MeshAnswer['transport'];
  decidedBy: readonly (
    | MeshDecidingField
    | ConnectionAnswer['decidedBy'][number]
  )[];
  /** For `allow`: one must hold. */
  conditions: readonly string[];
  reason: string;
  /** The rest of its line after the id: answers may be shared by many questions, so it is made once. */
  line?: Uint8Array;
}

/** Answers about one cluster. */
export class Answers {
  static create(snapshot: ClusterSnapshot): Answers {
    return new Answers(
      snapshot,
      Questions.create(snapshot, snapshot.derive(connectionsOf)),
      MeshQuestions.create(snapshot, snapshot.derive(connectionsOf)),
    );
  }

  /** The network's answers are shared by many questions, and so is what is made of them. */
  readonly #ofNetwork = new WeakMap<ConnectionAnswer, CanAnswer>();

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly network: Questions,
    private readonly mesh: MeshQuestions,
  ) {}

  answer(question: AskedQuestion): CanAnswer {
    const layers = question.layers ?? this.#layersOfSource();
    if (!layers.includes('network')) {
      return ofMesh(this.mesh.answer(question));
    }
    const network = this.#ofNetworkAnswer(this.network.answer(question));
    return layers.includes('mesh') && network.verdict !== 'deny'
      ? both(network, ofMesh(this.mesh.answer(question)))
      : network;
  }

  #layersOfSource(): readonly Layer[] {
    return this.snapshot.derive(hasMesh) ? ['network', 'mesh'] : ['network'];
  }

  #ofNetworkAnswer(answer: ConnectionAnswer): CanAnswer {
    let found = this.#ofNetwork.get(answer);
    if (!found) {
      const { verdict, decidedBy, reason, conditions } = answer;
      found = {
        verdict,
        transport: null,
        decidedBy,
        conditions: flatConditions(conditions),
        reason,
      };
      this.#ofNetwork.set(answer, found);
    }
    return found;
  }
}

function ofMesh({
  verdict,
  transport,
  decidedBy,
  conditions = [],
  reason,
}: MeshAnswer): CanAnswer {
  return {
    verdict: verdict === 'conditional' ? 'allow' : verdict,
    transport,
    decidedBy,
    conditions: conditions.map(tests => tests.map(describeTest).join(' and ')),
    reason,
  };
}

/** What passes must pass both. */
function both(network: CanAnswer, mesh: CanAnswer): CanAnswer {
  if (mesh.verdict === 'deny') {
    return mesh;
  }
  return {
    verdict:
      network.verdict === 'unknown' || mesh.verdict === 'unknown'
        ? 'unknown'
        : 'allow',
    transport: mesh.transport,
    decidedBy: [...network.decidedBy, ...mesh.decidedBy],
    conditions: joined(network.conditions, mesh.conditions),
    reason: `${network.reason} ${mesh.reason}`,
  };
}

function joined(
  one: readonly string[],
  other: readonly string[],
): readonly string[] {
  return one.length === 0 || other.length === 0
    ? [...one, ...other]
    : one.flatMap(left => other.map(right => `${left} and ${right}`));
}

/** The order of fields is part of the contract. */
export function answerFields({
  verdict,
  transport,
  decidedBy,
  conditions,
  reason,
}: CanAnswer) {
  return {
    verdict,
    transport,
    decidedBy: decidedBy.map(({ layer, direction, effect, object, field }) => ({
      layer,
      direction,
      effect,
      object: objectJson(object),
      field,
    })),
    reason,
    ...(conditions.length > 0 && { conditions }),
  };
}

/** One list, of which one must hold: of each given list one, joined. */
function flatConditions(conditions: ConnectionAnswer['conditions']): string[] {
  const [first = [], ...others] = conditions;
  return others.reduce<string[]>(
    (found, list) =>
      found.flatMap(one => list.map(other => `${one} and ${other}`)),
    [...first],
  );
}

/** `id` is JSON. */
export function addAnswerLine(
  lines: Bytes,
  id: string,
  answer: CanAnswer,
): void {
  answer.line ??= Buffer.from(
    `,${JSON.stringify(answerFields(answer)).slice(1)}\n`,
  );
  lines.addText('{"id":');
  lines.addText(id);
  lines.addBytes(answer.line);
}

export function exitCodeOf(verdicts: ReadonlySet<NetworkVerdict>): ExitCode {
  if (verdicts.has('deny')) {
    return EXIT.fails;
  }
  return verdicts.has('unknown') ? EXIT.unknown : EXIT.ok;
}
