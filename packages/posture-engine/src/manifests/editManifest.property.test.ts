import fc from 'fast-check';
import { stringify } from 'yaml';
import { JsonValue, sameValue } from '../snapshot';
import { applyFix } from '../fixes';
import { editManifest } from './editManifest';
import { parseManifests } from './parse';

const key = fc.constantFrom(
  'a',
  'b',
  'spec',
  'x.y/z',
  "it's",
  '__proto__',
  '1',
);
const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.string({ maxLength: 8 }),
  fc.constantFrom('yes', '012', '1:20', '- a', '# b', 'a: b', '|', '&a', '*a'),
);
const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 3 }) as fc.Arbitrary<JsonValue>,
  ),
}));

describe('editing any manifest', () => {
  it('says what was asked for, or refuses', () => {
    let edited = 0;
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { maxKeys: 4 }),
        fc.array(key, { minLength: 1, maxLength: 3 }),
        fc.option(value, { nil: undefined }),
        fc.constantFrom({}, { collectionStyle: 'flow' as const }),
        (spec, path, wanted, style) => {
          const object = {
            apiVersion: 'v1',
            kind: 'Thing',
            metadata: { name: 'a' },
            spec: { ...spec },
          };
          const text = `# kept\n${stringify(object, {
            version: '1.1',
            ...style,
          })}`;
          const field = ['spec', ...path]
            .map(step => `['${step.replace(/[\\']/g, '\\$&')}']`)
            .join('');
          const reference = { apiVersion: 'v1', kind: 'Thing', name: 'a' };
          const applied = applyFix([object], {
            edits: [{ object: reference, field, value: wanted }],
          });
          let result: string;
          try {
            result = editManifest(text, 1, [{ field, value: wanted }]);
          } catch {
            return;
          }
          edited++;
          expect(result).toContain('# kept');
          expect('objects' in applied).toBe(true);
          const [read] = parseManifests(result, 'a').objects;
          expect(
            'objects' in applied && sameValue(read.object, applied.objects[0]),
          ).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
    expect(edited).toBeGreaterThan(250);
  });
});
