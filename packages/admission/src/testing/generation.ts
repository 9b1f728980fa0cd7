/** Objects that a schema describes, with something wrong now and then. */
import { Schema, entrySchemaOf } from '../structural/Schema';
import { pick } from './mutations';

type Draw = () => number;

const DEEPEST = 7;

const TEXTS = [
  ...['', 'a', 'web', 'a.b', 'a-b', 'example.com', '*', '*.a.com', 'http'],
  ...['10.0.0.1', '10.0.0.0/8', '::1', '/a', 'http://a.b/c', 'unix:///a'],
  ...['5s', '0s', '1h', 'bad', '2026-01-01T00:00:00Z', 'YQ==', 'x'.repeat(70)],
];
const NUMBERS = [0, 1, 2, 80, 443, 100, 65535, 65536, -1, 1.5];

/** A value for a schema; most often one that it allows as far as types go. */
export function generate(schema: Schema, draw: Draw, depth = 0): unknown {
  if (draw() < 0.01) {
    return pick(draw, [null, '', 'x', 1, true, [], {}]);
  }
  if (schema.enum && draw() < 0.97) {
    return pick(draw, schema.enum);
  }
  if (schema['x-kubernetes-int-or-string']) {
    return draw() < 0.5
      ? pick(draw, NUMBERS)
      : pick(draw, ['80', 'http', '50%']);
  }
  switch (schema.type) {
    case 'string':
      return pick(draw, TEXTS);
    case 'integer':
    case 'number':
      return pick(draw, NUMBERS);
    case 'boolean':
      return draw() < 0.5;
    case 'array':
      return Array.from(
        { length: depth > DEEPEST ? 0 : Math.floor(draw() * 3) },
        () => generate(schema.items ?? {}, draw, depth + 1),
      );
    case 'object':
      return generateFields(schema, draw, depth);
    default:
      return pick(draw, ['x', 1, {}]);
  }
}

function generateFields(schema: Schema, draw: Draw, depth: number): unknown {
  const fields: Record<string, unknown> = {};
  const entries = entrySchemaOf(schema);
  if (entries && depth <= DEEPEST) {
    for (const name of ['a', '80', 'a.b/c', '']) {
      if (draw() < 0.3) {
        fields[name] = generate(entries, draw, depth + 1);
      }
    }
  }
  const names = Object.keys(schema.properties ?? {});
  // The more there are, the less likely is any: else something is always wrong.
  const chance = depth > DEEPEST ? 0 : Math.min(0.5, 2.5 / names.length);
  for (const name of names) {
    const isRequired = schema.required?.includes(name) && draw() < 0.98;
    if (isRequired || draw() < chance) {
      fields[name] = generate(schema.properties?.[name] ?? {}, draw, depth + 1);
    }
  }
  if (draw() < 0.005) {
    fields.unheardOf = 1;
  }
  return fields;
}
