/**
 * Reads a folder of manifests as a cluster would be read. The folder is input
 * like any other: links that lead out of it or in circles, files of any size
 * and text that is no manifest end as problems that name file and document.
 */
import { createHash } from 'node:crypto';
import { Dirent } from 'node:fs';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import {
  ManifestObject,
  ManifestProblem,
  ParsedManifests,
  describeObject,
  groupOf,
  kindNameOf,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import { errorCode } from '../connection/ClusterRequestError';

export interface ManifestFolder extends ParsedManifests {
  /** Relative to the folder, sorted. */
  files: string[];
}

/** What was read last time, so that files that did not change give the same objects. */
export interface ManifestFolderMemory {
  files: ReadonlyMap<string, { digest: string; parsed: ParsedManifests }>;
}

const MANIFEST = /\.(ya?ml|json)$/i;
const LARGEST_FILE = 64 * 1024 * 1024;

/**
 * All `.yaml`, `.yml` and `.json` files at any depth, in the order of their
 * names; folders whose name begins with a dot and `node_modules` are left out.
 * Throws where the folder itself cannot be read.
 */
export async function readManifestFolder(
  folder: string,
): Promise<ManifestFolder> {
  return (await readManifestFolderAgain(folder)).read;
}

/** As {@link readManifestFolder}, remembering. */
export async function readManifestFolderAgain(
  folder: string,
  memory?: ManifestFolderMemory,
): Promise<{ read: ManifestFolder; memory: ManifestFolderMemory }> {
  const read: ManifestFolder = { files: [], objects: [], problems: [] };
  const files = new Map<string, { digest: string; parsed: ParsedManifests }>();
  for await (const { path, problem } of findFiles(await rootOf(folder))) {
    const file = path.split(sep).join('/');
    read.files.push(file);
    if (problem !== undefined) {
      read.problems.push(fileProblem(file, problem));
      continue;
    }
    const text = await readManifestFile(join(folder, path));
    if ('problem' in text) {
      read.problems.push(fileProblem(file, text.problem));
      continue;
    }
    const digest = createHash('sha256').update(text.content).digest('base64');
    const known = memory?.files.get(file);
    const parsed =
      known?.digest === digest
        ? known.parsed
        : parseManifests(text.content, file);
    files.set(file, { digest, parsed });
    read.objects.push(...parsed.objects);
    read.problems.push(...parsed.problems);
  }
  read.problems.push(...duplicates(read.objects));
  return { read, memory: { files } };
}

async function rootOf(folder: string): Promise<string> {
  const root = await realpath(folder);
  if (!(await stat(root)).isDirectory()) {
    throw Object.assign(new Error(`${folder} is not a folder`), {
      code: 'ENOTDIR',
    });
  }
  return root;
}

interface FoundFile {
  /** Relative to the root. */
  path: string;
  problem?: string;
}

async function* findFiles(root: string): AsyncGenerator<FoundFile> {
  const entered = new Set([root]);
  async function* enter(path: string): AsyncGenerator<FoundFile> {
    let entries: Dirent[];
    try {
      entries = await readdir(join(root, path), { withFileTypes: true });
    } catch (error) {
      yield { path: path || '.', problem: unreadable(error) };
      return;
    }
    entries.sort((left, right) => (left.name < right.name ? -1 : 1));
    for (const entry of entries) {
      const inner = join(path, entry.name);
      const found = await resolveEntry(root, inner, entry);
      if ('folder' in found) {
        // Entered once, whatever leads to it, so links cannot go in circles.
        if (!entered.has(found.folder)) {
          entered.add(found.folder);
          yield* enter(inner);
        }
      } else if ('problem' in found) {
        yield { path: inner, problem: found.problem };
      } else if (found.file) {
        yield { path: inner };
      }
    }
  }
  yield* enter('');
}

/** What an entry leads to: a folder by its real path, a manifest or not, or trouble. */
async function resolveEntry(
  root: string,
  path: string,
  entry: Dirent,
): Promise<{ folder: string } | { file: boolean } | { problem: string }> {
  const isManifest = MANIFEST.test(entry.name);
  const isSkipped = entry.name.startsWith('.') || entry.name === 'node_modules';
  if (entry.isFile() || (isSkipped && !isManifest)) {
    return { file: entry.isFile() && isManifest };
  }
  if (entry.isDirectory()) {
    return isSkipped ? { file: false } : { folder: join(root, path) };
  }
  if (!entry.isSymbolicLink()) {
    return { file: false };
  }
  try {
    const target = await realpath(join(root, path));
    const found = await stat(target);
    if (!found.isDirectory() && !isManifest) {
      return { file: false };
    }
    if (!isInside(root, target)) {
      return { problem: 'is a link that leads out of the folder' };
    }
    return found.isDirectory() ? { folder: target } : { file: found.isFile() };
  } catch (error) {
    return isManifest ? { problem: unreadable(error) } : { file: false };
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

async function readManifestFile(
  path: string,
): Promise<{ content: string } | { problem: string }> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) {
      return { problem: `larger than ${LARGEST_FILE} bytes` };
    }
    return { content: await readFile(path, 'utf8') };
  } catch (error) {
    return { problem: unreadable(error) };
  }
}

function unreadable(error: unknown): string {
  return `cannot be read (${errorCode(error) ?? 'for an unknown reason'})`;
}

function fileProblem(file: string, message: string): ManifestProblem {
  return { file, document: 1, field: '', message };
}

/** A cluster holds an object once; two in a folder mean that it is the source of two clusters. */
function duplicates(objects: readonly ManifestObject[]): ManifestProblem[] {
  const first = new Map<string, ManifestObject>();
  const problems: ManifestProblem[] = [];
  for (const entry of objects) {
    const { apiVersion, kind, metadata } = entry.object;
    const name = kindNameOf(groupOf(apiVersion), kind);
    if (!name) {
      continue;
    }
    const key = [name, metadata.namespace ?? '', metadata.name].join('\u0000');
    const earlier = first.get(key);
    if (earlier) {
      problems.push({
        file: entry.file,
        document: entry.document,
        field: 'metadata.name',
        message: `${describeObject({ kind, ...metadata })} is in ${
          earlier.file
        }, document ${
          earlier.document
        }, too; one cluster can hold it only once`,
      });
    } else {
      first.set(key, entry);
    }
  }
  return problems;
}
