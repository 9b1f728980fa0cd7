/** Durations as Go writes them, in nanoseconds. */

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const WHOLE = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const LONGEST = (1n << 63n) - 1n;

/** time.ParseDuration: `1h30m`, `-1.5s`, `0`; undefined where it is none, or too long. */
export function parseDuration(text: string): bigint | undefined {
  if (!WHOLE.test(text)) {
    return undefined;
  }
  let total = 0n;
  for (const [, digits, unit] of text.matchAll(PART)) {
    const [whole, fraction = ''] = digits.split('.');
    total += BigInt(whole === '' ? 0 : whole) * BigInt(UNITS[unit]);
    total += BigInt(Math.trunc(Number(`0.${fraction || '0'}`) * UNITS[unit]));
  }
  if (total > LONGEST) {
    return undefined;
  }
  return text.startsWith('-') ? -total : total;
}
