/** Objects of Istio's kinds that Istio takes, with as many fields as a kind's checks look at: what tests change. */
export const ISTIO_SEEDS = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: orders, namespace: shop, annotations: { istio.io/dry-run: "false" } }
spec:
  selector: { matchLabels: { app: orders } }
  action: DENY
  rules:
    - from:
        - source:
            principals: [cluster.local/ns/shop/sa/web]
            notNamespaces: [other]
            ipBlocks: [10.0.0.0/8, 1.2.3.4]
        - source: { serviceAccounts: [shop/web, web], trustDomains: [cluster.local] }
      to:
        - operation:
            methods: [GET]
            paths: ["/a/{*}/b", "/c/{**}", /d*]
            ports: ["8080"]
            notHosts: [a.example.com]
      when:
        - key: "request.headers[x-team]"
          values: [blue]
        - key: source.ip
          notValues: [10.0.0.0/8]
        - key: destination.port
          values: ["80"]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: custom, namespace: shop }
spec:
  targetRefs: [{ kind: Service, name: orders }]
  action: CUSTOM
  provider: { name: opa }
  rules: [{ to: [{ operation: { paths: [/admin] } }], when: [{ key: "request.headers[a]", values: [b] }] }]
---
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: { name: tokens, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  jwtRules:
    - issuer: https://id.example
      jwksUri: https://id.example/keys
      audiences: [orders]
      fromHeaders: [{ name: x-token, prefix: "Bearer " }]
      fromParams: [token]
      outputClaimToHeaders: [{ header: x-sub, claim: sub }]
      timeout: 5s
    - issuer: https://other.example
      jwks: '{"keys":[{"kty":"oct","k":"YWJj","kid":"a"}]}'
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders.shop.svc.cluster.local
  exportTo: [".", other]
  trafficPolicy:
    tls: { mode: MUTUAL, clientCertificate: /c, privateKey: /k, caCertificates: /ca, subjectAltNames: [a] }
    loadBalancer:
      consistentHash: { httpCookie: { name: user, ttl: 0s }, maglev: { tableSize: 65537 } }
      localityLbSetting:
        distribute: [{ from: eu/a/*, to: { eu/a/*: 80, eu/b/*: 20 } }]
    connectionPool:
      tcp: { maxConnections: 10, connectTimeout: 30ms, idleTimeout: 5s }
      http: { http1MaxPendingRequests: 10, idleTimeout: 5s, h2UpgradePolicy: UPGRADE }
    outlierDetection: { consecutive5xxErrors: 7, interval: 5m, baseEjectionTime: 15m, maxEjectionPercent: 50 }
    portLevelSettings:
      - port: { number: 80 }
        tls: { mode: SIMPLE, credentialName: web }
  subsets:
    - name: v1
      labels: { version: v1 }
      trafficPolicy: { loadBalancer: { simple: ROUND_ROBIN } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: own, namespace: shop }
spec:
  host: "*.example.com"
  exportTo: ["."]
  workloadSelector: { matchLabels: { app: web } }
  trafficPolicy:
    tunnel: { protocol: CONNECT, targetHost: proxy.example.com, targetPort: 443 }
    loadBalancer: { localityLbSetting: { failover: [{ from: eu, to: us }] } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: static, namespace: shop }
spec:
  hosts: [db.example.com]
  addresses: [10.1.0.0/16, 2001:db8::1]
  location: MESH_EXTERNAL
  resolution: STATIC
  ports:
    - { number: 443, name: https, protocol: HTTPS, targetPort: 8443 }
    - { number: 80, name: http, protocol: HTTP }
  endpoints:
    - { address: 10.1.2.3, ports: { https: 8443, http: 8080 }, labels: { app: db } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: dns, namespace: shop }
spec:
  hosts: [a.example.com, b.example.com]
  exportTo: ["*"]
  resolution: DNS
  ports: [{ number: 443, name: tls, protocol: TLS }]
  endpoints: [{ address: c.example.com, ports: { tls: 8443 } }]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: wild, namespace: shop }
spec:
  hosts: ["*.example.com"]
  resolution: DYNAMIC_DNS
  location: MESH_EXTERNAL
  ports: [{ number: 443, name: tls, protocol: TLS }]
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: vm, namespace: shop }
spec: { address: vm.example.com, ports: { http: 80 }, labels: { app: vm }, serviceAccount: vm }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: vms, namespace: shop }
spec:
  metadata: { labels: { app: vm } }
  template: { serviceAccount: vm }
  probe: { httpGet: { port: 8080, path: /ready, scheme: HTTPS, httpHeaders: [{ name: X-A, value: b }] } }
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: web, namespace: shop }
spec:
  workloadSelector: { labels: { app: web } }
  outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: egress.shop.svc.cluster.local, port: { number: 443 } } }
  ingress:
    - port: { number: 9080, protocol: HTTP, name: http }
      defaultEndpoint: 127.0.0.1:8080
      captureMode: DEFAULT
    - port: { number: 9443, protocol: HTTPS, name: https }
      bind: 0.0.0.0
      defaultEndpoint: unix:///var/run/app.sock
      tls: { mode: SIMPLE, privateKey: /k, serverCertificate: /c }
      connectionPool: { http: { maxRetries: 1 } }
  egress:
    - port: { number: 3306, protocol: MYSQL, name: mysql }
      bind: 127.0.0.1
      captureMode: NONE
      hosts: ["*/db.example.com"]
    - hosts: ["./*", "istio-system/*.local", "~other/*"]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: web, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 443, name: https, protocol: HTTPS }
      hosts: [shop/web.example.com, "*.example.org"]
      tls: { mode: MUTUAL, serverCertificate: /c, privateKey: /k, caCertificates: /ca }
    - port: { number: 80, name: http, protocol: HTTP }
      hosts: ["*"]
      tls: { httpsRedirect: true }
    - port: { number: 8443, name: pass, protocol: TLS }
      bind: 10.0.0.1
      hosts: [db.example.com]
      tls: { mode: PASSTHROUGH }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec:
  hosts: [web.example.com, "*.example.org"]
  gateways: [shop/web, mesh]
  exportTo: ["."]
  http:
    - name: first
      match:
        - uri: { prefix: /a }
          headers: { x-team: { exact: blue } }
          withoutHeaders: { x-no: { regex: "*" } }
          queryParams: { q: { regex: "a+" } }
          method: { exact: GET }
          port: 80
          sourceLabels: { app: web }
          sourceNamespace: shop
          gateways: [mesh]
      headers:
        request: { set: { x-a: "%START_TIME%" }, add: { x-b: b }, remove: [x-c] }
        response: { set: { x-d: "100%%" } }
      fault:
        delay: { percentage: { value: 50 }, fixedDelay: 5s }
        abort: { percentage: { value: 1 }, httpStatus: 503 }
      corsPolicy: { allowOrigins: [{ regex: ".*" }], allowMethods: [GET], allowHeaders: [x-a], maxAge: 24h }
      retries: { attempts: 3, perTryTimeout: 2s, retryOn: "5xx,503" }
      rewrite: { uri: /b }
      timeout: 5s
      mirrors: [{ destination: { host: mirror.shop.svc.cluster.local }, percentage: { value: 10 } }]
      route:
        - destination: { host: v1.shop.svc.cluster.local, subset: v1, port: { number: 80 } }
          weight: 90
          headers: { request: { add: { x-e: e } } }
        - destination: { host: v2.shop.svc.cluster.local }
          weight: 10
    - match: [{ uri: { prefix: /old } }]
      redirect: { uri: /new, authority: other.example.com, redirectCode: 301, scheme: https }
    - match: [{ uri: { exact: /teapot } }]
      directResponse: { status: 418, body: { string: "no" } }
    - route: [{ destination: { host: web.shop.svc.cluster.local } }]
      rewrite: { uriRegexRewrite: { match: "/(.*)", rewrite: "/x/\\\\1" } }
  tls:
    - match: [{ sniHosts: [web.example.com], port: 443, destinationSubnets: [10.0.0.0/8] }]
      route: [{ destination: { host: web.shop.svc.cluster.local } }]
  tcp:
    - match: [{ port: 3306, sourceLabels: { app: web } }]
      route:
        - { destination: { host: a.shop.svc.cluster.local }, weight: 50 }
        - { destination: { host: b.shop.svc.cluster.local }, weight: 50 }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: delegate, namespace: shop }
spec:
  http: [{ route: [{ destination: { host: web.shop.svc.cluster.local } }] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: claims, namespace: shop }
spec:
  hosts: [web.example.com]
  gateways: [shop/web]
  http:
    - match: [{ headers: { "@request.auth.claims.sub": { exact: a } } }]
      delegate: { name: delegate, namespace: shop }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: all, namespace: shop }
spec:
  accessLogging: [{ filter: { expression: "response.code >= 400" }, providers: [{ name: stdout }] }]
  tracing:
    - randomSamplingPercentage: 10
      customTags: { a: { literal: { value: b } }, c: { header: { name: d } }, e: { environment: { name: F } } }
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: timeouts, namespace: shop }
spec:
  workloadSelector: { labels: { app: web } }
  configPatches:
    - applyTo: HTTP_FILTER
      match:
        context: SIDECAR_INBOUND
        proxy: { proxyVersion: "^1\\\\.3.*" }
        listener:
          filterChain: { filter: { name: envoy.filters.network.http_connection_manager, subFilter: { name: envoy.filters.http.router } } }
      patch: { operation: REMOVE }
    - applyTo: CLUSTER
      match: { cluster: { service: orders } }
      patch: { operation: REMOVE }
    - applyTo: VIRTUAL_HOST
      match: { routeConfiguration: { name: a } }
      patch: { operation: REMOVE }
---
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: { name: filter, namespace: shop }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: web }]
  url: oci://registry.example/filter:1
`;
