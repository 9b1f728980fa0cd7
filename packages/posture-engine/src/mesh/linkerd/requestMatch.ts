/**
 * Which requests one match of a route takes, and how precisely it says so: of
 * several that take a request the most precise decides. As `linkerd-http-route`
 * of the proxy matches and compares.
 */
import { GrpcRoute, HttpRoute } from '../../snapshot/kinds';
import { RegularExpression } from '../../network/cilium/regularExpression';
import { HttpRequest } from '../authorization';
import {
  ALWAYS,
  Formula,
  NEVER,
  all,
  any,
  truth,
  unknown,
} from '../authorization/formula';
import { requestTest, valueTest } from '../authorization/facts';
import { Pattern } from '../authorization/patterns';
import { entryOf } from '../podFields';

type Rule<R extends HttpRoute | GrpcRoute> = NonNullable<
  NonNullable<R['spec']>['rules']
>[number];
export type HttpMatch = NonNullable<Rule<HttpRoute>['matches']>[number];
export type GrpcMatch = NonNullable<Rule<GrpcRoute>['matches']>[number];
type Condition = NonNullable<HttpMatch['headers']>[number];

/**
 * By what a match is preferred to others: each part counts where those before
 * it are equal. `path` is a number of characters; a regular expression counts
 * with those of the path that it takes.
 */
export interface Precision {
  host: number;
  path: number | 'whole';
  others: readonly number[];
}

/** One of a route's matches, under one of its host names or under all hosts. */
export interface RequestMatch {
  precision: Precision;
  /** Whether it takes a request of which not everything need be known. */
  takes(request: HttpRequest): Formula;
}

/** No host name comes before all; then suffixes by length, then whole names. */
export interface HostMatch {
  precision: number;
  takes(host: string | undefined): Formula;
}

const ANY_HOST: HostMatch = { precision: -1, takes: () => ALWAYS };
const WHOLE_NAME = 1000;

export function hostMatches(hostnames: readonly string[]): HostMatch[] {
  return hostnames.length === 0 ? [ANY_HOST] : hostnames.map(hostMatch);
}

function hostMatch(written: string): HostMatch {
  const name = written.toLowerCase();
  const suffix = name.startsWith('*.');
  const text = suffix ? name.slice(1) : name;
  return {
    precision: suffix ? text.length : WHOLE_NAME + text.length,
    takes: host =>
      valueTest(
        'host',
        [{ kind: suffix ? 'suffix' : 'exact', text, written: name }],
        host === undefined ? undefined : hostNameOf(host),
      ),
  };
}

/** Without a port, and without the dot that ends a whole name. */
function hostNameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
}

/** A text says why the proxy is never told of the route that holds such a match. */
export function httpMatch(
  host: HostMatch,
  { path, method, headers = [], queryParams = [] }: HttpMatch,
): RequestMatch | string {
  const ofPath = pathMatch(path ?? {});
  const conditions = [...headers, ...queryParams];
  const odd = conditions.find(({ type = 'Exact' }) => !isReadable(type));
  if (typeof ofPath === 'string' || odd) {
    return typeof ofPath === 'string'
      ? ofPath
      : `it compares by ${odd?.type}, which Linkerd does not know`;
  }
  return {
    precision: {
      host: host.precision,
      path: ofPath.precision,
      others: [
        method === undefined ? 0 : 1,
        headers.length,
        queryParams.length,
      ],
    },
    takes: request =>
      all([
        host.takes(request.host),
        method === undefined
          ? ALWAYS
          : valueTest('method', [exact(method)], request.method),
        ofPath.takes(pathOf(request)),
        ...headers.map(header => headerTest(header, request)),
        ...queryParams.map(parameter => queryTest(parameter, request)),
      ]),
  };
}

export function isReadable(type: string): boolean {
  return type === 'Exact' || type === 'RegularExpression';
}

export function exact(text: string): Pattern {
  return { kind: 'exact', text, written: text };
}

