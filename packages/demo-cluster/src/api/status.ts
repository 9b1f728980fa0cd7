/** Errors as an API server answers them: a `Status` with the code, reason, details and words of the real one. */
import type { JsonObject } from '../store/apiObject';

export interface StatusCause {
  reason?: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** A resource as messages and details name it. */
export interface NamedResource {
  group: string;
  plural: string;
}

/** An answer other than success. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: StatusDetails,
    /** A continue token that may still be used, for an expired one. */
    readonly continueToken?: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  toStatus(): JsonObject {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.continueToken ? { continue: this.continueToken } : {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details ? { details: { ...this.details } as JsonObject } : {}),
      code: this.code,
    };
  }
}

function qualified({ group, plural }: NamedResource): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function detailsOf(resource: NamedResource, name: string): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
  };
}

export function notFound(resource: NamedResource, name: string): ApiError {
  return new ApiError(
    404,
    'NotFound',
    `${qualified(resource)} "${name}" not found`,
    detailsOf(resource, name),
  );
}

export function unknownResource(): ApiError {
  return new ApiError(
    404,
    'NotFound',
    'the server could not find the requested resource',
    {},
  );
}

export function alreadyExists(resource: NamedResource, name: string): ApiError {
  return new ApiError(
    409,
    'AlreadyExists',
    `${qualified(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );
}

export function conflict(
  resource: NamedResource,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
): ApiError {
  return new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    detailsOf(resource, name),
  );
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

export interface ForbiddenOptions {
  user: string;
  verb: string;
  resource: NamedResource & { subresource?: string };
  namespace?: string;
  name?: string;
}

export function forbidden(options: ForbiddenOptions): ApiError {
  const { user, verb, resource, namespace, name = '' } = options;
  const plural = resource.subresource
    ? `${resource.plural}/${resource.subresource}`
    : resource.plural;
  const scope = namespace
    ? `in the namespace "${namespace}"`
    : 'at the cluster scope';
  const subject =
    name === '' ? qualified(resource) : `${qualified(resource)} "${name}"`;
  return new ApiError(
    403,
    'Forbidden',
    `${subject} is forbidden: User "${user}" cannot ${verb} resource "${plural}" in API group "${resource.group}" ${scope}`,
    detailsOf(resource, name),
  );
}

export function forbiddenPath(
  user: string,
  verb: string,
  path: string,
): ApiError {
  return new ApiError(
    403,
    'Forbidden',
    `forbidden: User "${user}" cannot ${verb} path "${path}"`,
    {},
  );
}

/** 500 with words of its own and no reason: what the real server answers where it did not foresee a mistake. */
export function unforeseen(message: string): ApiError {
  return new ApiError(500, '', message);
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export interface InvalidOptions {
  group: string;
  kind: string;
  name: string;
  causes: { reason: string; field: string; message: string }[];
}

/** 422: the object says something that its kind does not allow. */
export function invalid({
  group,
  kind,
  name,
  causes,
}: InvalidOptions): ApiError {
  const lines = causes.map(({ field, message }) => `${field}: ${message}`);
  const subject = group === '' ? kind : `${kind}.${group}`;
  return new ApiError(
    422,
    'Invalid',
    `${subject} "${name}" is invalid: ${
      lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
    }`,
    {
      ...(name === '' ? {} : { name }),
      ...(group === '' ? {} : { group }),
      ...(kind === '' ? {} : { kind }),
      causes,
    },
  );
}

export function expired(message: string, continueToken?: string): ApiError {
  return new ApiError(410, 'Expired', message, undefined, continueToken);
}

export function methodNotAllowed(): ApiError {
  return new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  return new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(
      ', ',
    )}`,
  );
}

export function notAcceptable(accepted: readonly string[]): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    `406: Not Acceptable\n\nAvailable representations: ${accepted.join(', ')}`,
    {},
  );
}

/** The media type is known, but not the form of the object that it asks for. */
export function noSuchForm(accepted: readonly string[]): ApiError {
  return new ApiError(
    406,
    'NotAcceptable',
    `only the following media types are accepted: ${accepted.join(', ')}`,
  );
}

export function internalError(error: unknown): ApiError {
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(
    500,
    'InternalError',
    `Internal error occurred: ${message}`,
    {
      causes: [{ message }],
    },
  );
}
