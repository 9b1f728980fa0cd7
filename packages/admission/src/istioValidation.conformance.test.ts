/** Istio's own documents for its CRDs: those without `_err` are taken, those with it refused, for the reason that it gives. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Admission } from '.';
import {
  VALIDATION,
  definitionsOf,
  describeWithData,
  documentsOf,
} from './testing/crds';

describeWithData("istio/api's validation tests", () => {
  it('are all answered as upstream says', () => {
    const admission = Admission.create({ definitions: definitionsOf('istio') });
    const counts = { admitted: 0, refused: 0 };
    const wrong: object[] = [];
    for (const file of readdirSync(VALIDATION)) {
      documentsOf(join(VALIDATION, file)).forEach((document, index) => {
        const { _err, ...object } = document as Record<string, unknown>;
        const review = admission.review(object);
        const expected = _err === undefined ? 'admitted' : 'refused';
        // What a patch of Envoy's configuration holds is left open.
        const isOpen =
          review.unknown.length > 0 && object.kind !== 'EnvoyFilter';
        if (review.verdict !== expected || isOpen) {
          wrong.push({ file, index, expected, review });
        }
        counts[expected]++;
      });
    }
    expect(wrong).toEqual([]);
    expect(counts).toEqual({ admitted: 35, refused: 28 });
  });
});
