/** Where the running demo can be reached, in a file that only its owner can read. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRecord } from '../store/apiObject';

export interface DemoState {
  /** Address of the control endpoint. */
  url: string;
  token: string;
  /** Process that wrote the file. */
  pid: number;
}

/** How a cluster of the demo is changed, for whoever deploys to it. */
export interface ClusterAccess {
  name: string;
  dataPlane: string;
  url: string;
  adminToken: string;
}

export const DEFAULT_STATE_FILE = '.demo/demo-cluster.json';

/** Writes a file that only its owner can read. */
export function writePrivateFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // A file that is there already would keep its wider mode.
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}

export function writeState(
  file: string,
  state: DemoState,
  clusters: readonly ClusterAccess[] = [],
): void {
  const text = JSON.stringify({ ...state, clusters }, undefined, 2);
  writePrivateFile(file, `${text}\n`);
}

/** Removes the file, unless another process has written it since; returns whether it did. */
export function removeState(file: string, pid: number): boolean {
  const own = readState(file)?.pid === pid;
  if (own) {
    rmSync(file, { force: true });
  }
  return own;
}

/** Undefined where no demo has written one. */
export function readState(file: string): DemoState | undefined {
  let state: unknown;
  try {
    state = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  return isRecord(state) &&
    typeof state.url === 'string' &&
    typeof state.token === 'string' &&
    typeof state.pid === 'number'
    ? { url: state.url, token: state.token, pid: state.pid }
    : undefined;
}
