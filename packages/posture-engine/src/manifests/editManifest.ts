/**
 * Sets fields in the text of a manifest as a careful person would: the lines
 * that say it change, and every other character stays, comments and order
 * included. Each edit is read back; text that would not say exactly what was
 * asked for is never returned.
 */
import {
  Document,
  Node,
  Pair,
  Scalar,
  YAMLMap,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseAllDocuments,
  stringify,
} from 'yaml';
import { JsonValue, formatPath, parsePath, sameValue } from '../snapshot';
import { AS_KUBECTL } from './yaml';

export interface ManifestEdit {
  /** Path from the document's root. */
  field: string;
  /** Left out to take the field away. */
  value?: JsonValue;
}

type Steps = readonly (string | number)[];

/** Of a text that holds several documents, `document` is counted from 1 with empty ones, as in problems. Throws where the field cannot be set. */
export function editManifest(
  text: string,
  document: number,
  edits: readonly ManifestEdit[],
): string {
  return edits.reduce(
    (current, edit) => editOne(current, document, edit),
    text,
  );
}

function editOne(
  text: string,
  number: number,
  { field, value }: ManifestEdit,
): string {
  const steps = parsePath(field);
  const written = documentsOf(text);
  const document = written[number - 1];
  if (!document) {
    throw new Error(`there is no document ${number}`);
  }
  const wanted = written.map(valueOf);
  const changed = document.clone();
  setValue(changed, steps, value);
  wanted[number - 1] = valueOf(changed);
  const ways = [
    () =>
      value === undefined
        ? without(text, document, steps)
        : inPlace(text, document, steps, value),
    () => rewritten(text, written, number, changed),
  ];
  for (const way of ways) {
    const edited = way();
    if (edited !== undefined && says(edited, wanted)) {
      return edited;
    }
  }
  throw new Error(`${field} cannot be set without changing anything else`);
}

function nodeAt(document: Document, steps: Steps): unknown {
  return steps.length === 0 ? document.contents : document.getIn(steps, true);
}

function setValue(
  document: Document,
  steps: Steps,
  value: JsonValue | undefined,
): void {
  let depth = 0;
  for (; depth < steps.length; depth++) {
    const node = nodeAt(document, steps.slice(0, depth));
    if (!isNode(node) || (isScalar(node) && node.value === null)) {
      break;
    }
    const fits = typeof steps[depth] === 'number' ? isSeq(node) : isMap(node);
    if (!fits) {
      throw new Error(
        `${formatPath(steps)} leads through something that has no such part`,
      );
    }
  }
  if (value === undefined) {
    if (depth === steps.length) {
      document.deleteIn(steps);
    }
    return;
  }
  document.setIn(
    steps.slice(0, depth),
    document.createNode(nested(steps.slice(depth), value)),
  );
}

function documentsOf(text: string): Document.Parsed[] {
  return [...parseAllDocuments(text, AS_KUBECTL)];
}

function valueOf(document: Document): unknown {
  return document.toJS({ maxAliasCount: -1 });
}

function says(text: string, wanted: readonly unknown[]): boolean {
  const documents = documentsOf(text);
  return (
    documents.length === wanted.length &&
    documents.every(
      (document, index) =>
        document.errors.length === 0 &&
        sameValue(valueOf(document), wanted[index]),
    )
  );
}

/** Undefined where the text around the field leaves no such way. */
function inPlace(
  text: string,
  document: Document.Parsed,
  steps: Steps,
  value: JsonValue,
): string | undefined {
  for (let depth = steps.length; depth >= 0; depth--) {
    const node = nodeAt(document, steps.slice(0, depth));
    if (isNode(node) && node.range) {
      const inner = nested(steps.slice(depth + 1), value);
      if (depth === steps.length) {
        return isScalar(node) ? replaced(text, node, value) : undefined;
      }
      const step = steps[depth];
      return isMap(node) && typeof step === 'string'
        ? added(text, node, step, inner)
        : undefined;
    }
  }
  return undefined;
}

