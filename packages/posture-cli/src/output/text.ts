/** Text from manifests and servers, made safe to print: a name may hold anything, terminal commands included. */

/** Control characters become visible; line breaks and tabs stay. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, character =>
    JSON.stringify(character)
      .slice(1, -1)
      .replace(/^[^\\]$/, '\ufffd'),
  );
}

const LONGEST_LINE = 2000;

/** As one line of bearable length. */
export function oneLine(text: string): string {
  const line = printable(text.trim().replace(/\s*[\r\n]+\s*/g, ' '));
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}
