/** Third-party cases with known outcomes, kept beside the project. Tests that need them are skipped by name where they are absent. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const FOLDER = resolve(__dirname, '../../../../../shared/conformance');

/** `describe`, or a named skip that says why where the file is absent. */
export function describeConformance(file: string, tests: () => void): void {
  if (existsSync(resolve(FOLDER, file))) {
    describe(`conformance: ${file}`, () => {
      tests();
    });
  } else {
    // eslint-disable-next-line jest/no-disabled-tests -- the data is not part of the project, and the name says that it is missing
    describe.skip(`conformance: ${file} (skipped: ${FOLDER} is not there)`, () => {
      tests();
    });
  }
}

/** A JSON file of the conformance data; undefined where it is absent. */
export function readConformance<T>(file: string): T | undefined {
  const path = resolve(FOLDER, file);
  return existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as T)
    : undefined;
}

/** The lines of a file, compressed or not, a JSON value each; none where it is absent. */
export function readConformanceLines<T>(file: string): T[] {
  const path = resolve(FOLDER, file);
  if (!existsSync(path)) {
    return [];
  }
  const bytes = readFileSync(path);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    .toString('utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T);
}

/** A file of the conformance data as text; undefined where it is absent. */
export function readConformanceText(file: string): string | undefined {
  const path = resolve(FOLDER, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
