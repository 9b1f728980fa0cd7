/** `quantity`, per apiserver's `cel/library/quantity.go`, and `semver`, whose comparisons have the same names. */
import { CelScalar, CelValue, celFunc, celMethod } from '@bufbuild/cel';
import { Quantity, parseQuantity, textOfQuantity } from '../../quantities';
import { compareVersions, parseVersion } from '../../versions';
import { opaque, requireText, textOf } from '../opaque';

const { BOOL, DOUBLE, DYN, INT, STRING } = CelScalar;

const UNIT = 1_000_000_000n;
const LARGEST = (1n << 63n) - 1n;

function quantityOf(value: CelValue): Quantity {
  const text =
    typeof value === 'bigint'
      ? value.toString()
      : requireText(value, 'quantity');
  const quantity = parseQuantity(text);
  if (!quantity) {
    throw new Error(`"${text}" is no quantity`);
  }
  return quantity;
}

function versionOf(text: string, normalize: boolean) {
  const version = parseVersion(text, normalize);
  if (!version) {
    throw new Error(`"${text}" is no semantic version`);
  }
  return version;
}

function compare(left: CelValue, right: CelValue): number {
  const version = textOf(left, 'semver');
  if (version !== undefined) {
    return compareVersions(
      versionOf(version, false),
      versionOf(requireText(right, 'semver'), false),
    );
  }
  const [first, second] = [quantityOf(left).nano, quantityOf(right).nano];
  return first < second ? -1 : Number(first > second);
}

function isWhole({ nano }: Quantity): boolean {
  return nano % UNIT === 0n && nano / UNIT <= LARGEST;
}

function numberMethod(name: 'major' | 'minor' | 'patch') {
  return celMethod(name, DYN, [], INT, function ask() {
    return BigInt(versionOf(requireText(this, 'semver'), false)[name]);
  });
}

function arithmetic(name: string, sign: 1n | -1n) {
  return celMethod(name, DYN, [DYN], DYN, function ask(other) {
    return opaque(
      'quantity',
      textOfQuantity({
        nano: quantityOf(this).nano + sign * quantityOf(other).nano,
      }),
    );
  });
}

export const QUANTITIES = [
  celFunc(
    'isQuantity',
    [STRING],
    BOOL,
    text => parseQuantity(text) !== undefined,
  ),
  celFunc('quantity', [STRING], DYN, text =>
    // One text for equal values, so that they are equal.
    opaque('quantity', textOfQuantity(quantityOf(opaque('quantity', text)))),
  ),
  celFunc('sign', [DYN], INT, value => {
    const { nano } = quantityOf(value);
    return nano < 0n ? -1n : BigInt(nano > 0n);
  }),
  celMethod('isInteger', DYN, [], BOOL, function ask() {
    return isWhole(quantityOf(this));
  }),
  celMethod('asInteger', DYN, [], INT, function ask() {
    const quantity = quantityOf(this);
    if (!isWhole(quantity)) {
      throw new Error('cannot convert value to integer');
    }
    return quantity.nano / UNIT;
  }),
  celMethod('asApproximateFloat', DYN, [], DOUBLE, function ask() {
    return Number(quantityOf(this).nano) / Number(UNIT);
  }),
  arithmetic('add', 1n),
  arithmetic('sub', -1n),
  celMethod('isGreaterThan', DYN, [DYN], BOOL, function ask(other) {
    return compare(this, other) > 0;
  }),
  celMethod('isLessThan', DYN, [DYN], BOOL, function ask(other) {
    return compare(this, other) < 0;
  }),
  celMethod('compareTo', DYN, [DYN], INT, function ask(other) {
    return BigInt(compare(this, other));
  }),
  celFunc(
    'isSemver',
    [STRING],
    BOOL,
    text => parseVersion(text, false) !== undefined,
  ),
  celFunc(
    'isSemver',
    [STRING, BOOL],
    BOOL,
    (text, normalize) => parseVersion(text, normalize) !== undefined,
  ),
  celFunc('semver', [STRING], DYN, text =>
    opaque('semver', versionOf(text, false).text),
  ),
  celFunc('semver', [STRING, BOOL], DYN, (text, normalize) =>
    opaque('semver', versionOf(text, normalize).text),
  ),
  numberMethod('major'),
  numberMethod('minor'),
  numberMethod('patch'),
];
