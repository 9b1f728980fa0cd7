/** Which calls of gRPC one match of a GRPCRoute takes, as the proxy's `linkerd-http-route` matches them. */
import { ALWAYS, Formula, all, truth } from '../authorization/formula';
import { requestTest, valueTest } from '../authorization/facts';
import {
  GrpcMatch,
  HostMatch,
  RequestMatch,
  exact,
  headerTest,
  isReadable,
  pathOf,
} from './requestMatch';

/** A call of gRPC is a POST to `/service/method`. */
export function grpcMatch(
  host: HostMatch,
  { method = {}, headers = [] }: GrpcMatch,
): RequestMatch | string {
  const { type = 'Exact', service, method: name } = method;
  const odd = headers.find(header => !isReadable(header.type ?? 'Exact'));
  if (type !== 'Exact' || odd) {
    return `it compares by ${
      type === 'Exact' ? odd?.type : type
    }, which Linkerd does not know for gRPC`;
  }
  return {
    precision: {
      host: host.precision,
      path: service?.length ?? 0,
      others: [name?.length ?? 0, headers.length],
    },
    takes: request =>
      all([
        host.takes(request.host),
        valueTest('method', [exact('POST')], request.method),
        callTest(service, name, pathOf(request)),
        ...headers.map(header => headerTest(header, request)),
      ]),
  };
}

function callTest(
  service: string | undefined,
  method: string | undefined,
  path: string | undefined,
): Formula {
  if (path !== undefined) {
    const [start, ofService, ofMethod] = path.split('/');
    return truth(
      start === '' &&
        ofMethod !== undefined &&
        (!service || service === ofService) &&
        (!method || method === ofMethod),
    );
  }
  if (service) {
    const call = `/${service}/${method ?? ''}`;
    return requestTest(
      'path',
      method
        ? [
            exact(call),
            { kind: 'prefix', text: `${call}/`, written: `${call}/*` },
          ]
        : [{ kind: 'prefix', text: call, written: `${call}*` }],
      true,
    );
  }
  return method
    ? requestTest('path', [{ kind: 'opaque', written: `/*/${method}` }], true)
    : ALWAYS;
}
