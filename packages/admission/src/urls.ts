/** URLs as Go's net/url reads them, which is neither WHATWG's way nor RFC 3986 to the letter. */

import { parseAddress } from './networkNames';

export interface ParsedUrl {
  scheme: string;
  /** With the port. */
  host: string;
  /** As it is written. */
  path: string;
  query: string;
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
// eslint-disable-next-line no-control-regex -- Control characters are what this is about
const CONTROL = /[\u0000-\u001f\u007f]/;
/** What `shouldEscape` leaves alone in a host, and everything beyond ASCII. */
const HOST = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]*$/u;
/** In a host only bytes beyond ASCII may be escaped, and the percent sign. */
const BAD_HOST_ESCAPE = /%(?!25|[89A-Fa-f][0-9A-Fa-f])/;
const USER = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;

/** url.ParseRequestURI: an absolute URI, or an absolute path. A fragment is part of what it stands behind. */
export function parseRequestUri(text: string): ParsedUrl | undefined {
  return parse(text, true);
}

/** url.Parse of what {@link parseRequestUri} takes: the fragment is cut off. */
export function parseUrl(text: string): ParsedUrl | undefined {
  if (!parseRequestUri(text)) {
    return undefined;
  }
  const hash = text.indexOf('#');
  return parse(hash < 0 ? text : text.slice(0, hash), false);
}

function parse(text: string, viaRequest: boolean): ParsedUrl | undefined {
  if (CONTROL.test(text) || (text === '' && viaRequest)) {
    return undefined;
  }
  if (text === '*') {
    return { scheme: '', host: '', path: '*', query: '' };
  }
  const schemed = splitScheme(text);
  if (!schemed) {
    return undefined;
  }
  let { rest } = schemed;
  const { scheme } = schemed;
  let query = '';
  const mark = rest.indexOf('?');
  if (mark >= 0) {
    query = rest.slice(mark + 1);
    rest = rest.slice(0, mark);
  }
  if (!rest.startsWith('/')) {
    if (scheme !== '') {
      // Rootless, as in `mailto:a@b`: Go calls it opaque.
      return { scheme, host: '', path: '', query };
    }
    if (viaRequest) {
      return undefined;
    }
    const [first] = rest.split('/', 1);
    if (first.includes(':')) {
      return undefined;
    }
  }
  let host = '';
  const hasAuthority =
    rest.startsWith('//') &&
    (scheme !== '' || (!viaRequest && !rest.startsWith('///')));
  if (hasAuthority) {
    const slash = rest.indexOf('/', 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? '' : rest.slice(slash);
    const read = hostOf(scheme, authority);
    if (read === undefined) {
      return undefined;
    }
    host = read;
  }
  return BAD_ESCAPE.test(rest)
    ? undefined
    : { scheme, host, path: rest, query };
}

/** Undefined where a colon comes first, which would be a scheme without a name. */
function splitScheme(
  text: string,
): { scheme: string; rest: string } | undefined {
  const colon = text.indexOf(':');
  const before = colon < 0 ? '' : text.slice(0, colon);
  if (colon === 0) {
    return undefined;
  }
  return SCHEME.test(before)
    ? { scheme: before.toLowerCase(), rest: text.slice(colon + 1) }
    : { scheme: '', rest: text };
}

function hostOf(scheme: string, authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? '' : authority.slice(0, at);
  if (!USER.test(user) || BAD_ESCAPE.test(user)) {
    return undefined;
  }
  const host = authority.slice(at + 1);
  if (host.includes('[')) {
    return isBracketed(host) ? host : undefined;
  }
  // Of several colons the first counts for the web, the last for lists of database hosts.
  const isWeb = scheme === 'http' || scheme === 'https';
  const colon = isWeb ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0 && !isPort(host.slice(colon))) {
    return undefined;
  }
  return HOST.test(host) && !BAD_HOST_ESCAPE.test(host)
    ? decodeHost(host)
    : undefined;
}

/** Only IPv6 addresses stand in brackets, perhaps with a zone behind `%25`. */
function isBracketed(host: string): boolean {
  const [, literal, port] = /^\[([^[]*)\]([^\]]*)$/.exec(host) ?? [];
  if (literal === undefined || !isPort(port)) {
    return false;
  }
  const [address, ...zone] = literal.split('%25');
  return (
    address.includes(':') &&
    parseAddress(address) !== undefined &&
    (zone.length === 0 || zone.join('') !== '')
  );
}

function decodeHost(host: string): string {
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
}

function isPort(text: string): boolean {
  return text === '' || /^:\d*$/.test(text);
}

/** url.URL.Hostname: without port and brackets. */
export function hostnameOf(host: string): string {
  const bracketed = /^\[(.*)\](?::\d*)?$/.exec(host);
  return bracketed ? bracketed[1] : host.replace(/:\d*$/, '');
}

/** url.URL.Port: '' where there is none. */
export function portOf(host: string): string {
  return /:(\d*)$/.exec(host.replace(/^\[.*\]/, ''))?.[1] ?? '';
}

/** url.URL.Query: what cannot be decoded is left out. */
export function queryOf(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) {
      continue;
    }
    const [name, ...rest] = part.split('=');
    const key = unescape(name);
    const value = unescape(rest.join('='));
    if (key !== undefined && value !== undefined) {
      values.set(key, [...(values.get(key) ?? []), value]);
    }
  }
  return values;
}

function unescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return undefined;
  }
}
