/** What a route from the edge says, whatever kind it is of. */
import {
  ClusterSnapshot,
  JsonValue,
  KindName,
  ObjectReference,
  describeObject,
  referenceTo,
  valueAt,
} from '../snapshot';

export type EdgeTransport = 'tls' | 'plaintext' | 'unknown';

/** One route to one Service. */
export interface EdgeRoute {
  route: ObjectReference;
  service: { namespace: string; name: string };
  transport: EdgeTransport;
  /** The field that says so, of the route itself or of its gateway. */
  decidedBy: { object: ObjectReference; field: string; value: JsonValue };
  /** For `unknown`: what is missing. */
  reason?: string;
}

/** The kinds that say whether routes are encrypted; without them that is `unknown`. */
export const GATEWAY_KINDS = [
  'Gateway',
  'Gateway.networking.istio.io',
] as const satisfies readonly KindName[];

/** A field of an object that decides about a route. */
export function fieldIn(
  resource: Parameters<typeof referenceTo>[0],
  field: string,
): EdgeRoute['decidedBy'] {
  return {
    object: referenceTo(resource),
    field,
    value: valueAt(resource, field) ?? null,
  };
}

/** What a gateway says about the routes through it: one of its doors that takes plaintext is enough. Undefined where there is no door to ask. */
export function transportThrough(
  gateway: Parameters<typeof referenceTo>[0] | undefined,
  doors: readonly { field: string; plain: boolean }[],
): Pick<EdgeRoute, 'transport' | 'decidedBy'> | undefined {
  const deciding = doors.find(({ plain }) => plain) ?? doors[0];
  return gateway && deciding
    ? {
        transport: deciding.plain ? 'plaintext' : 'tls',
        decidedBy: fieldIn(gateway, deciding.field),
      }
    : undefined;
}

/** Why a gateway that a route names was not found. */
export function missing(
  snapshot: ClusterSnapshot,
  kindName: (typeof GATEWAY_KINDS)[number],
  kind: string | undefined,
  namespace: string,
  name: string,
): string {
  const gap = snapshot.coverage.gap(kindName, [namespace]);
  return gap
    ? gap.reason
    : `${describeObject({
        kind: kind ?? 'Gateway',
        namespace,
        name,
      })} is not there to say`;
}
