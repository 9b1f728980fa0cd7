/**
 * From the text of a manifest to objects, or to an error that names the file,
 * the document and the field. YAML is read as kubectl reads it (1.1: `yes` is
 * a boolean, 017 is 15), JSON too, `List` kinds are opened.
 */
import { KubernetesObject } from '../snapshot';
import { readDocuments } from './yaml';

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

/** As the API server's own limit of a request body, times what a List may hold. */
const LONGEST_TEXT = 64 * 1024 * 1024;

/** `file.yaml, document 2: metadata.name: ...`, as the command line and the scaffolder print it. */
export function describeProblem(problem: ManifestProblem): string {
  const { file, document, field, message } = problem;
  return `${file}, document ${document}: ${
    field === '' ? '' : `${field}: `
  }${message}`;
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
  readDocuments(text).forEach((read, index) => {
    const number = index + 1;
    if ('error' in read) {
      problem(number, '', read.error);
      return;
    }
    if (read.content === null || read.content === undefined) {
      return; // an empty document, such as a leading or trailing `---`
    }
    for (const { field, content } of openList(read.content)) {
      const wrong = checkObject(content);
      if (wrong) {
        problem(
          number,
          [field, wrong.field].filter(part => part !== '').join('.'),
          wrong.message,
        );
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The objects of a document, and where in it they stand. `v1 List` and typed lists
 * such as `PodList` hold objects and have no name; items of a typed list may leave
 * out what they are. What is for Kustomize only is none.
 */
export function openList(
  content: unknown,
): { field: string; content: unknown }[] {
  if (isForKustomize(content)) {
    return [];
  }
  if (
    !isRecord(content) ||
    typeof content.kind !== 'string' ||
    !content.kind.endsWith('List') ||
    !Array.isArray(content.items) ||
    (isRecord(content.metadata) && content.metadata.name !== undefined)
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
      field: `items[${index}]${inner.field === '' ? '' : `.${inner.field}`}`,
      content: inner.content,
    }));
  });
}

/** Lies among manifests, and no API server ever sees it. */
function isForKustomize(content: unknown): boolean {
  return (
    isRecord(content) &&
    typeof content.apiVersion === 'string' &&
    content.apiVersion.startsWith('kustomize.config.k8s.io/')
  );
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
