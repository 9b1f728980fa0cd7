/** How things look in the terminal: colours only where there is one, or where FORCE_COLOR says so. */
import { stripVTControlCharacters } from 'node:util';
import { createColors, isColorSupported } from 'picocolors';

// picocolors takes FORCE_COLOR=0 for a yes.
export const colors = createColors(
  isColorSupported && process.env.FORCE_COLOR !== '0',
);

function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Columns of text under their headings; a heading that begins with `>` stands to the right, and so do its cells. */
export function table(
  headings: readonly string[],
  rows: readonly string[][],
): string {
  const right = headings.map(heading => heading.startsWith('>'));
  const titles = headings.map(heading => heading.replace(/^>/, ''));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map(row => width(row[column]))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const space = ' '.repeat(widths[column] - width(cell));
        return right[column] ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  return [colors.dim(line(titles)), ...rows.map(line)]
    .map(text => `  ${text}`)
    .join('\n');
}

const LINE = 76;

/** Breaks a text into lines that fit a terminal, each after an indent. */
export function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length + 1 > LINE - indent.length) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map(part => indent + part).join('\n');
}
