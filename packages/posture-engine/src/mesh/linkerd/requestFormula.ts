/**
 * What must hold of a connection or a request for the proxy of a pod to let it
 * through. TCP asks the authorizations of the port (`policy/tcp.rs` of
 * linkerd2-proxy); HTTP is asked route by route, where those of the port count
 * besides (`policy/http.rs`, `mk_authorizations`), and what no route takes is
 * refused.
 */
import { HttpRequest } from '../authorization';
import {
  Formula,
  NEVER,
  all,
  any,
  not,
  unknown,
} from '../authorization/formula';
import type { MeshQuestion } from '../connection/meshAnswer';
import { LinkerdCaller, admitsAny } from './clientAuthorization';
import type { InboundPolicy } from './inboundPolicy';
import type { Precision } from './requestMatch';

/** What must hold of a request for the proxy to let it through. */
export function formulaOf(
  policy: InboundPolicy,
  caller: LinkerdCaller,
  request: MeshQuestion['request'],
): Formula {
  const { protocol, authorizations } = policy;
  const connection = admitsAny(authorizations, caller);
  const http = () =>
    routesFormula(policy, caller, request === 'any' || !request ? {} : request);
  switch (protocol) {
    case 'opaque':
      return connection;
    case 'detect':
      if (request === 'any') {
        return any([connection, http()]);
      }
      return request ? http() : connection;
    default:
      // What is no HTTP is refused where HTTP alone is taken.
      return request ? http() : NEVER;
  }
}

interface Entry {
  outcome: Formula;
  precision: Precision;
  takes: Formula;
}

/** The most precise match that takes a request decides; of equals the first. */
function routesFormula(
  { routes, authorizations }: InboundPolicy,
  caller: LinkerdCaller,
  request: HttpRequest,
): Formula {
  const entries = routes.flatMap(route => {
    const outcome = admitsAny(
      [...route.authorizations, ...authorizations],
      caller,
    );
    return route.matches.map(
      ({ precision, redirects, takes }): Entry => ({
        outcome: redirects ? NEVER : outcome,
        precision,
        takes: takes(request),
      }),
    );
  });
  const possible = entries.filter(({ takes }) => takes.kind !== 'never');
  const length = request.path?.split('?', 1)[0].length;
  const [first] = possible;
  const alike =
    first !== undefined &&
    possible.every(({ outcome }) => outcome.kind === first.outcome.kind) &&
    first.outcome.kind !== 'unknown';
  if (
    !alike &&
    length === undefined &&
    possible.some(({ precision }) => precision.path === 'whole')
  ) {
    return unknown(
      'a route takes paths by a regular expression, so that the path must be known',
    );
  }
  const ordered = [...possible].sort((left, right) =>
    comparePrecision(right, left, length ?? 0),
  );
  return any(
    ordered.map(({ outcome, takes }, index) =>
      all([
        outcome,
        takes,
        ...ordered
          .slice(0, index)
          .filter(before => before.outcome.kind !== 'always')
          .map(before => not(before.takes)),
      ]),
    ),
  );
}

function comparePrecision(left: Entry, right: Entry, length: number): number {
  const [one, other] = [left.precision, right.precision].map(
    ({ host, path, others }) => [
      host,
      path === 'whole' ? length : path,
      ...others,
    ],
  );
  for (const [index, part] of one.entries()) {
    if (part !== other[index]) {
      return part - other[index];
    }
  }
  return 0;
}
