/** A request for stored objects, and what follows from it alone. */
import type { ServedKind } from '../kinds/servedKind';
import type { ApiRequest } from './answer';
import { negotiateForm } from './mediaTypes';
import { parseIncludeObject, Representation } from './representation';
import type { ResourceRequest } from './requestInfo';
import { notFound, unknownResource } from './status';

export interface ResourceCall {
  kind: ServedKind;
  info: ResourceRequest;
  request: ApiRequest;
  /** Name of the account that asks. */
  user: string;
}

export function versionOf({ kind, info }: ResourceCall) {
  return { kind, version: info.version };
}

/** The namespace of a request; a Namespace itself is in none. */
export function namespaceOf({ kind, info }: ResourceCall): string | undefined {
  return kind.namespaced ? info.namespace : undefined;
}

export function representationOf(call: ResourceCall): Representation {
  return {
    ...versionOf(call),
    form: negotiateForm(call.request.accept),
    includeObject: parseIncludeObject(call.request.query),
    now: Date.now(),
  };
}

/** Throws 404 for what the kind does not have there. */
export function checkSubresource(
  kind: ServedKind,
  info: ResourceRequest,
): void {
  const { subresource, name, namespace } = info;
  const served =
    subresource === undefined ||
    (subresource === 'status' && kind.status) ||
    (subresource === 'scale' && kind.scale);
  const misplaced = kind.namespaced
    ? name !== undefined && namespace === undefined
    : namespace !== undefined && kind.plural !== 'namespaces';
  if (!served && kind.custom && name !== undefined && !misplaced) {
    throw notFound(kind, name);
  }
  if (!served || misplaced) {
    throw unknownResource();
  }
}
