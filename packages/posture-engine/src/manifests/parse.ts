/**
 * From the text of a manifest to objects, or to an error that names the file,
 * the document and the field. YAML is read as kubectl reads it (1.1: `yes` is
 * a boolean, 017 is 15), JSON too, `List` kinds are opened.
 */
import { LineCounter, parseAllDocuments, Document } from 'yaml';
import { KubernetesObject } from '../snapshot';

/** Where in the input something is wrong; `document` counts from 1, `field` is '' for the document as a whole. */
export interface ManifestProblem {
  file: string;
  document: number;
  field: string;
  message: string;
}

export interface ManifestObject {
  file: string;
  document: number;
  object: KubernetesObject;
}

export interface ParsedManifests {
  objects: ManifestObject[];
  problems: ManifestProblem[];
}

/** More aliases than this make a small file a large tree; real manifests use a handful. */
const MOST_ALIASES = 100;
/** As the API server's own limit of a request body, times what a List may hold. */
const LONGEST_TEXT = 64 * 1024 * 1024;

/** `file.yaml, document 2: metadata.name: ...`, as the command line and the scaffolder print it. */
export function describeProblem(problem: ManifestProblem): string {
  const { file, document, field, message } = problem;
  return `${file}, document ${document}: ${field === '' ? '' : `${field}: `}${message}`;
}

/** Reads all documents of a text. Nothing is thrown: what cannot be read is a problem, and the rest is still there. */
export function parseManifests(text: string, file: string): ParsedManifests {
  const result: ParsedManifests = { objects: [], problems: [] };
  const problem = (document: number, field: string, message: string) =>
    result.problems.push({ file, document, field, message });
  if (text.length > LONGEST_TEXT) {
    problem(1, '', `longer than ${LONGEST_TEXT} characters`);
    return result;
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    schema: 'yaml-1.1',
  });
  [...documents].forEach((document, index) => {
    const number = index + 1;
    if (document.errors.length > 0) {
      const error = document.errors[0];
      const { line, col } = lines.linePos(error.pos[0]);
      problem(number, '', `line ${line}, column ${col}: ${error.message}`);
      return;
    }
    const value = toValue(document);
    if ('error' in value) {
      problem(number, '', value.error);
      return;
    }
    if (value.content === null || value.content === undefined) {
      return; // an empty document, such as a leading or trailing `---`
    }
    for (const { field, content } of openList(value.content)) {
      const wrong = checkObject(content);
      if (wrong) {
        problem(number, `${field}${wrong.field}`, wrong.message);
      } else {
        result.objects.push({
          file,
          document: number,
          object: content as KubernetesObject,
        });
      }
    }
  });
  return result;
}

function toValue(document: Document.Parsed): { content: unknown } | { error: string } {
  try {
    return { content: document.toJS({ maxAliasCount: MOST_ALIASES }) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `v1 List` and typed lists such as `PodList` hold objects; items of a typed list may leave out what they are. */
function openList(content: unknown): { field: string; content: unknown }[] {
  if (
    !isRecord(content) ||
    typeof content.kind !== 'string' ||
    !content.kind.endsWith('List') ||
    !Array.isArray(content.items)
  ) {
    return [{ field: '', content }];
  }
  const kind = content.kind.slice(0, -'List'.length);
  return content.items.flatMap((item: unknown, index) => {
    const typed =
      kind !== '' && isRecord(item)
        ? { apiVersion: content.apiVersion, kind, ...item }
        : item;
    return openList(typed).map(inner => ({
      field: `items[${index}]${inner.field === '' ? '.' : `.${inner.field}`}`,
      content: inner.content,
    }));
  });
}

function checkObject(
  value: unknown,
): { field: string; message: string } | undefined {
  if (!isRecord(value)) {
    return { field: '', message: 'is not a Kubernetes object' };
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    if (typeof value[field] !== 'string' || value[field] === '') {
      return { field, message: 'must be a non-empty string' };
    }
  }
  const { metadata } = value;
  if (!isRecord(metadata)) {
    return { field: 'metadata', message: 'must be an object' };
  }
  if (typeof metadata.name !== 'string' || metadata.name === '') {
    return { field: 'metadata.name', message: 'must be a non-empty string' };
  }
  if (
    metadata.namespace !== undefined &&
    metadata.namespace !== null &&
    typeof metadata.namespace !== 'string'
  ) {
    return { field: 'metadata.namespace', message: 'must be a string' };
  }
  return undefined;
}
