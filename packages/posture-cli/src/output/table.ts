/** Tables for people: no lines but those that help, the last column as wide as there is room. */
import Table from 'cli-table3';
import { Terminal } from '../terminal';
import { printable } from './text';

export interface Cell {
  text: string;
  /** Applied to each line of the text, the first being 0. */
  paint?: (line: string, index: number) => string;
}

const GAP = 2;
const NARROWEST_LAST = 30;

/** No lines around cells. */
const EMPTY_CHARS = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right'],
    ...['bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map(name => [name, '']),
);

/** Cells of all columns but the last are never wrapped, so keep them short. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
  terminal: Terminal,
): string {
  const cells = rows.map(row =>
    row.map(cell => (typeof cell === 'string' ? { text: cell } : cell)),
  );
  const widths = head
    .slice(0, -1)
    .map(
      (title, column) =>
        GAP +
        Math.max(
          title.length,
          ...cells.map(row => printable(row[column].text).length),
        ),
    );
  const used = widths.reduce((sum, width) => sum + width, 0);
  const last = Math.max(terminal.width - used, NARROWEST_LAST);
  const result = new Table({
    head: head.map(title => terminal.colors.bold(title)),
    colWidths: [...widths, last],
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    chars: EMPTY_CHARS,
  });
  for (const row of cells) {
    const columns = row.map(({ text, paint = plain }, column) => {
      const lines = printable(text).split('\n');
      const isLast = column === widths.length;
      return (
        isLast ? lines.flatMap(line => wrap(line, last - GAP)) : lines
      ).map((line, index) => paint(line, index));
    });
    // A row for each line: the library takes seconds for cells of many lines.
    const height = Math.max(...columns.map(({ length }) => length));
    for (let line = 0; line < height; line++) {
      result.push(columns.map(lines => lines[line] ?? ''));
    }
  }
  return `${result
    .toString()
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')}\n`;
}

/** At spaces; a word that is longer than a line is cut. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
      continue;
    }
    if (line !== '') {
      lines.push(line);
    }
    line = word;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}

function plain(text: string): string {
  return text;
}
