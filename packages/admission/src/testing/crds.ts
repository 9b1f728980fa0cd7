/** The real CustomResourceDefinitions that tests judge by, from beside the project; undefined where they are not there. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readDocuments } from '@backstage-zero-trust/posture-engine';

/** Of this package; resolved, because a bundle would be elsewhere. */
const PACKAGE = dirname(
  require.resolve('@backstage-zero-trust/admission/package.json'),
);
const SHARED = resolve(PACKAGE, '../../../shared');
export const EXAMPLES = resolve(PACKAGE, '../../examples');
export const CRDS = join(SHARED, 'crds');
export const VALIDATION = join(SHARED, 'conformance/istio/validation');

/** Like Jest's `describe`, where the data beside the project is there. */
export function describeWithData(name: string, tests: () => void): void {
  const isThere = existsSync(CRDS) && existsSync(VALIDATION);
  (isThere ? describe : describe.skip)(
    isThere ? name : `${name} (no ../shared/crds beside the project)`,
    tests,
  );
}

/** The documents of a text, without those that are empty. */
export function parseAll(text: string): unknown[] {
  return readDocuments(text).flatMap(read => {
    if ('error' in read) {
      throw new Error(read.error);
    }
    return read.content === null || read.content === undefined
      ? []
      : [read.content];
  });
}

/** The documents of a YAML file. */
export function documentsOf(file: string): unknown[] {
  return parseAll(readFileSync(file, 'utf8'));
}

/** All definitions of some folders of `../shared/crds`. */
export function definitionsOf(...folders: string[]): unknown[] {
  return folders.flatMap(folder =>
    readdirSync(join(CRDS, folder))
      .filter(file => file.endsWith('.yaml'))
      .flatMap(file => documentsOf(join(CRDS, folder, file))),
  );
}
