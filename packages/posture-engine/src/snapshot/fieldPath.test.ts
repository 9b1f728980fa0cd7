import fc from 'fast-check';
import { formatPath, parsePath, sameValue, translatePath, valueAt } from '.';

describe('paths to fields', () => {
  it('are written as people write them', () => {
    expect(formatPath(['spec', 'containers', 0, 'image'])).toBe(
      'spec.containers[0].image',
    );
    expect(formatPath(['metadata', 'annotations', 'istio.io/rev'])).toBe(
      "metadata.annotations['istio.io/rev']",
    );
  });

  it('lead back to the steps that they were made of, whatever characters keys have', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat({ max: 99 }), fc.string({ minLength: 1 })), {
          minLength: 1,
        }),
        steps => {
          expect(parsePath(formatPath(steps))).toEqual(steps);
        },
      ),
    );
  });

  it('lead nowhere rather than to what every object inherits', () => {
    const value = { list: ['a'], text: 'x' };
    expect(valueAt(value, 'list[0]')).toBe('a');
    for (const path of ['list[1]', 'constructor', 'list.length.x', 'text[0]']) {
      expect(valueAt(value, path)).toBeUndefined();
    }
  });

  it('find items of a list by their name in another object', () => {
    const pod = {
      containers: [{ name: 'proxy' }, { name: 'app', image: 'a' }],
    };
    const template = { containers: [{ name: 'app', image: 'a' }] };
    expect(translatePath('containers[1].image', pod, template)).toBe(
      'containers[0].image',
    );
    expect(translatePath('containers[0]', pod, template)).toBeUndefined();
  });
});

describe('values that say the same', () => {
  it('may have their keys in another order, and undefined where the other has none', () => {
    expect(sameValue({ a: 1, b: [2] }, { b: [2], a: 1, c: undefined })).toBe(
      true,
    );
    for (const [left, right] of [
      [[], {}],
      [null, undefined],
      [[1, 2], [1]],
      [{ a: 1 }, { a: '1' }],
    ]) {
      expect(sameValue(left, right)).toBe(false);
    }
  });
});
