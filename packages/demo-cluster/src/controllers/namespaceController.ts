/** What a cluster puts into every namespace, and how a namespace goes. */
import { keyOf } from '../store/apiObject';
import { ControllerContext, controllerUser, kindOf } from './context';

const USER = controllerUser('namespace');

export function reconcileNamespace(
  context: ControllerContext,
  name: string,
): void {
  const { store, kinds, objects } = context;
  const namespace = store.get('namespaces', undefined, name);
  if (!namespace) {
    return;
  }
  if (namespace.metadata.deletionTimestamp) {
    removeNamespace(context, name);
    return;
  }
  const ensure = (resource: string, objectName: string, content: object) => {
    if (!store.get(resource, name, objectName)) {
      const kind = kindOf(kinds, resource);
      objects.create(
        kind,
        {
          apiVersion: kind.versions[0],
          kind: kind.kind,
          metadata: { name: objectName, namespace: name },
          ...content,
        },
        { user: USER },
      );
    }
  };
  ensure('serviceaccounts', 'default', {});
  const data = { 'ca.crt': '' };
  ensure('configmaps', 'kube-root-ca.crt', { data });
  if (context.dataPlane !== 'none') {
    ensure('configmaps', 'istio-ca-root-cert', {
      data: { 'root-cert.pem': '' },
    });
  }
}

function removeNamespace(
  { store, kinds, objects }: ControllerContext,
  name: string,
) {
  const kind = kindOf(kinds, 'namespaces');
  let left = 0;
  for (const inner of kinds.all().filter(({ namespaced }) => namespaced)) {
    const resource =
      inner.group === '' ? inner.plural : `${inner.plural}.${inner.group}`;
    for (const { metadata } of store.list(resource)) {
      if (metadata.namespace === name) {
        objects.delete(inner, name, metadata.name, { user: USER });
        left += store.get(resource, name, metadata.name) ? 1 : 0;
      }
    }
  }
  if (
    left === 0 &&
    store.get('namespaces', undefined, keyOf(undefined, name))
  ) {
    objects.finalizeNamespace(kind, name, { user: USER });
  }
}
