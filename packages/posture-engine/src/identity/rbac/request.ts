/** What somebody asks an API server for, and who: the attributes that its authorizers see. */

export interface ResourceRequest {
  /** `get`, `create`, `impersonate` …; `*` is only what a rule with `*` grants. */
  verb: string;
  /** '' for the core group. */
  group: string;
  /** Plural, such as `pods`. */
  resource: string;
  /** Such as `exec`; '' and absent are the resource itself. */
  subresource?: string;
  /** '' and absent: all namespaces, or a resource that belongs to none. */
  namespace?: string;
  /** '' and absent where the request names none, as `list` and `create` do. */
  name?: string;
}

/** For paths that are no resources, such as `/metrics`. */
export interface PathRequest {
  verb: string;
  path: string;
}

export type AccessRequest = ResourceRequest | PathRequest;

export interface Requester {
  user: string;
  groups: readonly string[];
}

const ACCOUNT_PREFIX = 'system:serviceaccount:';
const ACCOUNTS_GROUP = 'system:serviceaccounts';

/** The user as whom a service account asks. */
export function accountUser(namespace: string, account: string): string {
  return `${ACCOUNT_PREFIX}${namespace}:${account}`;
}

/** The account behind a user's name, or undefined where it is somebody else's. */
export function accountOfUser(
  user: string,
): { namespace: string; name: string } | undefined {
  const [namespace, name, ...rest] = user.startsWith(ACCOUNT_PREFIX)
    ? user.slice(ACCOUNT_PREFIX.length).split(':')
    : [];
  return namespace && name && rest.length === 0
    ? { namespace, name }
    : undefined;
}

/** The groups that an authenticated user is in without anybody saying so. */
export function ownGroupsOf(user: string): string[] {
  const account = accountOfUser(user);
  return [
    ...(account
      ? [ACCOUNTS_GROUP, `${ACCOUNTS_GROUP}:${account.namespace}`]
      : []),
    user === 'system:anonymous'
      ? 'system:unauthenticated'
      : 'system:authenticated',
  ];
}

/** `create serviceaccounts/token named web in shop`, as people say it in messages. */
export function describeRequest(request: AccessRequest): string {
  if ('path' in request) {
    return `${request.verb} ${request.path}`;
  }
  const { verb, group, resource, subresource, namespace, name } = request;
  return [
    `${verb} ${resource}${group ? `.${group}` : ''}`,
    subresource ? `/${subresource}` : '',
    name ? ` named ${name}` : '',
    namespace ? ` in namespace ${namespace}` : '',
  ].join('');
}
