/** What a request is about, read from its method and path the way the real server's RequestInfo is. */

export interface ResourceRequest {
  type: 'resource';
  group: string;
  version: string;
  /** Plural name; may be one that nothing serves. */
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  /** As authorization rules name it: get, list, watch, create, update, patch, delete, deletecollection. */
  verb: string;
}

export interface PathRequest {
  type: 'path';
  path: string;
  /** The method in lower case. */
  verb: string;
}

export type RequestInfo = ResourceRequest | PathRequest;

const VERBS: Record<string, string> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Subresources that a Namespace has itself; anything else below its name is a resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

export function isWatch(query: URLSearchParams): boolean {
  return ['true', '1'].includes(query.get('watch') ?? '');
}

function verbOf(
  method: string,
  name: string | undefined,
  query: URLSearchParams,
): string {
  const verb = VERBS[method] ?? method.toLowerCase();
  if (name !== undefined) {
    return verb;
  }
  if (verb === 'get') {
    return isWatch(query) ? 'watch' : 'list';
  }
  return verb === 'delete' ? 'deletecollection' : verb;
}

function decodeParts(path: string): string[] | undefined {
  try {
    return path
      .split('/')
      .filter(part => part !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined; // a broken escape is a path that nothing is at
  }
}

export function parseRequest(method: string, url: URL): RequestInfo {
  const path: PathRequest = {
    type: 'path',
    path: url.pathname,
    verb: method.toLowerCase(),
  };
  const parts = decodeParts(url.pathname);
  if (!parts) {
    return path;
  }
  const [root] = parts;
  const prefix = root === 'api' ? 2 : 3;
  if ((root !== 'api' && root !== 'apis') || parts.length <= prefix) {
    return path;
  }
  const [group, version] =
    root === 'api' ? ['', parts[1]] : [parts[1], parts[2]];
  let rest = parts.slice(prefix);
  let namespace: string | undefined;
  if (
    rest[0] === 'namespaces' &&
    rest.length > 2 &&
    !NAMESPACE_SUBRESOURCES.has(rest[2])
  ) {
    namespace = rest[1];
    rest = rest.slice(2);
  } else if (rest[0] === 'namespaces' && rest.length > 1) {
    // As the real server has it, a Namespace is in the namespace of its own name.
    namespace = rest[1];
  }
  const [resource, name, subresource] = rest;
  return {
    type: 'resource',
    group,
    version,
    resource,
    ...(subresource === undefined
      ? {}
      : { subresource: rest.slice(2).join('/') }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    verb: verbOf(method, name, url.searchParams),
  };
}
