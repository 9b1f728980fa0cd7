/** What became of connections, as `diff` and `fix` print it. */
import {
  DiffEndpoint,
  JointChange,
  Layer,
  Reencryption,
  describePorts,
} from '@backstage-zero-trust/posture-engine';
import { workloadJson } from '../output/json';
import { Cell, table } from '../output/table';
import { Colors, Terminal } from '../terminal';
import { End, cidrsOf, describeEnd } from './reachEnds';

/** What can become of ports, in the order in which it is told. */
const CHANGES = ['opened', 'closed', 'conditions', 'unknown'] as const;
type Change = (typeof CHANGES)[number];

/** A list for each of what can become of ports; of transports where the mesh was asked. */
export function changesJson(
  changes: readonly JointChange[],
  layers: readonly Layer[],
) {
  return {
    ...Object.fromEntries(
      CHANGES.map(what => [what, edgesJson(changes, what)]),
    ),
    ...(layers.includes('mesh')
      ? { reencrypted: reencryptedJson(changes) }
      : {}),
  };
}

export function describeChanges(
  changes: readonly JointChange[],
  terminal: Terminal,
): string {
  const { colors } = terminal;
  const edges = CHANGES.flatMap(what =>
    changes
      .filter(change => !change[what].isEmpty)
      .map(change => [
        changeCell(what, colors),
        describeEnd(endJson(change.source)),
        describeEnd(endJson(change.destination)),
        describePorts(change[what]),
      ]),
  );
  const reencrypted = changes.flatMap(change =>
    change.reencrypted.map(one => [
      reencryptionCell(one, colors),
      describeEnd(endJson(change.source)),
      describeEnd(endJson(change.destination)),
      describePorts(one.ports),
    ]),
  );
  const rows = [...edges, ...reencrypted];
  return rows.length > 0
    ? table(['Change', 'From', 'To', 'Ports'], rows, terminal)
    : 'no connection changes\n';
}

function edgesJson(changes: readonly JointChange[], what: Change) {
  return changes
    .filter(change => !change[what].isEmpty)
    .map(change => ({
      source: endJson(change.source),
      destination: endJson(change.destination),
      ports: change[what].ranges(),
    }));
}

function reencryptedJson(changes: readonly JointChange[]) {
  return changes.flatMap(({ source, destination, reencrypted }) =>
    reencrypted.map(({ ports, before, after }) => ({
      source: endJson(source),
      destination: endJson(destination),
      ports: ports.ranges(),
      before,
      after,
    })),
  );
}

function endJson(end: DiffEndpoint): End {
  return end.kind === 'external'
    ? { kind: 'External', cidrs: cidrsOf(end.ranges) }
    : workloadJson(end.reference, undefined);
}

function changeCell(what: Change, colors: Colors): Cell {
  switch (what) {
    case 'opened':
      return { text: 'opened', paint: colors.red };
    case 'closed':
      return { text: 'closed', paint: colors.green };
    case 'conditions':
      return { text: 'other conditions', paint: colors.yellow };
    default:
      return { text: 'unknown', paint: colors.yellow };
  }
}

/** Green where only mTLS is left. */
function reencryptionCell(
  { before, after }: Reencryption,
  { green, red }: Colors,
): Cell {
  return {
    text: `re-encrypted: ${before} → ${after}`,
    paint: after === 'mtls' ? green : red,
  };
}
