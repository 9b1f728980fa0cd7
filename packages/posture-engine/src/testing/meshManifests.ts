/** Short manifests of one service in a mesh, for the tests of its controls. */

/** A running pod of Deployment `shop/orders`, which listens on 8080. The options are YAML. */
export interface OrdersOptions {
  name?: string;
  labels?: string;
  annotations?: string;
  ports?: string;
  spec?: string;
}

const SIDECAR =
  ', { name: istio-proxy, image: proxyv2, args: [proxy, sidecar] }';

function ordersPod(
  {
    name = 'orders-1',
    labels = '',
    annotations = '',
    ports = '{ containerPort: 8080 }',
    spec = '',
  }: OrdersOptions,
  proxy: string,
): string {
  return `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  creationTimestamp: "2026-05-01T00:00:00Z"
  labels: { app: orders, ${labels} }
  annotations: { ${annotations} }
  ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: orders, controller: true }]
spec:
  nodeName: node-1
  ${spec}
  containers: [{ name: app, ports: [${ports}] }${proxy}]
---`;
}

/** A pod with an Istio sidecar. */
export function sidecarPod(options: OrdersOptions = {}): string {
  return ordersPod(options, SIDECAR);
}

/** A pod that ztunnel has taken over. */
export function ambientPod(options: OrdersOptions = {}): string {
  return ordersPod(
    {
      ...options,
      annotations: `ambient.istio.io/redirection: enabled, ${
        options.annotations ?? ''
      }`,
    },
    '',
  );
}

/** A pod without any mesh. */
export function barePod(options: OrdersOptions = {}): string {
  return ordersPod(options, '');
}

/** An object of Istio's security API, its spec in YAML flow style. */
export function policy(
  kind: 'PeerAuthentication' | 'AuthorizationPolicy',
  name: string,
  spec: string,
  annotations = '',
): string {
  const [namespace, own] = name.split('/');
  return `
apiVersion: security.istio.io/v1
kind: ${kind}
metadata: { name: ${own}, namespace: ${namespace}, creationTimestamp: "2026-05-01T00:00:00Z", annotations: { ${annotations} } }
spec: ${spec}
---`;
}
