/** Names and values of HTTP headers, as routes match and change them. */
import { Fields, fieldOf, isFields, listOf } from '../json';
import { child, key } from '../problems';
import { IstioObject } from './Checks';

const NAME = /^[!#$%&'*+\-.^_`|~A-Za-z0-9]+$/;
const PSEUDO = [':method', ':scheme', ':authority', ':path', ':status'];
const CLAIM = /^@request\.auth\.claims(?:\..+|\[.+\])$/i;
// eslint-disable-next-line no-control-regex -- Control characters are what this is about
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

export function isClaim(name: string): boolean {
  return CLAIM.test(name);
}

/** A header to match, a pseudo-header, or a claim of the caller's token. */
export function wrongMatchedHeader(name: string): string | undefined {
  return isClaim(name) || PSEUDO.includes(name) ? undefined : wrongHeader(name);
}

export function wrongHeader(name: string): string | undefined {
  return NAME.test(name) ? undefined : `"${name}" is no name of a header`;
}

function isHost(name: string): boolean {
  return name.toLowerCase() === 'host';
}

/** To add or set in a request: the host may be, other parts of the first line not. */
function wrongRequestHeader(name: string): string | undefined {
  if (name === '') {
    return 'must have a name';
  }
  return name.startsWith(':') && name.toLowerCase() !== ':authority'
    ? `"${name}" cannot be changed`
    : undefined;
}

/** To take away, or to change in an answer. */
function wrongOtherHeader(name: string): string | undefined {
  if (name === '') {
    return 'must have a name';
  }
  return isHost(name) || name.startsWith(':')
    ? `"${name}" cannot be changed`
    : undefined;
}

/** `headers` of a route: what is added, set and removed, in requests and answers. */
export function checkHeaders(
  object: IstioObject,
  headers: unknown,
  path: string,
): void {
  for (const [side, wrong] of [
    ['request', wrongRequestHeader],
    ['response', wrongOtherHeader],
  ] as const) {
    const changes = fieldOf(headers, side);
    const place = child(path, side);
    for (const verb of ['add', 'set']) {
      const entries = fieldOf(changes, verb);
      for (const [name, value] of Object.entries(
        isFields(entries) ? entries : {},
      )) {
        const field = key(child(place, verb), name);
        object.refuseIf(wrong(name), field);
        object.refuseIf(wrongValue(String(value)), field);
      }
    }
    for (const name of listOf(changes, 'remove')) {
      object.refuseIf(wrongOtherHeader(String(name)), child(place, 'remove'));
    }
  }
}

/** Where the authority is written, in a rewrite and in the headers of a request. */
export function authoritiesIn(rewrite: unknown, headers: unknown): number {
  const request = fieldOf(headers, 'request');
  const written = ['set', 'add'].flatMap(verb => {
    const entries = fieldOf(request, verb);
    return Object.entries(isFields(entries) ? entries : ({} as Fields)).filter(
      ([name, value]) =>
        value !== '' && (isHost(name) || name.toLowerCase() === ':authority'),
    );
  });
  const rewritten = fieldOf(rewrite, 'authority') ?? '';
  return written.length + (rewritten === '' ? 0 : 1);
}

/**
 * What Envoy would make of a value with variables between percent signs,
 * `%NAME%` or `%NAME(...)%`; two percent signs are one.
 */
function wrongValue(value: string): string | undefined {
  return CONTROL.test(value) || !isBalanced(value)
    ? `"${value}" is no value that Envoy can read: percent signs must stand in pairs`
    : undefined;
}

type Expected =
  | 'text'
  | 'name'
  | 'list'
  | 'item'
  | 'in-item'
  | 'comma'
  | 'closing'
  | 'percent';

/** What may follow; undefined where nothing can. */
const NEXT: Readonly<
  Record<Expected, (character: string) => Expected | undefined>
> = {
  text: () => 'text',
  name: character => {
    if (character === '%') {
      return 'text';
    }
    return character === '(' ? 'list' : 'name';
  },
  list: character => {
    if (character === '[') {
      return 'item';
    }
    return character === ' ' ? 'list' : 'in-item';
  },
  item: character => {
    if (character === '"') {
      return 'in-item';
    }
    return character === ' ' ? 'item' : undefined;
  },
  'in-item': character => {
    if (character === ')') {
      return 'percent';
    }
    return character === '"' ? 'comma' : 'in-item';
  },
  comma: character => {
    switch (character) {
      case ',':
        return 'item';
      case ']':
        return 'closing';
      default:
        return character === ' ' ? 'comma' : undefined;
    }
  },
  closing: character => {
    if (character === ')') {
      return 'percent';
    }
    return character === ' ' ? 'closing' : undefined;
  },
  percent: character => {
    if (character === '%') {
      return 'text';
    }
    return character === ' ' ? 'percent' : undefined;
  },
};

function isBalanced(value: string): boolean {
  let expected: Expected | undefined = 'text';
  for (let at = 0; at < value.length && expected; at++) {
    const character = value[at];
    const isDoubled: boolean = character === '%' && value[at + 1] === '%';
    if (expected === 'text' && isDoubled) {
      at++;
    } else if (expected === 'in-item' && character === '\\') {
      if (at + 1 >= value.length) {
        return false;
      }
      at++;
    } else if (expected === 'text' && character === '%') {
      expected = at + 1 < value.length ? 'name' : undefined;
    } else {
      expected = NEXT[expected](character);
    }
  }
  return expected === 'text';
}
