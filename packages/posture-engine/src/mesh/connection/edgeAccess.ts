/** Who gets in by a route of the edge: nobody, whoever brings what is asked for, or anybody at all. */
import { EdgeDoor, EdgeRoute } from '../../network/edgeRoutes';
import { ClusterSnapshot } from '../../snapshot';
import { HttpRequest, RequestTest } from '../authorization';
import { GatewayPort, gatewaysBehind } from '../gateway';
import { throughRule } from './gatewayConnection';
import { MeshAnswer } from './meshAnswer';
import { meshConnection } from './meshConnection';

export type EdgeAccess = {
  /** One of those that take the route. */
  request: HttpRequest;
} & (
  | {
      /** `somebody`: what he must bring, the answer says. */
      to: 'nobody' | 'somebody' | 'anybody';
      answer: MeshAnswer;
    }
  /** What stands at the edge is no gateway of the mesh, or is not in view, or nobody can tell. */
  | { to: 'unseen'; reason?: string }
);

const FROM_MOST_OPEN = ['anybody', 'somebody', 'unseen', 'nobody'] as const;

/** Of several gateways behind one door the most open counts. */
export function edgeAccess(
  route: EdgeRoute,
  snapshot: ClusterSnapshot,
): EdgeAccess {
  const request = requestFor(route);
  const { door } = route;
  const found = door
    ? gatewaysBehind(door, snapshot).map(gateway =>
        accessThrough(gateway, { ...route, door }, request, snapshot),
      )
    : [];
  const [first = { request, to: 'unseen' as const }, ...others] = found;
  return others.reduce(
    (open, candidate) =>
      FROM_MOST_OPEN.indexOf(candidate.to) < FROM_MOST_OPEN.indexOf(open.to)
        ? candidate
        : open,
    first,
  );
}

function accessThrough(
  { member, port }: GatewayPort,
  route: EdgeRoute & { door: EdgeDoor },
  request: HttpRequest,
  snapshot: ClusterSnapshot,
): EdgeAccess {
  const [{ path } = { path: undefined }] = route.matches;
  const { path: one, ...anyPath } = request;
  // What lies below a prefix may be treated otherwise than the prefix itself.
  const asked = path?.kind === 'exact' ? { ...anyPath, path: one } : anyPath;
  const ask = (more: HttpRequest) =>
    throughRule(
      { gateway: member, port, gateways: 0 },
      { ...asked, ...more },
      route,
      snapshot,
      next => meshConnection(next, snapshot),
    );
  const whatever = ask({});
  if (whatever.verdict === 'deny') {
    return { request, to: 'nobody', answer: whatever };
  }
  if (whatever.verdict === 'unknown') {
    return { request, to: 'unseen', reason: whatever.reason };
  }
  const anonymous = ask({ token: null });
  return isForAnybody(anonymous)
    ? { request, to: 'anybody', answer: anonymous }
    : { request, to: 'somebody', answer: whatever };
}

/** Method, path, host and headers are the caller's to choose. */
function isForAnybody({ verdict, conditions = [] }: MeshAnswer): boolean {
  return (
    verdict === 'allow' ||
    (verdict === 'conditional' &&
      conditions.some(tests => tests.every(isForCallers)))
  );
}

const CHOSEN = /^(method|path|host|header .*)$/;

function isForCallers({ attribute }: RequestTest): boolean {
  return CHOSEN.test(attribute);
}

/** A host below a wildcard, and a path below a prefix, stand for all of them. */
function requestFor({ hosts, matches, rewrites }: EdgeRoute): HttpRequest {
  const [host] = hosts;
  const path = matches.length === 0 ? undefined : matches[0].path;
  return {
    host: host.replace(/^\*\./, 'any.').replace(/^\*$/, 'any.example'),
    ...(path === undefined || path.kind === 'regex' || rewrites
      ? {}
      : { path: path.value }),
  };
}