/** The path of a request, without its query. */
export function pathOf({ path }: HttpRequest): string | undefined {
  return path?.split('?', 1)[0];
}

function pathMatch({
  type = 'PathPrefix',
  value = '/',
}: NonNullable<HttpMatch['path']>):
  | {
      precision: Precision['path'];
      takes(path: string | undefined): Formula;
    }
  | string {
  if (type === 'RegularExpression') {
    return {
      precision: 'whole',
      takes: path => expressionTest('path', value, path),
    };
  }
  if (!value.startsWith('/')) {
    return `its path ${value} does not begin with a slash`;
  }
  if (type === 'Exact') {
    return {
      precision: value.length,
      takes: path => valueTest('path', [exact(value)], path),
    };
  }
  if (type !== 'PathPrefix') {
    return `it compares paths by ${type}, which Linkerd does not know`;
  }
  const prefix = value.replace(/\/+$/, '');
  return {
    precision: value === '/' ? 1 : prefix.length,
    takes: path =>
      prefix === ''
        ? ALWAYS
        : valueTest(
            'path',
            [
              exact(prefix),
              { kind: 'prefix', text: `${prefix}/`, written: `${prefix}/*` },
            ],
            path,
          ),
  };
}

/** Repetitions that give up early and alternatives may end a match before the end of the text, where a whole match is asked for. */
const MAY_STOP_EARLY = /\||[?*+}]\?/;

/** Rust's expressions: the leftmost match must be the whole text. */
function expressionTest(
  attribute: string,
  source: string,
  value: string | undefined,
): Formula {
  if (value === undefined) {
    return requestTest(attribute, [{ kind: 'opaque', written: source }], true);
  }
  const expression = RegularExpression.create(source);
  if (!expression) {
    return unknown(`the regular expression ${source} cannot be read here`);
  }
  const whole = expression.matches(value);
  return whole && MAY_STOP_EARLY.test(source)
    ? unknown(
        `whether the regular expression ${source} stops before the end of ${value} cannot be told here`,
      )
    : truth(whole);
}

export function headerTest(
  { type = 'Exact', name, value = '' }: Condition,
  { headers }: HttpRequest,
): Formula {
  const key = name.toLowerCase();
  const attribute = `header ${key}`;
  if (!headers) {
    const pattern: Pattern =
      type === 'Exact' ? exact(value) : { kind: 'opaque', written: value };
    return requestTest(attribute, [pattern], false);
  }
  const sent = entryOf(
    Object.fromEntries(
      Object.entries(headers).map(([header, content]) => [
        header.toLowerCase(),
        content,
      ]),
    ),
    key,
  );
  if (sent === undefined) {
    return NEVER;
  }
  return type === 'Exact'
    ? truth(sent === value)
    : expressionTest(attribute, value, sent);
}

function queryTest(
  { type = 'Exact', name, value = '' }: Condition,
  { path }: HttpRequest,
): Formula {
  const attribute = `query parameter ${name}`;
  if (path === undefined) {
    const pattern: Pattern =
      type === 'Exact' ? exact(value) : { kind: 'opaque', written: value };
    return requestTest(attribute, [pattern], false);
  }
  const start = path.indexOf('?');
  return any(
    new URLSearchParams(start < 0 ? '' : path.slice(start + 1))
      .getAll(name)
      .map(sent =>
        type === 'Exact'
          ? truth(sent === value)
          : expressionTest(attribute, value, sent),
      ),
  );
}

/** What a rule without matches takes: everything, less precisely than any other. */
export function anyRequest(
  host: HostMatch,
  protocol: 'http' | 'grpc',
): RequestMatch {
  return {
    precision: {
      host: host.precision,
      path: protocol === 'http' ? 1 : 0,
      others: protocol === 'http' ? [0, 0, 0] : [0, 0],
    },
    takes: ({ host: name }) => host.takes(name),
  };
}
