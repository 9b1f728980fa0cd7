/** What the mesh makes of connections from one end to another, in few words for many ports; and how several answers become one. */
import { PortSet } from '../../decisions/PortSet';
import { describeTest } from '../authorization';
import { MeshAnswer, MeshDecidingField } from '../connection';

export interface MeshPassage {
  /** TCP alone: the mesh carries nothing else. */
  ports: PortSet;
  /** `conditional`: some requests pass, and `conditions` says which. */
  verdict: MeshAnswer['verdict'];
  /**
   * `either`: both are taken, and the caller chooses, as by calling the Service
   * or the pod. `refused`: what the client sends is not what the server takes,
   * so that no policy is even asked: between two that mean to talk, an outage.
   * `none`: it does not come about, by a policy or by the client's own proxy.
   */
  transport:
    | 'mtls'
    | 'plaintext'
    | 'tls'
    | 'either'
    | 'refused'
    | 'none'
    | 'unknown';
  /** `td/ns/<namespace>/sa/<account>` that the server may see; none where none is proven. */
  principals: readonly string[];
  /** One of them must hold. */
  conditions: readonly string[];
  decidedBy: readonly MeshDecidingField[];
  /** Sentences. */
  reason: string;
  /** Not all ways and pods answer this: it is the most open answer. */
  differs: boolean;
}

/** Among the principals of what holds for several callers: whoever of them calls. */
export const CALLER = 'the caller';

/** One way to call a pod, and what comes of it. */
export interface WayAnswer {
  /** `through Service shop/orders`; undefined for a call to the pod's own address. */
  service?: string;
  answer: MeshAnswer;
}

const FROM_MOST_OPEN = ['allow', 'conditional', 'unknown', 'deny'] as const;

function rankOf(verdict: MeshPassage['verdict']): number {
  return FROM_MOST_OPEN.indexOf(verdict);
}

/** Of the ways to one port of a pod the most open one counts, and all that pass say how it may be called. */
export function passageOfWays(
  ports: PortSet,
  ways: readonly WayAnswer[],
): MeshPassage {
  const best = ways.reduce((open, way) =>
    rankOf(way.answer.verdict) < rankOf(open.answer.verdict) ? way : open,
  );
  const { verdict } = best.answer;
  // Nobody who means to talk to a Service calls its pods: that way's refusal is the one that counts.
  const meant = ways.filter(({ service }) => service !== undefined);
  const [told = best] = verdict === 'deny' ? meant : [];
  const passing = ways.filter(({ answer }) => passes(answer));
  const same = ways.filter(({ answer }) => answer.verdict === verdict);
  return {
    ports,
    verdict,
    transport:
      passing.length > 0
        ? transportOf(passing)
        : transportOfClosed(verdict, meant.length > 0 ? meant : ways),
    principals: passing.some(({ answer }) => answer.principal !== undefined)
      ? [CALLER]
      : [],
    conditions:
      verdict === 'conditional'
        ? [...new Set(same.flatMap(({ answer }) => conditionsOf(answer)))]
        : [],
    decidedBy: distinctFields(
      (verdict === 'deny' ? [told] : same).flatMap(({ answer }) => [
        ...answer.decidedBy,
      ]),
    ),
    reason: reasonOf(told, ways, passing),
    differs: same.length < ways.length,
  };
}

function passes({ verdict }: MeshAnswer): boolean {
  return verdict === 'allow' || verdict === 'conditional';
}

function transportOf(passing: readonly WayAnswer[]): MeshPassage['transport'] {
  const [first, ...others] = new Set(
    passing.map(({ answer }) => answer.transport ?? 'unknown'),
  );
  return others.length === 0 ? first : 'either';
}

function transportOfClosed(
  verdict: MeshPassage['verdict'],
  ways: readonly WayAnswer[],
): MeshPassage['transport'] {
  if (verdict === 'deny') {
    return ways.every(({ answer }) => answer.mismatch) ? 'refused' : 'none';
  }
  const [first, ...others] = new Set(
    ways
      .filter(({ answer }) => answer.verdict === verdict)
      .map(({ answer }) => answer.transport),
  );
  return others.length === 0 && first ? first : 'unknown';
}

