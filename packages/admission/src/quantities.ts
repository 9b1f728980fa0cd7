/** Kubernetes quantities (`100m`, `1.5Gi`, `2e3`) as exact fractions. */

/** `numerator / 10^9`: finer parts than a billionth are rounded up, as Kubernetes does. */
export interface Quantity {
  nano: bigint;
}

const QUANTITY =
  /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;

const SCALES: Readonly<Record<string, readonly [base: bigint, power: number]>> =
  {
    Ki: [1024n, 1],
    Mi: [1024n, 2],
    Gi: [1024n, 3],
    Ti: [1024n, 4],
    Pi: [1024n, 5],
    Ei: [1024n, 6],
    n: [10n, -9],
    u: [10n, -6],
    m: [10n, -3],
    k: [10n, 3],
    M: [10n, 6],
    G: [10n, 9],
    T: [10n, 12],
    P: [10n, 15],
    E: [10n, 18],
  };

const NANO = 9;
/** An exponent beyond it is no quantity that anybody means, and would take long to write out. */
const LARGEST_EXPONENT = 100;

/** Undefined where the text is no quantity. */
export function parseQuantity(text: string): Quantity | undefined {
  const [, sign, digits, suffix = ''] = QUANTITY.exec(text) ?? [];
  if (digits === undefined) {
    return undefined;
  }
  const [whole, fraction = ''] = digits.split('.');
  const [base, power] = Object.hasOwn(SCALES, suffix)
    ? SCALES[suffix]
    : ([10n, suffix === '' ? 0 : Number(suffix.slice(1))] as const);
  if (Math.abs(power) > LARGEST_EXPONENT) {
    return undefined;
  }
  const isBinary = base === 1024n;
  const mantissa =
    BigInt(whole + fraction) * (isBinary ? base ** BigInt(power) : 1n);
  const exponent = (isBinary ? 0 : power) - fraction.length + NANO;
  const nano =
    exponent >= 0
      ? mantissa * 10n ** BigInt(exponent)
      : roundedUp(mantissa, 10n ** BigInt(-exponent));
  return { nano: sign === '-' ? -nano : nano };
}

function roundedUp(numerator: bigint, divisor: bigint): bigint {
  return (numerator + divisor - 1n) / divisor;
}

/** The same value as text that {@link parseQuantity} reads. */
export function textOfQuantity({ nano }: Quantity): string {
  return nano % 10n ** BigInt(NANO) === 0n
    ? `${nano / 10n ** BigInt(NANO)}`
    : `${nano}n`;
}
