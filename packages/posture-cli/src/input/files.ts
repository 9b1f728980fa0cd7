/** The SOURCEs of a command as objects: folders, files and standard input, each with what could not be read. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ManifestObject,
  ManifestProblem,
  ParsedManifests,
  describeObject,
  describeProblem,
  identityOf,
  parseManifests,
  readObject,
  referenceTo,
} from '@backstage-zero-trust/posture-engine';
import { readManifestFolder } from '@backstage-zero-trust/cluster-collector';
import { InputError, describeSystemError } from '../errors';
import { Terminal } from '../terminal';

export const STANDARD_INPUT = '-';

/** How messages and places call it. */
export const STANDARD_INPUT_NAME = 'standard input';

const LARGEST_TEXT = 64 * 1024 * 1024;

export interface ReadSourcesOptions {
  /** Go past what cannot be read, and list it. */
  keepGoing?: boolean;
}

/**
 * All objects of all sources, as one world; with `keepGoing` also those that a
 * snapshot will count as problems of its coverage. Throws an {@link InputError} that
 * names file, document and field for the first thing that cannot be read.
 */
export async function readSources(
  sources: readonly string[],
  terminal: Terminal,
  { keepGoing = false }: ReadSourcesOptions,
): Promise<ManifestObject[]> {
  const objects: ManifestObject[] = [];
  const found: ManifestProblem[] = [];
  for (const source of sources) {
    const read = await readSource(source, terminal);
    found.push(...read.problems);
    objects.push(...read.objects);
  }
  const duplicates = findDuplicates(objects);
  const problems = [
    // Reading a folder finds duplicates too, but not those between sources.
    ...found.filter(
      problem => !duplicates.some(other => isSamePlace(problem, other)),
    ),
    ...objects.flatMap(unreadable),
    ...duplicates,
  ];
  if (problems.length > 0 && !keepGoing) {
    throw new InputError(describeProblem(problems[0]));
  }
  for (const problem of problems) {
    terminal.writeError(`skipped ${describeProblem(problem)}\n`);
  }
  return objects;
}

async function readSource(
  source: string,
  terminal: Terminal,
): Promise<ParsedManifests> {
  if (source === STANDARD_INPUT) {
    return notEmpty(
      parseManifests(
        await readText(terminal.stdin, STANDARD_INPUT_NAME),
        STANDARD_INPUT_NAME,
      ),
      STANDARD_INPUT_NAME,
    );
  }
  let isFolder: boolean;
  try {
    isFolder = (await stat(source)).isDirectory();
  } catch (error) {
    throw new InputError(`${source}: ${describeSystemError(error)}`);
  }
  if (!isFolder) {
    const text = await readText(createReadStream(source), source);
    return notEmpty(parseManifests(text, source), source);
  }
  const folder = await readManifestFolder(source);
  const inSource = <T extends { file: string }>(entry: T): T => ({
    ...entry,
    file: join(source, entry.file),
  });
  return notEmpty(
    {
      objects: folder.objects.map(inSource),
      problems: folder.problems.map(inSource),
    },
    source,
  );
}

/** Nothing to look at must never look like nothing wrong. */
function notEmpty(read: ParsedManifests, source: string): ParsedManifests {
  if (read.objects.length === 0 && read.problems.length === 0) {
    throw new InputError(`${source}: holds no Kubernetes object`);
  }
  return read;
}

/** The text of a small configuration file. */
export async function readTextFile(file: string): Promise<string> {
  return readText(createReadStream(file), file);
}

/** Throws an {@link InputError} for what is no text, or too much of it. */
export async function readText(
  stream: AsyncIterable<Uint8Array>,
  name: string,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > LARGEST_TEXT) {
        throw new InputError(`${name}: larger than ${LARGEST_TEXT} bytes`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof InputError
      ? error
      : new InputError(`${name}: ${describeSystemError(error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      Buffer.concat(chunks),
    );
  } catch {
    throw new InputError(`${name}: is not text in UTF-8`);
  }
}

/** An object of a kind that the engine reads, with a field that no API server would take. */
function unreadable({
  file,
  document,
  object,
}: ManifestObject): ManifestProblem[] {
  const result = readObject(object);
  return 'problem' in result
    ? [
        {
          file,
          document,
          field: result.problem.field,
          message: `${result.problem.object}: ${result.problem.message}`,
        },
      ]
    : [];
}

function isSamePlace(left: ManifestProblem, right: ManifestProblem): boolean {
  return (
    left.file === right.file &&
    left.document === right.document &&
    left.field === right.field
  );
}

/** A cluster holds an object once: of two nobody can say which one would win. */
function findDuplicates(objects: readonly ManifestObject[]): ManifestProblem[] {
  const first = new Map<string, ManifestObject>();
  return objects.flatMap(entry => {
    const { file, document, object } = entry;
    const identity = identityOf(referenceTo(object));
    const earlier = first.get(identity);
    if (!earlier) {
      first.set(identity, entry);
      return [];
    }
    const name = describeObject({ kind: object.kind, ...object.metadata });
    return [
      {
        file,
        document,
        field: 'metadata.name',
        message: `${name} is in ${earlier.file}, document ${earlier.document}, too; one cluster can hold it only once`,
      },
    ];
  });
}
