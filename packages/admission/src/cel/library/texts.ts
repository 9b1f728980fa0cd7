/** Regular expressions and the named formats, per apiserver's `cel/library/regex.go` and `format.go`. */
import { CelScalar, celFunc, celMethod, listType } from '@bufbuild/cel';
import {
  WrongName,
  wrongLabel,
  wrongLabelValue,
  wrongQualifiedName,
  wrongServiceLabel,
  wrongSubdomain,
} from '../../names';
import { patternOf } from '../../patterns';
import { hasFormat } from '../../structural/formats';
import { opaque, requireText } from '../opaque';

const { DYN, INT, STRING } = CelScalar;
const TEXTS = listType(STRING);

function matchesIn(text: string, pattern: string, most: number): string[] {
  const matcher = patternOf(pattern).matcher(text);
  const found: string[] = [];
  while (found.length < most && matcher.find()) {
    found.push(matcher.group() ?? '');
  }
  return found;
}

/** A name that more may follow. */
function beginning(wrong: WrongName): WrongName {
  return text => wrong(text.replace(/-$/, 'a'));
}

function formatted(format: string): WrongName {
  return text =>
    hasFormat(format, text) ? undefined : `has not the format ${format}`;
}

const FORMATS: Readonly<Record<string, WrongName>> = {
  dns1123Label: wrongLabel,
  dns1123Subdomain: wrongSubdomain,
  dns1035Label: wrongServiceLabel,
  qualifiedName: wrongQualifiedName,
  dns1123LabelPrefix: beginning(wrongLabel),
  dns1123SubdomainPrefix: beginning(wrongSubdomain),
  dns1035LabelPrefix: beginning(wrongServiceLabel),
  labelValue: wrongLabelValue,
  uri: formatted('uri'),
  uuid: formatted('uuid'),
  byte: formatted('byte'),
  date: formatted('date'),
  datetime: formatted('date-time'),
};

export const TEXTS_LIBRARY = [
  celMethod('find', STRING, [STRING], STRING, function ask(pattern) {
    return matchesIn(this, pattern, 1)[0] ?? '';
  }),
  celMethod('findAll', STRING, [STRING], TEXTS, function ask(pattern) {
    return matchesIn(this, pattern, Infinity);
  }),
  celMethod(
    'findAll',
    STRING,
    [STRING, INT],
    TEXTS,
    function ask(pattern, most) {
      return matchesIn(this, pattern, most < 0n ? Infinity : Number(most));
    },
  ),
  ...Object.keys(FORMATS).map(name =>
    celFunc(`format.${name}`, [], DYN, () => opaque('format', name)),
  ),
  // An optional is a list of at most one item here.
  celFunc('format.named', [STRING], listType(DYN), name =>
    Object.hasOwn(FORMATS, name) ? [opaque('format', name)] : [],
  ),
  celMethod('validate', DYN, [STRING], listType(TEXTS), function ask(text) {
    const wrong = FORMATS[requireText(this, 'format')](text);
    return wrong === undefined ? [] : [[wrong]];
  }),
];
