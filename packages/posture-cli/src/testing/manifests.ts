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

/** Two deployments; only web reaches orders, on the port that orders calls http, and office addresses on 9090. */
export const SHOP = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: app, image: registry.example/web:1 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  template:
    metadata: { labels: { app: orders } }
    spec:
      containers:
        - name: app
          image: registry.example/orders:1
          ports: [{ name: http, containerPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec:
  selector: { app: orders }
  ports: [{ name: web, port: 80, targetPort: http }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny, namespace: shop }
spec: { podSelector: {}, policyTypes: [Ingress] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: orders, namespace: shop }
spec:
  podSelector: { matchLabels: { app: orders } }
  ingress:
    - from: [{ ipBlock: { cidr: 203.0.113.0/24 } }]
      ports: [{ port: 9090 }]
    - from: [{ podSelector: { matchLabels: { app: web } } }]
      ports: [{ port: http }]
`;

/** Two policies of one priority that disagree on orders: nobody can tell. */
export const DISPUTE = ['Allow', 'Deny']
  .map(
    action => `
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: { name: ${action.toLowerCase()} }
spec:
  priority: 5
  subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: orders } } } }
  ingress:
    - action: ${action}
      from: [{ namespaces: {} }]
      ports: [{ portNumber: { protocol: TCP, port: 7000 } }]
`,
  )
  .join('---\n');
