/** Reads the folder of a cluster: its definition and its objects, or every problem with file, document and field. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import {
  describeProblem,
  KubernetesObject,
  ManifestProblem,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import { parse } from 'yaml';
import {
  ClusterDefinition,
  readClusterDefinition,
  readClusterDocument,
} from './clusterDefinition';
import { FieldError } from './FieldReader';

export const DEFINITION_FILE = 'cluster.yaml';

export interface LocatedObject {
  file: string;
  document: number;
  object: KubernetesObject;
}

export interface ClusterFolder {
  definition: ClusterDefinition;
  objects: LocatedObject[];
}

/** Input that cannot be served; its message has a line for each problem. */
export class InputError extends Error {
  constructor(readonly problems: readonly ManifestProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.name = 'InputError';
  }
}

/** Files in the folder at any depth with one of the endings, sorted; links are refused, since they may lead outside. */
export function listFiles(
  folder: string,
  endings: readonly string[],
): string[] {
  const files: string[] = [];
  const visit = (current: string) => {
    const entries = readdirSync(current, { withFileTypes: true });
    entries.sort((left, right) => (left.name < right.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(current, entry.name);
      if (entry.isSymbolicLink()) {
        throw problemAt(
          path,
          '',
          'is a link; only files inside the folder are read',
        );
      } else if (entry.isDirectory()) {
        visit(path);
      } else if (endings.some(ending => entry.name.endsWith(ending))) {
        files.push(path);
      }
    }
  };
  visit(folder);
  return files;
}

function problemAt(file: string, field: string, message: string): InputError {
  return new InputError([{ file: shown(file), document: 1, field, message }]);
}

/** Paths as people see them: from where they are. */
export function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw problemAt(
      file,
      '',
      error instanceof Error ? error.message : String(error),
    );
  }
}

/** A YAML document of our own, checked by `read`; what is wrong is told with its file. */
export function readDocument<T>(file: string, read: (value: unknown) => T): T {
  const text = readText(file);
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100, prettyErrors: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw problemAt(file, '', message.split('\n')[0]);
  }
  try {
    return read(value);
  } catch (error) {
    throw error instanceof FieldError
      ? problemAt(file, error.field, error.problem)
      : error;
  }
}

export function readClusterFolder(folder: string): ClusterFolder {
  const files = listFiles(folder, ['.yaml', '.yml', '.json']);
  const definitionFile = join(folder, DEFINITION_FILE);
  const definition = files.includes(definitionFile)
    ? readDocument(definitionFile, value =>
        readClusterDocument(value, basename(folder)),
      )
    : readClusterDefinition({});
  const objects: LocatedObject[] = [];
  const problems: ManifestProblem[] = [];
  for (const file of files.filter(path => path !== definitionFile)) {
    const parsed = parseManifests(readText(file), shown(file));
    objects.push(...parsed.objects);
    problems.push(...parsed.problems);
  }
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  return { definition, objects };
}
