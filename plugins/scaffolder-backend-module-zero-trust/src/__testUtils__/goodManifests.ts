/** For tests: a service that passes every control in a mesh with sidecars, and a way to spoil it. */

export const GOOD_MANIFESTS = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: gift-cards, namespace: shop }
automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: gift-cards, namespace: shop }
spec:
  selector: { matchLabels: { app: gift-cards } }
  template:
    metadata: { labels: { app: gift-cards } }
    spec:
      serviceAccountName: gift-cards
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: service
          image: registry.example.com/gift-cards@sha256:${'0'.repeat(64)}
          env: [{ name: PORT, value: '8080' }]
          ports: [{ name: http, containerPort: 8080 }]
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL] }
---
apiVersion: v1
kind: Service
metadata: { name: gift-cards, namespace: shop }
spec:
  type: ClusterIP
  selector: { app: gift-cards }
  ports: [{ name: http, port: 80, targetPort: http }]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: gift-cards, namespace: shop }
spec:
  podSelector: { matchLabels: { app: gift-cards } }
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{ podSelector: { matchLabels: { app: storefront } } }]
      ports: [{ port: 8080 }]
  egress:
    - to:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }
          podSelector: { matchLabels: { k8s-app: kube-dns } }
      ports: [{ protocol: UDP, port: 53 }, { port: 53 }]
    - to:
        - namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: istio-system } }
          podSelector: { matchLabels: { app: istiod } }
      ports: [{ port: 15012 }]
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: gift-cards, namespace: shop }
spec:
  selector: { matchLabels: { app: gift-cards } }
  mtls: { mode: STRICT }
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: gift-cards, namespace: shop }
spec:
  selector: { matchLabels: { app: gift-cards } }
  rules:
    - from: [{ source: { principals: [cluster.local/ns/shop/sa/storefront] } }]
      to: [{ operation: { methods: [GET] } }]
`;

/** The good manifests with one thing changed; throws where the change would change nothing. */
export function spoiled(from: string, to: string): string {
  const changed = GOOD_MANIFESTS.replace(from, to);
  if (changed === GOOD_MANIFESTS) {
    throw new Error(`The manifests do not contain ${JSON.stringify(from)}`);
  }
  return changed;
}
