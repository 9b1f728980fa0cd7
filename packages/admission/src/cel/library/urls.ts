/** `url`, `isURL` and what a URL can be asked, per apiserver's `cel/library/urls.go`. */
import {
  CelScalar,
  CelValue,
  celFunc,
  celMethod,
  listType,
  mapType,
} from '@bufbuild/cel';
import {
  ParsedUrl,
  hostnameOf,
  parseRequestUri,
  parseUrl,
  portOf,
  queryOf,
} from '../../urls';
import { opaque, requireText } from '../opaque';

const { BOOL, DYN, STRING } = CelScalar;

function urlOf(value: CelValue): ParsedUrl {
  const url = parseUrl(requireText(value, 'url'));
  if (!url) {
    throw new Error('it is no URL');
  }
  return url;
}

function textMethod(name: string, read: (url: ParsedUrl) => string) {
  return celMethod(name, DYN, [], STRING, function ask() {
    return read(urlOf(this));
  });
}

export const URLS = [
  celFunc('isURL', [STRING], BOOL, text => parseRequestUri(text) !== undefined),
  celFunc('url', [STRING], DYN, text => {
    if (!parseUrl(text)) {
      throw new Error(`"${text}" is no URL`);
    }
    return opaque('url', text);
  }),
  textMethod('getScheme', ({ scheme }) => scheme),
  textMethod('getHost', ({ host }) => host),
  textMethod('getHostname', ({ host }) => hostnameOf(host)),
  textMethod('getPort', ({ host }) => portOf(host)),
  textMethod('getEscapedPath', ({ path }) => encodeURI(decodePath(path))),
  celMethod(
    'getQuery',
    DYN,
    [],
    mapType(STRING, listType(STRING)),
    function ask() {
      return queryOf(urlOf(this).query);
    },
  ),
];

function decodePath(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
