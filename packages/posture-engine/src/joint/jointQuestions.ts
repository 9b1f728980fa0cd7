/**
 * Questions to the network and the mesh at once: what passes must pass both.
 * Where the mesh sends it through a tunnel, the network is asked about that.
 */
import type { ClusterSnapshot, PodView } from '../snapshot';
import type { NetworkVerdict } from '../decisions/decide';
import {
  ConnectionAnswer,
  ConnectionQuestion,
  Questions,
} from '../decisions/decideQuestions';
import {
  MeshAnswer,
  MeshDecidingField,
  MeshQuestionByName,
  MeshQuestions,
  Tunnel,
} from '../mesh/connection';
import { conditionsOf } from '../mesh/edges/meshPassage';
import { connectionsOf } from '../network';
import { Layer, layersOf } from './layers';

export interface JointQuestion extends MeshQuestionByName {
  /** Left out for all that the snapshot tells of. */
  layers?: readonly Layer[];
}

export interface JointAnswer {
  verdict: NetworkVerdict;
  /** Null where the mesh was not asked, where nothing comes about, and where nobody can tell. */
  transport: MeshAnswer['transport'];
  /** The network's first. */
  decidedBy: readonly (
    | MeshDecidingField
    | ConnectionAnswer['decidedBy'][number]
  )[];
  /** For `allow`: one must hold. */
  conditions: readonly string[];
  /** In sentences. */
  reason: string;
  /** What each layer said for itself; absent where it was not asked, or its answer counts for nothing. */
  network?: ConnectionAnswer;
  mesh?: MeshAnswer;
  /** What the network was asked about instead. */
  tunnel?: Tunnel;
}

export class JointQuestions {
  static create(snapshot: ClusterSnapshot): JointQuestions {
    const connections = snapshot.derive(connectionsOf);
    return new JointQuestions(
      snapshot,
      Questions.create(snapshot, connections),
      MeshQuestions.create(snapshot, connections),
    );
  }

  /** The network's answers are shared by many questions, and so is what is made of them. */
  readonly #ofNetwork = new WeakMap<ConnectionAnswer, JointAnswer>();

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly network: Questions,
    private readonly mesh: MeshQuestions,
  ) {}

  /** Of several pods the most open answer. What the snapshot does not hold is `unknown`. */
  answer(question: JointQuestion): JointAnswer {
    const layers = question.layers ?? this.layers();
    if (!layers.includes('network')) {
      return ofMesh(this.mesh.answer(question));
    }
    const network = this.#ofNetworkAnswer(this.network.answer(question));
    if (!layers.includes('mesh')) {
      return network;
    }
    const mesh = this.mesh.answer(question);
    const legs = tunnelsOf(question, mesh).map(leg => this.network.answer(leg));
    const passed = mesh.tunnel
      ? { ...this.#ofNetworkAnswer(alongAll(legs)), tunnel: mesh.tunnel }
      : network;
    return passed.verdict === 'deny' ? passed : both(passed, ofMesh(mesh));
  }

  /** Those that are asked where a question names none. */
  layers(): readonly Layer[] {
    return layersOf([this.snapshot]);
  }

  #ofNetworkAnswer(answer: ConnectionAnswer): JointAnswer {
    let found = this.#ofNetwork.get(answer);
    if (!found) {
      const { verdict, decidedBy, reason, conditions } = answer;
      found = {
        verdict,
        transport: null,
        decidedBy,
        conditions: conditions.reduce<readonly string[]>(joined, []),
        reason,
        network: answer,
      };
      this.#ofNetwork.set(answer, found);
    }
    return found;
  }
}

/** What the network sees instead of the question, where the mesh answers it by a tunnel. */
function tunnelsOf(
  { from }: JointQuestion,
  { tunnel }: MeshAnswer,
): ConnectionQuestion[] {
  if (!tunnel) {
    return [];
  }
  const { port, to, via } = tunnel;
  const leg = (
    one: ConnectionQuestion['from'],
    other: PodView,
  ): ConnectionQuestion => ({
    from: one,
    to: nameOf(other),
    port,
    protocol: 'TCP',
  });
  return via ? [leg(from, via), leg(nameOf(via), to)] : [leg(from, to)];
}

/** All legs of one way: the first that refuses decides. */
function alongAll(legs: readonly ConnectionAnswer[]): ConnectionAnswer {
  const [only, ...others] = legs;
  const refused = legs.find(({ verdict }) => verdict === 'deny');
  if (refused || others.length === 0) {
    return refused ?? only;
  }
  return {
    verdict: legs.some(({ verdict }) => verdict === 'unknown')
      ? 'unknown'
      : 'allow',
    decidedBy: legs.flatMap(({ decidedBy }) => decidedBy),
    conditions: legs.flatMap(({ conditions }) => conditions),
    reason: legs.map(({ reason }) => reason).join(' '),
    ...(legs.some(({ partly }) => partly) ? { partly: true } : {}),
  };
}

/** A template stands for the pods of its owner. */
function nameOf({
  origin,
  namespace,
  name,
  object,
}: PodView): ConnectionQuestion['from'] {
  return origin === 'pod'
    ? { pod: `${namespace}/${name}` }
    : { workload: `${namespace}/${object.kind}/${name}` };
}

function ofMesh(answer: MeshAnswer): JointAnswer {
  const { verdict, transport, decidedBy, reason } = answer;
  return {
    verdict: verdict === 'conditional' ? 'allow' : verdict,
    transport,
    decidedBy,
    conditions: conditionsOf(answer),
    reason,
    mesh: answer,
  };
}

function both(network: JointAnswer, mesh: JointAnswer): JointAnswer {
  const { tunnel } = network;
  const layers = {
    network: network.network,
    mesh: mesh.mesh,
    ...(tunnel ? { tunnel } : {}),
  };
  if (mesh.verdict === 'deny') {
    return { ...mesh, ...layers };
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
    ...layers,
  };
}

/** One list, of which one must hold: of each given list one. */
function joined(
  one: readonly string[],
  other: readonly string[],
): readonly string[] {
  return one.length === 0 || other.length === 0
    ? [...one, ...other]
    : one.flatMap(left => other.map(right => `${left} and ${right}`));
}
