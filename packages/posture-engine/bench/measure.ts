/** Time and memory, as all benches take them. */

/** Milliseconds. */
export function timed<T>(work: () => T): { value: T; milliseconds: number } {
  const start = performance.now();
  const value = work();
  return { value, milliseconds: performance.now() - start };
}

export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[
    Math.floor(values.length / 2)
  ];
}

/** Mebibytes in use, after everything that can go has gone. */
export function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

export function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
