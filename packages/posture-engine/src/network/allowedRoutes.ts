/** Which namespaces a listener of the Gateway API takes routes from. */
import { matchesSelector } from '../selectors';
import { ClusterSnapshot, GatewayListener } from '../snapshot';

type Allowed = NonNullable<GatewayListener['allowedRoutes']>['namespaces'];

/** The Gateway API's default is the namespace of the listener's own object. Throws where a selector cannot be read. */
export function admitsNamespace(
  allowed: Allowed,
  own: string,
  namespace: string,
  snapshot: ClusterSnapshot,
  byDefault: 'Same' | 'None' = 'Same',
): boolean {
  switch (allowed?.from ?? byDefault) {
    case 'All':
      return true;
    case 'Selector':
      return (
        allowed?.selector !== undefined &&
        matchesSelector(allowed.selector, snapshot.namespaceLabels(namespace))
      );
    case 'None':
      return false;
    default:
      return own === namespace;
  }
}

const GATEWAY_API = 'gateway.networking.k8s.io';

/** Whether an object of one namespace may refer to one of another, by a ReferenceGrant beside the latter. */
export function isGranted(
  from: { kind: string; namespace: string },
  to: { group: string; kind: string; namespace: string; name: string },
  snapshot: ClusterSnapshot,
): boolean {
  return (
    from.namespace === to.namespace ||
    snapshot
      .inNamespace('ReferenceGrant', to.namespace)
      .some(
        ({ spec }) =>
          (spec?.from ?? []).some(
            ({ group, kind, namespace }) =>
              group === GATEWAY_API &&
              kind === from.kind &&
              namespace === from.namespace,
          ) &&
          (spec?.to ?? []).some(
            ({ group = '', kind, name }) =>
              group === to.group &&
              kind === to.kind &&
              (name === undefined || name === '' || name === to.name),
          ),
      )
  );
}