export function conditionsOf({ conditions = [] }: MeshAnswer): string[] {
  return conditions.map(tests => tests.map(describeTest).join(' and '));
}

/** The answer in words, and beside it what becomes of the ways that it does not hold for. */
function reasonOf(
  told: WayAnswer,
  ways: readonly WayAnswer[],
  passing: readonly WayAnswer[],
): string {
  const plain = passing.find(({ answer }) => answer.transport === 'plaintext');
  const secured = passing.find(({ answer }) => answer.transport === 'mtls');
  const broken = ways.find(
    ({ service, answer }) => service !== undefined && answer.mismatch,
  );
  return [
    told.answer.reason,
    ...(plain && secured
      ? [`It is mTLS ${nameOf(secured)} and plaintext ${nameOf(plain)}.`]
      : []),
    ...(broken && passing.length > 0
      ? [`But ${nameOf(broken)} it is refused: ${broken.answer.reason}`]
      : []),
  ].join(' ');
}

function nameOf({ service }: WayAnswer): string {
  return service === undefined
    ? 'by the address of the pod'
    : `through Service ${service}`;
}

function distinctFields(
  fields: readonly MeshDecidingField[],
): MeshDecidingField[] {
  return fields.length < 2
    ? [...fields]
    : [
        ...new Map(
          fields.map(field => [JSON.stringify(field), field]),
        ).values(),
      ];
}

/** Equal where the same is true of the ports of both. */
function keyOf(passage: MeshPassage): string {
  return JSON.stringify({ ...passage, ports: null, reason: null });
}

/** Ports of which the same is true are one passage; in the order of their first ports. */
export function mergePassages(passages: readonly MeshPassage[]): MeshPassage[] {
  const merged = new Map<string, MeshPassage[]>();
  for (const passage of passages) {
    const key = keyOf(passage);
    const same = merged.get(key) ?? [];
    same.push(passage);
    merged.set(key, same);
  }
  return [...merged.values()].map(same => ({
    ...same[0],
    ports: PortSet.union(same.map(({ ports }) => ports)),
  }));
}

/** Of several pairs of pods: port by port the most open passage, which says where others differ. */
export function mostOpenPassages(
  lists: readonly (readonly MeshPassage[])[],
): readonly MeshPassage[] {
  if (lists.length < 2) {
    return lists[0] ?? [];
  }
  const atoms = PortSet.atoms(
    lists.flatMap(list => list.map(({ ports }) => ports)),
  );
  return mergePassages(
    atoms.flatMap(atom => {
      const there = lists.flatMap(
        list => list.find(({ ports }) => ports.intersects(atom)) ?? [],
      );
      return there.length === 0
        ? []
        : [{ ...mostOpen(there, there.length < lists.length), ports: atom }];
    }),
  );
}

/** `others`: there are pairs between which the ports are closed otherwise. */
function mostOpen(
  passages: readonly MeshPassage[],
  others: boolean,
): MeshPassage {
  const open = passages.reduce((best, passage) =>
    rankOf(passage.verdict) < rankOf(best.verdict) ? passage : best,
  );
  const passing = passages.filter(
    ({ verdict }) => verdict === 'allow' || verdict === 'conditional',
  );
  const differs =
    others ||
    passages.some(
      passage =>
        passage.verdict !== open.verdict ||
        passage.transport !== open.transport ||
        passage.conditions.join('|') !== open.conditions.join('|'),
    );
  const [first, ...more] = new Set(passing.map(({ transport }) => transport));
  return {
    ...open,
    differs: differs || open.differs,
    transport: more.length > 0 ? 'either' : first ?? open.transport,
    principals: [
      ...new Set(passing.flatMap(({ principals }) => principals)),
    ].sort(),
    conditions:
      open.verdict === 'conditional'
        ? [...new Set(passing.flatMap(({ conditions }) => conditions))].sort()
        : [],
    reason: differs
      ? `${open.reason} This holds for some of the pods and ways to call them; for others the answer is another.`
      : open.reason,
  };
}
