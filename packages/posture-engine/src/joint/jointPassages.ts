/** The network's edge and the mesh's passages as one answer: a connection needs both, and who cannot tell spoils it unless the other refuses. */
import { Edge, GroupEdge, PortSet } from '../decisions';
import { MeshPassage, mergePassages } from '../mesh';

/** Ports are of all protocols. Ports that the network closes are in no passage. */
export type JointPassage = MeshPassage;

const TCP = PortSet.allOf('TCP');

/** What passes without the mesh: it carries TCP alone. */
const BESIDE_MESH: Omit<MeshPassage, 'ports'> = {
  verdict: 'allow',
  transport: 'plaintext',
  principals: [],
  conditions: [],
  decidedBy: [],
  reason:
    'The mesh carries TCP alone, so it neither refuses nor encrypts this.',
  differs: false,
};

const BESIDE_TCP = PortSet.all.subtract(TCP);

/** Of all ports: those beside TCP as the network has them. */
export function jointPassages(
  edge: GroupEdge,
  mesh: readonly MeshPassage[],
): JointPassage[] {
  return throughNetwork(edge, [{ ...BESIDE_MESH, ports: BESIDE_TCP }, ...mesh]);
}

/** What of some passages the network lets through. */
export function throughNetwork(
  edge: GroupEdge,
  mesh: readonly MeshPassage[],
): JointPassage[] {
  const parts = partsOf(edge);
  return mergePassages(
    mesh.flatMap(passage =>
      parts.flatMap(part => {
        const ports = passage.ports.intersect(part.ports);
        return ports.isEmpty
          ? []
          : [{ ...both(part, passage, edge.reasons), ports }];
      }),
    ),
  );
}

/** Ports of which the network says the same. */
interface Part {
  ports: PortSet;
  verdict: 'allow' | 'conditional' | 'unknown';
  conditions: readonly string[];
}

function partsOf({ allowed, conditional, unknown }: Edge): Part[] {
  const parts: Part[] = [];
  const add = (
    ports: PortSet,
    verdict: Part['verdict'],
    conditions: readonly string[] = [],
  ) => {
    if (!ports.isEmpty) {
      parts.push({ ports, verdict, conditions });
    }
  };
  add(allowed, 'allow');
  const open = PortSet.union(conditional.map(({ ports }) => ports));
  for (const atom of PortSet.atoms(conditional.map(({ ports }) => ports))) {
    const conditions = conditional.flatMap(part =>
      part.ports.intersects(atom) ? part.conditions : [],
    );
    add(
      atom.intersect(open).subtract(allowed),
      'conditional',
      [...new Set(conditions)].sort(),
    );
  }
  add(unknown.subtract(allowed).subtract(open), 'unknown');
  return parts;
}

function both(
  { verdict, conditions }: Part,
  passage: MeshPassage,
  reasons: readonly string[],
): MeshPassage {
  if (verdict === 'allow' || passage.verdict === 'deny') {
    return passage;
  }
  if (verdict === 'unknown') {
    const told = passage.verdict === 'unknown' ? ` ${passage.reason}` : '';
    return {
      ...passage,
      verdict,
      conditions: [],
      reason: `${sentence(reasons.join('; '))}${told}`,
    };
  }
  return passage.verdict === 'unknown'
    ? passage
    : {
        ...passage,
        verdict,
        conditions:
          passage.conditions.length === 0
            ? conditions
            : conditions.flatMap(one =>
                passage.conditions.map(other => `${one} and ${other}`),
              ),
      };
}

function sentence(text: string): string {
  return text === ''
    ? 'Nobody can tell what the network does.'
    : `${text[0].toUpperCase()}${text.slice(1)}.`;
}