/** Without the lines of a field that has its own; undefined where it shares them, or is the only one of its map. */
function without(
  text: string,
  document: Document.Parsed,
  steps: Steps,
): string | undefined {
  const map = nodeAt(document, steps.slice(0, -1));
  if (!isMap(map) || map.flow || map.items.length < 2) {
    return undefined;
  }
  const pair = map.items.find(
    ({ key }) => isScalar(key) && key.value === steps[steps.length - 1],
  );
  const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  const end = endOf(pair);
  if (start === undefined || end === undefined) {
    return undefined;
  }
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  return /^\s*$/.test(text.slice(lineStart, start))
    ? text.slice(0, lineStart) + (newline < 0 ? '' : text.slice(newline + 1))
    : undefined;
}

/** A value at the end of a way that does not exist yet; lists are made of one item. */
function nested(steps: Steps, value: JsonValue): JsonValue {
  return [...steps]
    .reverse()
    .reduce<JsonValue>(
      (inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }),
      value,
    );
}

function replaced(
  text: string,
  { range }: Node,
  value: JsonValue,
): string | undefined {
  if (!range) {
    return undefined;
  }
  const [start, end] = range;
  // A field without a value: `spec:`.
  const space = start === end && !/\s/.test(text[start - 1] ?? ' ') ? ' ' : '';
  return text.slice(0, start) + space + inFlow(value) + text.slice(end);
}

/** On one line, in the style of YAML where that is shorter. */
function inFlow(value: JsonValue): string {
  return stringify(value, {
    ...AS_KUBECTL,
    collectionStyle: 'flow',
    lineWidth: 0,
  }).trim();
}

function added(
  text: string,
  map: YAMLMap,
  key: string,
  value: JsonValue,
): string | undefined {
  return map.flow
    ? addedInFlow(text, map, key, value)
    : addedInBlock(text, map, key, value);
}

function addedInFlow(
  text: string,
  { range, items }: YAMLMap,
  key: string,
  value: JsonValue,
): string | undefined {
  if (!range) {
    return undefined;
  }
  const close = range[1] - 1;
  const before = text.slice(0, close).trimEnd();
  const gap = text.slice(before.length, close);
  const isJson =
    text[range[0] + 1] === '"' || /^\{\s*"/.test(text.slice(range[0]));
  const pair = isJson
    ? `${JSON.stringify(key)}: ${JSON.stringify(value)}`
    : `${inFlow(key)}: ${inFlow(value)}`;
  const comma = items.length === 0 || before.endsWith(',') ? '' : ',';
  return `${before}${comma} ${pair}${gap}${text.slice(close)}`;
}

function addedInBlock(
  text: string,
  { items }: YAMLMap,
  key: string,
  value: JsonValue,
): string | undefined {
  const first = items[0]?.key;
  const end = endOf(items[items.length - 1]);
  if (!isScalar(first) || !first.range || end === undefined) {
    return undefined;
  }
  const lineStart = text.lastIndexOf('\n', first.range[0] - 1) + 1;
  const indent = ' '.repeat(first.range[0] - lineStart);
  const lines = stringify({ [key]: value }, { ...AS_KUBECTL, lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map(line => `${indent}${line}`)
    .join('\n');
  const newline = text.indexOf('\n', end);
  return newline < 0
    ? `${text}\n${lines}\n`
    : `${text.slice(0, newline + 1)}${lines}\n${text.slice(newline + 1)}`;
}

/** Where the last character of a pair is, comments after it left out. */
function endOf(pair: Pair | undefined): number | undefined {
  const node = pair?.value ?? pair?.key;
  const range = (node as Scalar | undefined)?.range;
  if (!range) {
    return undefined;
  }
  // The end of a block collection or block scalar is the start of the next line.
  return range[1] > range[0] ? range[1] - 1 : range[1];
}

/** With the document written anew by the parser, which keeps comments but not every blank and quote. */
function rewritten(
  text: string,
  written: readonly Document.Parsed[],
  number: number,
  changed: Document,
): string {
  const start = number === 1 ? 0 : written[number - 2].range[2];
  const [, , end] = written[number - 1].range;
  return `${text.slice(0, start)}${changed.toString({
    lineWidth: 0,
  })}${text.slice(end)}`;
}
