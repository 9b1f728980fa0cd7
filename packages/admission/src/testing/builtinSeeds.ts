/** Objects of built-in kinds that an API server takes: what tests change. */
export const BUILTIN_SEEDS = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop, labels: { app: web } }
spec:
  podSelector:
    matchLabels: { app: web }
    matchExpressions: [{ key: tier, operator: In, values: [front, back] }]
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector: { matchLabels: { app: client } }
          namespaceSelector: { matchExpressions: [{ key: team, operator: Exists }] }
        - ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] }
      ports: [{ protocol: TCP, port: 8080, endPort: 8090 }, { port: http }]
  egress: [{ to: [{ ipBlock: { cidr: "2001:db8::/32" } }], ports: [{ protocol: UDP, port: 53 }] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: "system:reader", namespace: shop }
rules: [{ apiGroups: [""], resources: [pods, pods/log], verbs: [get], resourceNames: [web] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: metrics }
aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: b } }] }
rules: [{ nonResourceURLs: [/metrics], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: readers, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects:
  - { kind: ServiceAccount, name: web }
  - { kind: User, name: alice, apiGroup: rbac.authorization.k8s.io }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: all }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ kind: Group, name: dev, apiGroup: rbac.authorization.k8s.io }, { kind: ServiceAccount, name: web, namespace: shop }]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop, annotations: { a/b: c } }
automountServiceAccountToken: false
secrets: [{ name: a }]
imagePullSecrets: [{ name: b }]
---
apiVersion: v1
kind: Namespace
metadata: { name: other, labels: { istio-injection: enabled } }
spec: { finalizers: [kubernetes] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop }
immutable: true
data: { a.b: c }
binaryData: { d: YWJj }
---
apiVersion: v1
kind: Secret
metadata: { name: tls, namespace: shop }
type: kubernetes.io/tls
data: { tls.crt: YWJj, tls.key: YWJj }
---
apiVersion: v1
kind: Secret
metadata: { name: pull, namespace: shop }
type: kubernetes.io/dockerconfigjson
stringData: { .dockerconfigjson: "{}" }
---
apiVersion: v1
kind: Secret
metadata: { name: token, namespace: shop, annotations: { kubernetes.io/service-account.name: web } }
type: kubernetes.io/service-account-token
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec:
  selector: { app: web }
  sessionAffinity: None
  ports:
    - { name: http, port: 80, targetPort: http, protocol: TCP, appProtocol: kubernetes.io/h2c }
    - { name: metrics, port: 9090, targetPort: 9090 }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web }, annotations: { a: b } }
    spec:
      serviceAccountName: web
      nodeSelector: { disk: ssd }
      containers:
        - name: app
          image: registry.example/web:1
          imagePullPolicy: Always
          ports: [{ name: http, containerPort: 8080, protocol: TCP }]
          env: [{ name: A, value: b }, { name: C, valueFrom: { fieldRef: { fieldPath: metadata.name } } }]
          resources: { limits: { memory: 1Gi }, requests: { cpu: 100m, memory: 512Mi } }
          volumeMounts: [{ name: data, mountPath: /data, readOnly: true }]
          securityContext: { runAsNonRoot: true, capabilities: { drop: [ALL] } }
      volumes: [{ name: data, emptyDir: { sizeLimit: 1Gi } }]
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: report, namespace: shop }
spec:
  schedule: "0 1 * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      template:
        metadata: { labels: { app: report } }
        spec: { restartPolicy: Never, containers: [{ name: app, image: a }] }
---
apiVersion: v1
kind: Pod
metadata: { name: one, namespace: shop }
spec:
  restartPolicy: OnFailure
  initContainers: [{ name: init, image: b }]
  containers: [{ name: app, image: a, ports: [{ containerPort: 80 }] }]
`;
