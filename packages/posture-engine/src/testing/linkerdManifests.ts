/** Short manifests of one service in Linkerd, with pods as its injector leaves them. */

/** A running pod of Deployment `shop/orders`, which listens on 8080. The options are YAML. */
export interface LinkerdPodOptions {
  name?: string;
  app?: string;
  namespace?: string;
  account?: string;
  labels?: string;
  annotations?: string;
  ports?: string;
  /** Further fields of the application's container. */
  container?: string;
  /** Further init containers, as items of a list that ends in a comma. */
  initContainers?: string;
  skipInbound?: string;
  skipOutbound?: string;
  ip?: string;
}

const IDENTITY = 'serviceaccount.identity.linkerd.cluster.local';

/** With the proxy as a native sidecar, the default since 2.15 where it is switched on. */
export function linkerdPod({
  name = 'orders-1',
  app = 'orders',
  namespace = 'shop',
  account = app,
  labels = '',
  annotations = '',
  ports = '{ name: http, containerPort: 8080 }',
  container = '',
  initContainers = '',
  skipInbound = '4190,4191,4567,4568',
  skipOutbound = '4567,4568',
  ip = '10.0.0.1',
}: LinkerdPodOptions = {}): string {
  return `
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${namespace}
  creationTimestamp: "2026-05-01T00:00:00Z"
  labels: { app: ${app}, linkerd.io/control-plane-ns: linkerd, linkerd.io/proxy-deployment: ${app}, linkerd.io/workload-ns: ${namespace}, ${labels} }
  annotations:
    { linkerd.io/created-by: linkerd/proxy-injector edge-25.8.1, linkerd.io/inject: enabled, linkerd.io/proxy-version: edge-25.8.1, ${annotations} }
  ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: ${app}, controller: true }]
spec:
  nodeName: node-1
  serviceAccountName: ${account}
  initContainers:
    [
      ${initContainers}
      {
        name: linkerd-init,
        args: [--ipv6=false, --incoming-proxy-port, "4143", --outgoing-proxy-port, "4140", --proxy-uid, "2102", --inbound-ports-to-ignore, "${skipInbound}", --outbound-ports-to-ignore, "${skipOutbound}"],
        securityContext: { capabilities: { add: [NET_ADMIN, NET_RAW] }, runAsUser: 65534 },
      },
      {
        name: linkerd-proxy,
        restartPolicy: Always,
        ports: [{ name: linkerd-proxy, containerPort: 4143 }, { name: linkerd-admin, containerPort: 4191 }],
        env:
          [
            { name: LINKERD2_PROXY_INBOUND_LISTEN_ADDR, value: "0.0.0.0:4143" },
            { name: LINKERD2_PROXY_INBOUND_DEFAULT_POLICY, value: all-unauthenticated },
            { name: LINKERD2_PROXY_IDENTITY_LOCAL_NAME, value: ${account}.${namespace}.${IDENTITY} },
          ],
        livenessProbe: { httpGet: { path: /live, port: 4191 } },
        securityContext: { runAsUser: 2102 },
      },
    ]
  containers: [{ name: app, ports: [${ports}], ${container} }]
  volumes:
    [
      { name: linkerd-identity-end-entity, emptyDir: {} },
      { name: linkerd-identity-token, projected: { sources: [{ serviceAccountToken: { audience: identity.l5d.io, path: linkerd-identity-token } }] } },
    ]
status: { podIP: ${ip} }
---`;
}

const VERSIONS = {
  Server: 'v1beta3',
  ServerAuthorization: 'v1beta1',
  AuthorizationPolicy: 'v1alpha1',
  MeshTLSAuthentication: 'v1alpha1',
  NetworkAuthentication: 'v1alpha1',
  HTTPRoute: 'v1beta3',
  EgressNetwork: 'v1alpha1',
} as const;

/** An object of Linkerd's policies, its spec in YAML flow style. */
export function linkerdPolicy(
  kind:
    | 'Server'
    | 'ServerAuthorization'
    | 'AuthorizationPolicy'
    | 'MeshTLSAuthentication'
    | 'NetworkAuthentication'
    | 'HTTPRoute'
    | 'EgressNetwork',
  name: string,
  spec: string,
  metadata = '',
): string {
  const [namespace, own] = name.split('/');
  return `
apiVersion: policy.linkerd.io/${VERSIONS[kind]}
kind: ${kind}
metadata: { name: ${own}, namespace: ${namespace}, ${metadata} }
spec: ${spec}
---`;
}

/** The values of Linkerd's chart, as its installation keeps them. */
export function linkerdConfig(values: string): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: linkerd-config, namespace: linkerd }
data:
  values: |
    ${values.trim().split('\n').join('\n    ')}
---`;
}

/** Server `shop/orders` for port 8080 of the pods of orders. */
export const ORDERS_SERVER = linkerdPolicy(
  'Server',
  'shop/orders',
  '{ podSelector: { matchLabels: { app: orders } }, port: 8080 }',
);

/** Whom Server `shop/orders` lets in: the accounts that are named. */
export function admitAccounts(accounts: string): string {
  return (
    linkerdPolicy(
      'AuthorizationPolicy',
      'shop/orders',
      '{ targetRef: { group: policy.linkerd.io, kind: Server, name: orders }, requiredAuthenticationRefs: [{ group: policy.linkerd.io, kind: MeshTLSAuthentication, name: callers }] }',
    ) +
    linkerdPolicy(
      'MeshTLSAuthentication',
      'shop/callers',
      `{ identityRefs: [${accounts}] }`,
    )
  );
}
