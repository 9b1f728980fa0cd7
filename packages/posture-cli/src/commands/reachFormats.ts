/** The formats of `reach`. Edges that nobody can tell of are in all of them, apart from what is let through. */
import { describePorts } from '@backstage-zero-trust/posture-engine';
import { Cell, table } from '../output/table';
import { printable } from '../output/text';
import { Colors, Terminal } from '../terminal';
import { End, describeEnd } from './reachEnds';
import { ReachRow } from './reachRows';

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
      yield tableOf(rows, document, terminal);
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
  const apart: Record<'refused' | 'unknown', object[]> = {
    refused: [],
    unknown: [],
  };
  let separator = '\n';
  for (const row of rows) {
    const { source, destination, ports, verdict, transport } = row;
    const edge = { source, destination, ports: ports.ranges() };
    if (verdict === 'allow') {
      yield `${separator}    ${JSON.stringify({
        ...edge,
        transport,
        conditions: row.conditions,
      })}`;
      separator = ',\n';
    } else {
      apart[verdict].push({ ...edge, reason: row.reason });
    }
  }
  yield `${separator === '\n' ? '' : '\n  '}],\n`;
  if (layers.includes('mesh')) {
    yield `  "refused": ${jsonLines(apart.refused)},\n`;
  }
  yield `  "unknown": ${jsonLines(apart.unknown)},\n`;
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
  ...['destination_cidrs', 'ports', 'transport', 'verdict', 'conditions'],
  'reason',
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
  for (const row of rows) {
    const { source, destination, ports, transport, verdict } = row;
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
      transport ?? '',
      verdict,
      row.conditions.join('|'),
      row.reason,
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
function labelOf({ ports, verdict, transport, conditions }: ReachRow): string {
  return [
    verdict === 'allow' ? '' : `${verdict}: `,
    describePorts(ports),
    transport === null ? '' : ` in ${describeTransport(transport)}`,
    conditions.length === 0 ? '' : ` only for ${conditions.join(' or ')}`,
  ].join('');
}

function describeTransport(transport: NonNullable<ReachRow['transport']>) {
  switch (transport) {
    case 'mtls':
      return 'mTLS';
    case 'tls':
      return 'a TLS of its own';
    case 'either':
      return 'mTLS or plaintext';
    default:
      return transport;
  }
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

const DOT_STYLES: Readonly<Record<ReachRow['verdict'], string>> = {
  allow: '',
  unknown: ', style=dashed',
  refused: ', style=dotted, arrowhead=tee',
};

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
      DOT_STYLES[row.verdict]
    }];\n`;
  }
  yield '}\n';
}

const MERMAID_ARROWS: Readonly<Record<ReachRow['verdict'], string>> = {
  allow: '-->',
  unknown: '-.->',
  refused: '--x',
};

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
    const arrow = MERMAID_ARROWS[row.verdict];
    yield `  ${source} ${arrow}|${quoted(labelOf(row))}| ${destination}\n`;
  }
}

function tableOf(
  rows: Iterable<ReachRow>,
  { layers }: ReachDocument,
  terminal: Terminal,
): string {
  const { colors } = terminal;
  const hasMesh = layers.includes('mesh');
  return table(
    ['From', 'To', 'Ports', ...(hasMesh ? ['Transport'] : []), 'Verdict'],
    Array.from(rows, row => [
      describeEnd(row.source),
      describeEnd(row.destination),
      describePorts(row.ports),
      ...(hasMesh ? [transportCell(row, colors)] : []),
      verdictCell(row, colors),
    ]),
    terminal,
  );
}

function transportCell(
  { transport }: ReachRow,
  { green, yellow }: Colors,
): Cell {
  return transport === null
    ? { text: '' }
    : {
        text: describeTransport(transport),
        paint: transport === 'mtls' ? green : yellow,
      };
}

function verdictCell(
  { verdict, conditions, reason }: ReachRow,
  { red, yellow }: Colors,
): Cell {
  if (verdict !== 'allow') {
    return {
      text: `${verdict}: ${reason}`,
      paint: verdict === 'refused' ? red : yellow,
    };
  }
  return {
    text:
      conditions.length === 0
        ? 'allow'
        : `allow, only for ${conditions.join(' or ')}`,
  };
}
