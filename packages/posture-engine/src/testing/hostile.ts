/** Objects as nobody should write them: valid ones with something wrong put in, wherever it fits. */
import fc from 'fast-check';
import type { JsonValue, KubernetesObject } from '../snapshot';

function deep(levels: number): JsonValue {
  let value: JsonValue = {};
  for (let level = 0; level < levels; level++) {
    value = level % 2 === 0 ? [value] : { matchLabels: value };
  }
  return value;
}

const HOSTILE: readonly JsonValue[] = [
  null,
  true,
  0,
  -1,
  0.5,
  65_536,
  1e300,
  '',
  '*',
  '8080',
  '99999999999999999999',
  'ANY',
  'constructor',
  '__proto__',
  'x'.repeat(1_000),
  '\ud800',
  '10.0.0.0/33',
  '::/129',
  '10.0.0.0/8/8',
  '::ffff:10.0.0.1/100',
  '300.1.1.1',
  "app == '",
  'has(',
  'app in {',
  '!'.repeat(1_000),
  '('.repeat(20_000),
  [],
  [null],
  [[]],
  [{}],
  {},
  { matchLabels: { constructor: 'x' } },
  { matchLabels: { app: 1 } },
  { matchExpressions: [{ key: 'app', operator: 'Like', values: ['x'] }] },
  { matchExpressions: [{ key: 'app', operator: 'In' }] },
  { matchExpressions: [{ key: '', operator: 'NotIn', values: [] }] },
  { matchExpressions: [{}] },
  { port: -1, endPort: 'x', protocol: 'QUIC' },
  { cidr: 'nowhere', except: ['::/0'] },
  { action: 'Perhaps' },
  Array.from({ length: 300 }, (_, index) => ({ port: index })),
  deep(20_000),
];

/** How often a step goes down rather than stops is up to the numbers. */
const fault = fc.record({
  steps: fc.array(fc.nat({ max: 1_000 }), { minLength: 1, maxLength: 8 }),
  what: fc.constantFrom('replace', 'remove', 'repeat'),
  value: fc.constantFrom(...HOSTILE),
});

/** The spec, or one of the specs, is no more what it was. */
export function spoiled(
  objects: fc.Arbitrary<KubernetesObject>,
): fc.Arbitrary<KubernetesObject> {
  return fc
    .tuple(objects, fc.array(fault, { minLength: 1, maxLength: 3 }))
    .map(([object, faults]) =>
      faults.reduce<KubernetesObject>((current, { steps, what, value }) => {
        const { apiVersion, kind, metadata, ...rest } = current;
        return {
          ...(change(rest as JsonValue, steps, what, value) as object),
          apiVersion,
          kind,
          metadata,
        };
      }, object),
    );
}

function change(
  value: JsonValue,
  [step, ...steps]: readonly number[],
  what: string,
  hostile: JsonValue,
): JsonValue {
  if (step === undefined || typeof value !== 'object' || value === null) {
    return hostile;
  }
  const keys = Object.keys(value);
  if (keys.length === 0) {
    return hostile;
  }
  const key = keys[step % keys.length];
  const isLast = steps.length === 0;
  if (Array.isArray(value)) {
    const index = Number(key);
    if (isLast && what === 'remove') {
      return value.filter((_, item) => item !== index);
    }
    if (isLast && what === 'repeat') {
      return value.flatMap(item => Array<JsonValue>(50).fill(item));
    }
    return value.map((item, at) =>
      at === index ? change(item, steps, what, hostile) : item,
    );
  }
  if (isLast && what === 'remove') {
    const { [key]: _, ...others } = value;
    return others;
  }
  return { ...value, [key]: change(value[key], steps, what, hostile) };
}
