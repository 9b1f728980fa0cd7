/** The documents of files as they are written, also those that no API server would take: they are what is asked about. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  describeProblem,
  openList,
  readDocuments,
} from '@backstage-zero-trust/posture-engine';
import { readManifestFolder } from '@backstage-zero-trust/cluster-collector';
import { InputError, describeSystemError } from '../errors';
import { Terminal } from '../terminal';
import {
  ReadSourcesOptions,
  STANDARD_INPUT,
  STANDARD_INPUT_NAME,
  readText,
  readTextFile,
} from './files';

export interface WrittenObject {
  file: string;
  /** Counts from 1. */
  document: number;
  /** Where in the document it stands, such as `items[2]`; '' for the whole of it. */
  place: string;
  object: Record<string, unknown>;
}

export interface ReadWrittenOptions extends ReadSourcesOptions {
  /** Pass over what is no object of a kind: schemas lie beside definitions. */
  othersToo?: boolean;
}

/** Throws an {@link InputError} for the first document that cannot be read, or is no object of a kind. */
export async function readWrittenObjects(
  sources: readonly string[],
  terminal: Terminal,
  { keepGoing = false, othersToo = false }: ReadWrittenOptions,
): Promise<WrittenObject[]> {
  const objects: WrittenObject[] = [];
  for (const source of sources) {
    const before = objects.length;
    for (const { file, text } of await textsOf(source, terminal)) {
      for (const read of objectsIn(text, file)) {
        if ('object' in read) {
          objects.push(read);
        } else if (read.isOther && othersToo) {
          continue;
        } else if (keepGoing) {
          terminal.writeError(`skipped ${read.problem}\n`);
        } else {
          throw new InputError(read.problem);
        }
      }
    }
    if (objects.length === before && !keepGoing) {
      throw new InputError(`${source}: holds no Kubernetes object`);
    }
  }
  return objects;
}

async function textsOf(
  source: string,
  terminal: Terminal,
): Promise<{ file: string; text: string }[]> {
  if (source === STANDARD_INPUT) {
    return [
      {
        file: STANDARD_INPUT_NAME,
        text: await readText(terminal.stdin, STANDARD_INPUT_NAME),
      },
    ];
  }
  let isFolder: boolean;
  try {
    isFolder = (await stat(source)).isDirectory();
  } catch (error) {
    throw new InputError(`${source}: ${describeSystemError(error)}`);
  }
  const files = isFolder
    ? (await readManifestFolder(source)).files.map(file => join(source, file))
    : [source];
  const texts: { file: string; text: string }[] = [];
  for (const file of files) {
    texts.push({ file, text: await readTextFile(file) });
  }
  return texts;
}

function* objectsIn(
  text: string,
  file: string,
): Generator<WrittenObject | { problem: string; isOther: boolean }> {
  for (const [index, read] of readDocuments(text).entries()) {
    const document = index + 1;
    const problem = (field: string, message: string, isOther: boolean) => ({
      problem: describeProblem({ file, document, field, message }),
      isOther,
    });
    if ('error' in read) {
      yield problem('', read.error, false);
    } else if (read.content !== null && read.content !== undefined) {
      for (const { field, content } of openList(read.content)) {
        if (isOfAKind(content)) {
          yield { file, document, place: field, object: content };
        } else {
          yield problem(field, 'has no apiVersion and kind', true);
        }
      }
    }
  }
}

function isOfAKind(content: unknown): content is Record<string, unknown> {
  return (
    typeof content === 'object' &&
    content !== null &&
    'apiVersion' in content &&
    'kind' in content &&
    typeof content.apiVersion === 'string' &&
    typeof content.kind === 'string'
  );
}
