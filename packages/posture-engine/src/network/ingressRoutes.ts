/** Routes of Ingress and of OpenShift's Route, which both say themselves whether they demand TLS. */
import { Ingress, OpenShiftRoute, referenceTo } from '../snapshot';
import { EdgeDoor, EdgeField, EdgeRoute, fieldIn } from './edgeRoute';

/** By rule and default backend; a host that no `tls` entry covers is served without. */
export function routesOfIngress(ingress: Ingress): EdgeRoute[] {
  const { namespace = 'default' } = ingress.metadata;
  const { defaultBackend, rules = [], tls = [] } = ingress.spec ?? {};
  const object = referenceTo(ingress);
  const plain = plainAnnotation(ingress);
  const route = (
    { name, port }: { name: string; port?: { number?: number } },
    host: string | undefined,
    field: string,
    path: string | undefined,
  ): EdgeRoute => {
    const covering = tls.findIndex(
      ({ hosts }) =>
        !hosts?.length || (host !== undefined && covers(hosts, host)),
    );
    return {
      route: object,
      service: {
        namespace,
        name,
        ...(port?.number === undefined ? {} : { port: port.number }),
      },
      ...stateOf(
        object,
        covering < 0 || plain !== undefined,
        covering < 0
          ? fieldIn(ingress, 'spec.tls')
          : fieldIn(ingress, plain ?? `spec.tls[${covering}]`),
      ),
      hosts: [host ?? '*'],
      // What `pathType` makes of it is the controller's affair.
      matches:
        path === undefined
          ? []
          : [{ path: { kind: 'prefix', value: path }, other: false }],
      rule: field,
      rewrites: false,
      mirror: false,
    };
  };
  return [
    ...(defaultBackend?.service
      ? [
          route(
            defaultBackend.service,
            undefined,
            'spec.defaultBackend',
            undefined,
          ),
        ]
      : []),
    ...rules.flatMap(({ host, http }, index) =>
      (http?.paths ?? []).flatMap(({ backend, path }) =>
        backend?.service
          ? [route(backend.service, host, `spec.rules[${index}]`, path)]
          : [],
      ),
    ),
  ];
}

/** Both kinds are their own door. */
function stateOf(
  object: EdgeDoor['object'],
  plain: boolean,
  decidedBy: EdgeField,
  passes = false,
): Pick<EdgeRoute, 'transport' | 'decidedBy' | 'door'> {
  const protection = passes ? 'passed-on' : 'ended';
  return {
    transport: plain ? 'plaintext' : 'tls',
    decidedBy,
    door: {
      object,
      field: decidedBy.field,
      decidedBy,
      reads: passes ? 'names' : 'requests',
      tls: plain ? 'none' : protection,
      redirects: false,
    },
  };
}

/**
 * The annotation that has requests without TLS served beside those with it,
 * where the controller would redirect them. Every controller gives its own
 * prefix to the same name; being forced to redirect wins over it.
 */
function plainAnnotation({ metadata }: Ingress): string | undefined {
  const annotations = Object.entries(metadata.annotations ?? {});
  const says = (suffix: string, value: string) =>
    annotations.find(
      ([key, text]) =>
        key.endsWith(`/${suffix}`) && text.trim().toLowerCase() === value,
    );
  const off = says('ssl-redirect', 'false');
  return off && !says('force-ssl-redirect', 'true')
    ? `metadata.annotations['${off[0]}']`
    : undefined;
}

/** A certificate for `*.shop.example` serves `www.shop.example`, and nothing deeper. */
function covers(hosts: readonly string[], host: string): boolean {
  return hosts.some(
    pattern =>
      pattern === host ||
      (pattern.startsWith('*.') &&
        host.slice(host.indexOf('.')) === pattern.slice(1)),
  );
}

export function routesOfOpenShiftRoute(route: OpenShiftRoute): EdgeRoute[] {
  const { namespace = 'default' } = route.metadata;
  const { to, alternateBackends = [], tls, host } = route.spec ?? {};
  const object = referenceTo(route);
  const state = stateOf(
    object,
    !tls || tls.insecureEdgeTerminationPolicy === 'Allow',
    fieldIn(route, tls ? 'spec.tls.insecureEdgeTerminationPolicy' : 'spec.tls'),
    tls?.termination === 'passthrough',
  );
  return [...(to ? [to] : []), ...alternateBackends].flatMap(
    ({ kind = 'Service', name }) =>
      kind === 'Service' && name
        ? [
            {
              route: object,
              service: { namespace, name },
              ...state,
              hosts: [host ?? '*'],
              matches: [],
              rule: 'spec.to',
              rewrites: false,
              mirror: false,
            },
          ]
        : [],
  );
}
