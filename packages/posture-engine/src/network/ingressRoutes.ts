/** Routes of Ingress and of OpenShift's Route, which both say themselves whether they demand TLS. */
import { Ingress, OpenShiftRoute, referenceTo } from '../snapshot';
import { EdgeRoute, fieldIn } from './edgeRoute';

/** By rule and default backend; a host that no `tls` entry covers is served without. */
export function routesOfIngress(ingress: Ingress): EdgeRoute[] {
  const { namespace = 'default' } = ingress.metadata;
  const { defaultBackend, rules = [], tls = [] } = ingress.spec ?? {};
  const object = referenceTo(ingress);
  const plain = plainAnnotation(ingress);
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
            transport: plain ? 'plaintext' : 'tls',
            decidedBy: fieldIn(ingress, plain ?? `spec.tls[${covering}]`),
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
