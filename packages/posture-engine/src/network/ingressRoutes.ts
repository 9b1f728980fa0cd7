/** Routes of Ingress and of OpenShift's Route, which both say themselves whether they demand TLS. */
import { Ingress, OpenShiftRoute, referenceTo } from '../snapshot';
import { EdgeRoute, fieldIn } from './edgeRoute';

/** By rule and default backend; a host that no `tls` entry covers is served without. */
export function routesOfIngress(ingress: Ingress): EdgeRoute[] {
  const { namespace = 'default' } = ingress.metadata;
  const { defaultBackend, rules = [], tls = [] } = ingress.spec ?? {};
  const object = referenceTo(ingress);
  const route = (name: string, host: string | undefined): EdgeRoute => {
    const covering = tls.findIndex(
      ({ hosts }) =>
        !hosts?.length || (host !== undefined && covers(hosts, host)),
    );
    return {
      route: object,
      service: { namespace, name },
      ...(covering < 0
        ? {
            transport: 'plaintext',
            decidedBy: fieldIn(ingress, 'spec.tls'),
          }
        : {
            transport: 'tls',
            decidedBy: fieldIn(ingress, `spec.tls[${covering}]`),
          }),
    };
  };
  return [
    ...(defaultBackend?.service
      ? [route(defaultBackend.service.name, undefined)]
      : []),
    ...rules.flatMap(({ host, http }) =>
      (http?.paths ?? []).flatMap(({ backend }) =>
        backend?.service ? [route(backend.service.name, host)] : [],
      ),
    ),
  ];
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
  const { to, alternateBackends = [], tls } = route.spec ?? {};
  const object = referenceTo(route);
  const plain = !tls || tls.insecureEdgeTerminationPolicy === 'Allow';
  return [...(to ? [to] : []), ...alternateBackends].flatMap(
    ({ kind = 'Service', name }) =>
      kind === 'Service' && name
        ? [
            {
              route: object,
              service: { namespace, name },
              transport: plain ? ('plaintext' as const) : ('tls' as const),
              decidedBy: fieldIn(
                route,
                tls ? 'spec.tls.insecureEdgeTerminationPolicy' : 'spec.tls',
              ),
            },
          ]
        : [],
  );
}
