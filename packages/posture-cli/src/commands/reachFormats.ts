/** The formats of `reach`. Edges that nobody can tell of are in all of them, apart from what is let through. */
import { describePorts } from '@backstage-zero-trust/posture-engine';
import { Cell, table } from '../output/table';
import { printable } from '../output/text';
import { Colors, Terminal } from '../terminal';
import { End, ReachRow, describeEnd } from './reachRows';

export const FORMATS = ['table', 'json', 'dot', 'mermaid', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

export interface ReachDocument {
  by: string;
  layers: readonly string[];
  /** What could not be looked at. */
  gaps: readonly object[];
}

/** Piece by piece, so that a large answer is never in memory as a whole. */
export function* formatReach(
  format: Format,
  rows: Iterable<ReachRow>,
  document: ReachDocument,
  terminal: Terminal,
): Generator<string> {
  switch (format) {
    case 'json':
      yield* jsonOf(rows, document);
      break;
    case 'csv':
      yield* csvOf(rows);
      break;
    case 'dot':
      yield* dotOf(rows);
      break;
    case 'mermaid':
      yield* mermaidOf(rows);
      break;
    default:
      yield tableOf(rows, terminal);
  }
}

function* jsonOf(
  rows: Iterable<ReachRow>,
  { by, layers, gaps }: ReachDocument,
): Generator<string> {
  const field = (name: string, value: unknown) =>
    `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  const header = [
    field('apiVersion', 'zero-trust.backstage.io/v1'),
    field('kind', 'ConnectionList'),
    field('by', by),
    field('layers', layers),
  ];
  yield `{\n${header.map(line => `  ${line},\n`).join('')}  "connections": [`;
  const unknown: object[] = [];
  let separator = '\n';
  for (const { source, destination, ports, conditions, reason } of rows) {
    const edge = { source, destination, ports: ports.ranges() };
    if (reason === undefined) {
      yield `${separator}    ${JSON.stringify({
        ...edge,
        // Of the mesh layer, which nothing asks yet.
        transport: null,
        conditions,
      })}`;
      separator = ',\n';
    } else {
      unknown.push({ ...edge, reason });
    }
  }
  yield `${separator === '\n' ? '' : '\n  '}],\n`;
  yield `  "unknown": ${jsonLines(unknown)},\n`;
  yield `  "gaps": ${jsonLines(gaps)}\n}\n`;
}

function jsonLines(values: readonly object[]): string {
  return values.length === 0
    ? '[]'
    : `[\n${values
        .map(value => `    ${JSON.stringify(value)}`)
        .join(',\n')}\n  ]`;
}

const CSV_COLUMNS = [
  ...['source_kind', 'source_namespace', 'source_name', 'source_cidrs'],
  ...['destination_kind', 'destination_namespace', 'destination_name'],
  ...['destination_cidrs', 'ports', 'verdict', 'conditions', 'reason'],
];

/** Per RFC 4180; lists in a cell are separated by spaces, conditions by `|`. */
function* csvOf(rows: Iterable<ReachRow>): Generator<string> {
  const line = (cells: readonly string[]) =>
    `${cells
      .map(cell =>
        /[",\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell,
      )
      .join(',')}\r\n`;
  yield line(CSV_COLUMNS);
  for (const { source, destination, ports, conditions, reason } of rows) {
    yield line([
      ...csvCells(source),
      ...csvCells(destination),
      ports
        .ranges()
        .map(
          ({ protocol, from, to }) =>
            `${protocol}/${from === to ? from : `${from}-${to}`}`,
        )
        .join(' '),
      reason === undefined ? 'allow' : 'unknown',
      conditions.join('|'),
      reason ?? '',
    ]);
  }
}

function csvCells(end: End): string[] {
  const name = (text: string) =>
    end.cluster === undefined ? text : `${end.cluster}:${text}`;
  return 'cidrs' in end
    ? [name(end.kind), '', '', end.cidrs.join(' ')]
    : [name(end.kind), end.namespace ?? '', end.name, ''];
}

/** What stands on an edge. */
function labelOf({ ports, conditions, reason }: ReachRow): string {
  return `${reason === undefined ? '' : 'unknown: '}${describePorts(ports)}${
    conditions.length === 0 ? '' : ` only for ${conditions.join(' or ')}`
  }`;
}

/** Numbers the nodes of a graph, and writes each when it is first seen. */
class Nodes {
  static create(write: (id: string, label: string) => string): Nodes {
    return new Nodes(write);
  }

  readonly #ids = new Map<string, string>();

  private constructor(
    private readonly write: (id: string, label: string) => string,
  ) {}

  /** Labels are short; what tells nodes apart is all of the end. */
  *of(end: End): Generator<string, string> {
    const key = JSON.stringify(end);
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = `n${this.#ids.size}`;
      this.#ids.set(key, id);
      yield this.write(id, describeEnd(end));
    }
    return id;
  }
}

function* dotOf(rows: Iterable<ReachRow>): Generator<string> {
  const quoted = (text: string) =>
    `"${printable(text)
      .replace(/\\/g, '\\\\')
      .replace(/"/g, '\\"')
      .replace(/\n/g, '\\n')}"`;
  const nodes = Nodes.create(
    (id, label) => `  ${id} [label=${quoted(label)}];\n`,
  );
  yield 'digraph connections {\n  rankdir=LR;\n  node [shape=box];\n';
  for (const row of rows) {
    const source = yield* nodes.of(row.source);
    const destination = yield* nodes.of(row.destination);
    yield `  ${source} -> ${destination} [label=${quoted(labelOf(row))}${
      row.reason === undefined ? '' : ', style=dashed'
    }];\n`;
  }
  yield '}\n';
}

function* mermaidOf(rows: Iterable<ReachRow>): Generator<string> {
  // Mermaid takes character codes in quotes, and nothing else that is special.
  const quoted = (text: string) =>
    `"${printable(text).replace(
      /[^\w .,:;/()*-]/g,
      character => `#${character.codePointAt(0)};`,
    )}"`;
  const nodes = Nodes.create((id, label) => `  ${id}[${quoted(label)}]\n`);
  yield 'flowchart LR\n';
  for (const row of rows) {
    const source = yield* nodes.of(row.source);
    const destination = yield* nodes.of(row.destination);
    const arrow = row.reason === undefined ? '-->' : '-.->';
    yield `  ${source} ${arrow}|${quoted(labelOf(row))}| ${destination}\n`;
  }
}

function tableOf(rows: Iterable<ReachRow>, terminal: Terminal): string {
  const { colors } = terminal;
  return table(
    ['From', 'To', 'Ports', 'Verdict'],
    Array.from(rows, row => [
      describeEnd(row.source),
      describeEnd(row.destination),
      describePorts(row.ports),
      verdictCell(row, colors),
    ]),
    terminal,
  );
}

function verdictCell(
  { conditions, reason }: ReachRow,
  { yellow }: Colors,
): Cell {
  if (reason !== undefined) {
    return { text: `unknown: ${reason}`, paint: yellow };
  }
  return {
    text:
      conditions.length === 0
        ? 'allow'
        : `allow, only for ${conditions.join(' or ')}`,
  };
}
