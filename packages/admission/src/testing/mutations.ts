/** Objects changed a little, and often for the worse: what people get wrong, and what the hostile try. */

type Draw = () => number;
type Fields = Record<string, unknown>;

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(draw: Draw, values: readonly T[]): T {
  return values[Math.floor(draw() * values.length)];
}

const TEXTS: readonly string[] = [
  ...['', ' ', '*', '*.example.com', '*.shop', 'a*b', '-a', 'A_b', 'web'],
  ...['x'.repeat(64), 'x'.repeat(254), 'a.b.', '1.2', 'web.example.com'],
  ...['STRICT', 'strict', 'ALLOW', 'DENY', 'CUSTOM', 'AUDIT', 'SIMPLE'],
  ...['MUTUAL', 'ISTIO_MUTUAL', 'PASSTHROUGH', 'NONE', 'DNS', 'STATIC'],
  ...['HTTP', 'HTTPS', 'TLS', 'TCP', 'grpc', 'UPSERT', 'Exists', 'Ingress'],
  ...['1.2.3', '1.2.3.4', '010.0.0.1', '10.0.0.0/8', '10.0.0.0/33', '::1'],
  ...['fe80::/10', '::ffff:1.2.3.4', '80', '0', '65536', '127.0.0.1:80'],
  ...['5s', '1h30m', '-5s', '1d', '0.5ms', '0s', '1.5ms', 'http://a'],
  ...['#%x', '/a/{*}/b', '/{**}/{*}', '/a{b}', 'request.headers[x]'],
  ...['request.headers', 'source.ip', 'foo.bar', 'source.principal'],
  ...['unix:///a', 'unix://@a', 'unix:///a/', 'a/b', 'a/b/c', './*', '~/*'],
  ...['shop/web', '*/*', '.', '~', 'eu/*', 'a+(', '5xx,foo', ':path'],
  ...['%A%', '%A', 'host', 'true', 'T', 'yes', 'a == b', 'a ==', '{}'],
];
const NUMBERS = [0, 1, -1, 99, 200, 65535, 65536, 2147483648, 1.5, 1e21];
const STRANGE: readonly unknown[] = [
  ...TEXTS,
  ...NUMBERS,
  ...[true, false, null, [], {}, [null], [''], ['a', 'a'], { '': '' }],
  ...[{ a: 'b' }, [{}], [[]]],
];

/** Something of the same type, so that the schema may still allow it. */
function likewise(value: unknown, draw: Draw): unknown {
  switch (typeof value) {
    case 'string':
      return pick(draw, TEXTS);
    case 'number':
      return pick(draw, NUMBERS);
    case 'boolean':
      return !value;
    default:
      return Array.isArray(value) ? [...value, ...value] : {};
  }
}

interface Place {
  holder: Fields | unknown[];
  key: string | number;
}

function placesIn(value: unknown): Place[] {
  if (Array.isArray(value)) {
    return value.flatMap((inner, key) => [
      { holder: value, key },
      ...placesIn(inner),
    ]);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => [
      { holder: value as Fields, key },
      ...placesIn(inner),
    ]);
  }
  return [];
}

const CHANGES = [
  ...['likewise', 'likewise', 'likewise', 'likewise', 'likewise', 'likewise'],
  ...['remove', 'remove', 'replace', 'add', 'repeat'],
];

function change({ holder, key }: Place, draw: Draw): void {
  const fields = holder as Record<string | number, unknown>;
  switch (pick(draw, CHANGES)) {
    case 'likewise':
      fields[key] = likewise(fields[key], draw);
      break;
    case 'remove':
      if (Array.isArray(holder)) {
        holder.splice(Number(key), 1);
      } else {
        delete holder[key];
      }
      break;
    case 'replace':
      fields[key] = structuredClone(pick(draw, STRANGE));
      break;
    case 'add':
      if (Array.isArray(holder)) {
        holder.push(structuredClone(pick(draw, STRANGE)));
      } else {
        holder[pick(draw, ['extra', 'name', 'mode', 'port', 'a-b'])] =
          structuredClone(pick(draw, STRANGE));
      }
      break;
    default:
      if (Array.isArray(holder)) {
        holder.push(structuredClone(holder[Number(key)]));
      } else {
        fields[`${key}Copy`] = structuredClone(fields[key]);
      }
  }
}

/** A copy with one to three changes, anywhere but in what it is and its name's being there. */
export function mutate(object: unknown, draw: Draw): Fields {
  const copy = structuredClone(object) as Fields;
  const times = 1 + Math.floor(draw() * 3);
  for (let time = 0; time < times; time++) {
    const places = placesIn(copy).filter(
      ({ holder, key }) =>
        !(
          holder === copy &&
          ['apiVersion', 'kind', 'metadata'].includes(String(key))
        ) &&
        !(
          holder === copy.metadata &&
          ['name', 'namespace'].includes(String(key))
        ),
    );
    if (places.length > 0) {
      change(pick(draw, places), draw);
    }
  }
  return copy;
}
