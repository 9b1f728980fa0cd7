import fc from 'fast-check';
import { Admission } from '.';
import { BUILTIN_SEEDS } from './testing/builtinSeeds';
import { definitionsOf, describeWithData, parseAll } from './testing/crds';
import { ISTIO_SEEDS } from './testing/istioSeeds';
import { drawFrom, mutate, pick } from './testing/mutations';

const VERDICTS = ['admitted', 'refused', 'unknown'];

describe('a review', () => {
  it('has a verdict for whatever is given, and the same one again', () => {
    const admission = Admission.create({ definitions: [] });
    const seeds = parseAll(BUILTIN_SEEDS);
    fc.assert(
      fc.property(fc.integer(), fc.jsonValue(), (seed, json) => {
        const draw = drawFrom(seed);
        const object = mutate(pick(draw, seeds), draw);
        for (const given of [object, { ...object, metadata: json }, json]) {
          const review = admission.review(given);
          expect(VERDICTS).toContain(review.verdict);
          expect(admission.review(given)).toEqual(review);
          expect(review.verdict === 'refused').toBe(review.errors.length > 0);
        }
      }),
    );
  });

  it('leaves the object as it was', () => {
    const admission = Admission.create({ definitions: [] });
    const draw = drawFrom(7);
    for (const seed of parseAll(BUILTIN_SEEDS)) {
      const object = mutate(seed, draw);
      const before = JSON.stringify(object);
      admission.review(object);
      expect(JSON.stringify(object)).toBe(before);
    }
  });
});

describeWithData('a review by a definition that is wrong', () => {
  it('has a verdict too, whatever is wrong with the definition', () => {
    const definitions = definitionsOf('istio');
    const seeds = parseAll(ISTIO_SEEDS);
    const counts = { admitted: 0, refused: 0, unknown: 0 };
    fc.assert(
      fc.property(fc.integer(), seed => {
        const draw = drawFrom(seed);
        const object = pick(draw, seeds) as { kind: string };
        const definition = definitions.find(
          candidate =>
            (candidate as { spec: { names: { kind: string } } }).spec.names
              .kind === object.kind,
        );
        let changed: unknown = definition;
        for (let time = 0; time < 10; time++) {
          changed = mutate(changed, draw);
        }
        const { verdict } = Admission.create({
          definitions: [changed],
        }).review(object);
        counts[verdict]++;
      }),
    );
    expect(counts.unknown).toBeGreaterThan(0);
    expect(counts.admitted).toBeGreaterThan(0);
  });
});
