/** What a write says the object must be, held against what it is. */
import { ApiError, conflict, invalid, unforeseen } from '../api/status';
import type { ServedKind } from '../kinds/servedKind';
import type { ApiObject } from './apiObject';

export interface Preconditions {
  uid?: string;
  resourceVersion?: string;
}

/** For a replacement: a stale resourceVersion or another uid is a conflict, and custom resources need the first. */
export function checkReplacement(
  kind: ServedKind,
  previous: ApiObject,
  input: ApiObject,
): void {
  const { name, uid, resourceVersion } = input.metadata;
  if (resourceVersion && !/^\d+$/.test(resourceVersion)) {
    throw unforeseen(
      `strconv.ParseUint: parsing ${JSON.stringify(
        resourceVersion,
      )}: invalid syntax`,
    );
  }
  if (
    resourceVersion &&
    resourceVersion !== previous.metadata.resourceVersion
  ) {
    throw conflict(kind, name);
  }
  if (!resourceVersion && kind.custom) {
    throw invalid({
      group: kind.group,
      kind: kind.plural,
      name,
      causes: [
        {
          reason: 'FieldValueInvalid',
          field: 'metadata.resourceVersion',
          message: 'Invalid value: 0: must be specified for an update',
        },
      ],
    });
  }
  if (uid && uid !== previous.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${previous.metadata.uid}`,
    );
  }
}

/** For a deletion. */
export function checkDeletion(
  kind: ServedKind,
  { metadata }: ApiObject,
  { uid, resourceVersion }: Preconditions,
): void {
  if (uid && uid !== metadata.uid) {
    throw failed(
      kind,
      metadata.name,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    throw failed(
      kind,
      metadata.name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}

/** Here the real server names the kind, not the resource. */
function failed(kind: ServedKind, name: string, why: string): ApiError {
  return conflict({ group: kind.group, plural: kind.kind }, name, why);
}
