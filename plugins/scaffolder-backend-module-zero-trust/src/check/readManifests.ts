/**
 * From folders of the workspace to Kubernetes objects. Strict on purpose: a
 * document that cannot be read is a document that was not checked, so it stops
 * the action instead of being skipped.
 */
import { promises as fs } from 'node:fs';
import { extname, join } from 'node:path';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import { InputError } from '@backstage/errors';
import {
  KubernetesObject,
  ManifestProblem,
  describeObject,
  describeProblem,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import { keyOf, referenceOf } from './manifestObjects';

const EXTENSIONS = ['.yaml', '.yml', '.json'];
/** More than a service has, less than it takes to keep the backend busy. */
const MOST_FILES = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** Beyond this, the rest is counted instead of listed. */
const MOST_PROBLEMS = 10;

/**
 * All objects of the files and folders `paths` of the workspace, by
 * {@link keyOf}.
 *
 * @throws InputError where a path leads out of the workspace or nowhere, holds
 * a symbolic link or too much, where a document cannot be read, or where two
 * of them are the same object.
 */
export async function readManifests(
  workspacePath: string,
  paths: readonly string[],
): Promise<Map<string, KubernetesObject>> {
  const files: string[] = [];
  for (const path of paths) {
    await collectFiles(workspacePath, path, files);
  }
  const objects = new Map<string, KubernetesObject>();
  const problems: ManifestProblem[] = [];
  let bytes = 0;
  for (const file of [...new Set(files)].sort()) {
    const path = resolveSafeChildPath(workspacePath, file);
    bytes += (await fs.stat(path)).size;
    if (bytes > MOST_BYTES) {
      throw new InputError(
        `The manifests are larger than ${MOST_BYTES} bytes together; choose a narrower path`,
      );
    }
    const parsed = parseManifests(await fs.readFile(path, 'utf8'), file);
    problems.push(...parsed.problems);
    for (const { document, object } of parsed.objects) {
      const key = keyOf(referenceOf(object));
      if (objects.has(key)) {
        problems.push({
          file,
          document,
          field: '',
          message: `${describeObject(
            referenceOf(object),
          )} is here a second time; which of the two counts would depend on the order`,
        });
      }
      objects.set(key, object);
    }
  }
  if (problems.length > 0) {
    const listed = problems.slice(0, MOST_PROBLEMS).map(describeProblem);
    const rest = problems.length - listed.length;
    throw new InputError(
      `Not every manifest can be read, so not everything would be checked:\n${[
        ...listed,
        ...(rest > 0 ? [`and ${rest} more`] : []),
      ].join('\n')}`,
    );
  }
  return objects;
}

/** Adds the manifest files at `path`, relative to the workspace, to `files`. */
async function collectFiles(
  workspacePath: string,
  path: string,
  files: string[],
): Promise<void> {
  const stat = await lstat(workspacePath, path);
  if (stat.isSymbolicLink()) {
    // What it points to is outside of what gets published, or there under its own name.
    throw new InputError(`${path} is a symbolic link, which is not followed`);
  }
  if (!stat.isDirectory()) {
    if (files.push(path) > MOST_FILES) {
      throw new InputError(
        `More than ${MOST_FILES} manifest files; choose a narrower path`,
      );
    }
    return;
  }
  const entries = await fs.readdir(resolveSafeChildPath(workspacePath, path), {
    withFileTypes: true,
  });
  for (const entry of entries) {
    if (
      entry.isDirectory() ||
      EXTENSIONS.includes(extname(entry.name).toLowerCase())
    ) {
      await collectFiles(workspacePath, join(path, entry.name), files);
    }
  }
}

async function lstat(workspacePath: string, path: string) {
  // Throws NotAllowedError where the path leads out of the workspace.
  const resolved = resolveSafeChildPath(workspacePath, path);
  try {
    return await fs.lstat(resolved);
  } catch {
    throw new InputError(`The workspace has no file or folder "${path}"`);
  }
}
