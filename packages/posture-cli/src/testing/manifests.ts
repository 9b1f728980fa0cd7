/** Manifests that the tests of several commands share. */

/** Meets everything that WL-1 asks for. */
export const RESTRICTED_DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  template:
    metadata: { labels: { app: orders } }
    spec:
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: app
          image: registry.example/orders:1
          ports: [{ containerPort: 8080 }]
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL] }
`;

/** Violates the baseline. */
export const PRIVILEGED_POD = `
apiVersion: v1
kind: Pod
metadata: { name: agent, namespace: platform }
spec:
  containers:
    - name: agent
      image: registry.example/agent:1
      securityContext: { privileged: true }
`;

export const INJECTED_NAMESPACE = `
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: { istio-injection: enabled }
`;

export function peerAuthentication(
  namespace: string,
  mode: string,
  name = 'default',
): string {
  return `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: ${namespace} }
spec: { mtls: { mode: ${mode} } }
`;
}

export function documents(...manifests: string[]): string {
  return manifests.join('---\n');
}
