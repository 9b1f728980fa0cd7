/**
 * In a list in brackets, Go's YAML takes a colon at the end of an item for a part
 * of its text, `[2001:db8::]`, where the specification makes it a key.
 */
import { Document, Scalar, isMap, isScalar, visit } from 'yaml';

const AT_THE_END = /:[\],]/;

/** Turns such keys back into text, in place. */
export function keepColons(document: Document, text: string): void {
  if (!AT_THE_END.test(text)) {
    return;
  }
  visit(document, {
    Seq(_, list) {
      list.items.forEach((item, index) => {
        const [pair, ...others] = isMap(item) ? item.items : [];
        if (!pair || others.length > 0 || !isScalar(pair.key)) {
          return;
        }
        const end = pair.key.range?.[1] ?? 0;
        if (AT_THE_END.test(text.slice(end, end + 2))) {
          list.items[index] = new Scalar(`${pair.key.source ?? ''}:`);
        }
      });
    },
  });
}
