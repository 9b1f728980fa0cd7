/**
 * The formats of text that an API server checks, per kube-openapi's `strfmt`;
 * formats that it does not know say nothing, and a few rare ones are not read
 * here (they are no part of any schema we have seen).
 */
import { parseDuration } from '../durations';
import { parseAddress, parseBlock } from '../networkNames';
import { isFound } from '../patterns';
import { parseRequestUri } from '../urls';

const SHORT_NAME = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/;
const UNIT =
  /\d+\s*(?:ns|us|µs|ms|s|sec|m|min|h|hr|d|w|wk|nano\w*|micro\w*|milli\w*|hour\w*|day\w*|week\w*)(?![a-zµ])/i;
const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;
const HOSTNAME =
  '^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$';

/** A day of the calendar. */
export function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) {
    return false;
  }
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year));
  return (
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day)
  );
}

export function isDateTime(text: string): boolean {
  const [date, time, ...rest] = text.toLowerCase().split('t');
  const [, hour, minute, second] = TIME.exec(time ?? '') ?? [];
  return (
    rest.length === 0 &&
    isDate(date) &&
    hour !== undefined &&
    hour <= '23' &&
    minute <= '59' &&
    second <= '59'
  );
}

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  byte: text => BASE64.test(text),
  cidr: text => parseBlock(withoutZeros(text)) !== undefined,
  date: isDate,
  datetime: isDateTime,
  // Go's form, or one with longer words for its units, as Scala has them.
  duration: text => parseDuration(text) !== undefined || UNIT.test(text),
  hostname: text =>
    text.length <= 255 &&
    text.split('.').every(part => part.length <= 63) &&
    isFound(HOSTNAME, text),
  ipv4: text => text.includes('.') && isAddress(text),
  ipv6: text => text.includes(':') && isAddress(text),
  k8slongname: text =>
    text.length <= 253 &&
    new RegExp(`^${SHORT_NAME}(\\.${SHORT_NAME})*$`).test(text),
  k8sshortname: text =>
    text.length <= 63 && new RegExp(`^${SHORT_NAME}$`).test(text),
  mac: text =>
    /^(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}(?:\1[0-9a-f]{2}\1[0-9a-f]{2})?|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2,3})$/i.test(
      text,
    ),
  password: () => true,
  uri: text => parseRequestUri(text) !== undefined,
  uuid: text => /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(text),
  hexcolor: text => /^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(text),
};

/** Known to the API server, and not read here. */
const UNREAD: ReadonlySet<string> = new Set([
  'bsonobjectid',
  'creditcard',
  'email',
  'isbn',
  'isbn10',
  'isbn13',
  'rgbcolor',
  'ssn',
  'uuid3',
  'uuid4',
  'uuid5',
]);

function isAddress(text: string): boolean {
  return parseAddress(withoutZeros(text)) !== undefined;
}

/** Addresses in these formats may have zeros in front, as before Go 1.17. */
function withoutZeros(text: string): string {
  return text.includes(':') ? text : text.replace(/(^|\.)0+(?=\d)/g, '$1');
}

/** Whether a text has a format; undefined where that is not read here, true for formats that nobody checks. */
export function hasFormat(format: string, text: string): boolean | undefined {
  const name = format.replace(/-/g, '');
  if (UNREAD.has(name)) {
    return undefined;
  }
  return Object.hasOwn(CHECKS, name) ? CHECKS[name](text) : true;
}
