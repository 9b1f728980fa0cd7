import { ExpectedFinding, expectFindings } from '../../testing/expectFindings';
import { Control } from '../control';
import { ciliumPolicies } from './ciliumPolicies';

const ORDERS = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  template:
    metadata: { labels: { app: orders } }
    spec: { containers: [{ name: app, ports: [{ name: http, containerPort: 8080 }] }] }
`;

const WEB = `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop, labels: { app: web } }
spec: { nodeName: n1, containers: [{ name: app }] }
status: { podIP: 10.0.0.7, podIPs: [{ ip: 10.0.0.7 }] }
`;

const AGENT = `
apiVersion: v1
kind: Pod
metadata: { name: cilium-a, namespace: kube-system, labels: { k8s-app: cilium, app.kubernetes.io/name: cilium-agent }, ownerReferences: [{ apiVersion: apps/v1, kind: DaemonSet, name: cilium, controller: true }] }
spec: { hostNetwork: true, nodeName: n1, containers: [{ name: cilium-agent, image: quay.io/cilium/cilium:v1.20.2 }] }
`;

function config(data = '{}'): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: cilium-config, namespace: kube-system }
data: ${data}
---${AGENT}`;
}

function policy(name: string, rules: string): string {
  return `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: { endpointSelector: { matchLabels: { app: orders } }, ${rules} }
`;
}

/** Asks of nobody else. */
const ofOrders: Control = {
  ...ciliumPolicies,
  evaluate: (workload, snapshot) =>
    workload.reference.name === 'orders'
      ? ciliumPolicies.evaluate(workload, snapshot)
      : [],
};

function expectOrders(
  manifests: readonly string[],
  expected: Omit<ExpectedFinding, 'of'>,
  agent = config(),
): void {
  expectFindings(
    {
      control: ofOrders,
      manifests: [ORDERS, WEB, agent, ...manifests].join('---\n'),
    },
    [{ of: 'Deployment shop/orders', ...expected }],
  );
}

const fails = (message: string, severity: 'high' | 'medium' | 'low') => ({
  verdict: 'fail' as const,
  severity,
  message: expect.stringContaining(message) as unknown as string,
});

const FROM_WEB = 'fromEndpoints: [{ matchLabels: { app: web } }]';
const GET = `ingress: [{ ${FROM_WEB}, toPorts: [{ ports: [{ port: "8080", protocol: TCP }], rules: { http: [{ method: GET }] } }] }]`;

describe('NW-2 Cilium policies do what they say', () => {
  it('passes where they do, and a default deny written as [{}] is one', () => {
    expectOrders([policy('orders', `${GET}, egress: [{}]`)], {
      verdict: 'pass',
      enforcement: 'enforced',
      message:
        'What the policies of Cilium say of orders is what they do: CiliumNetworkPolicy shop/orders.',
    });
  });

  it('does not apply where no policy of Cilium selects the workload', () => {
    expectOrders(
      [policy('other', 'ingress: [{}]').replace('app: orders', 'app: other')],
      {
        verdict: 'not-applicable',
        message: 'No policy of Cilium selects orders.',
      },
    );
  });

  it('fails where the agent enforces nothing, or only logs', () => {
    const some = policy('orders', 'ingress: [{}]');
    expectOrders(
      [some],
      {
        ...fails('Cilium enforces none in this cluster', 'high'),
        evidence: [
          expect.objectContaining({
            field: 'data.enable-policy',
            value: 'never',
          }) as never,
        ],
      },
      config('{ enable-policy: never }'),
    );
    expectOrders(
      [some],
      fails('is logged and let through', 'high'),
      config('{ policy-audit-mode: "true" }'),
    );
  });

  it('fails where the network of the cluster does not enforce policies of Cilium at all', () => {
    expectFindings(
      {
        control: ciliumPolicies,
        manifests: [ORDERS, policy('orders', 'ingress: [{}]')].join('---\n'),
        settings: { cni: 'calico' },
      },
      [
        {
          of: 'Deployment shop/orders',
          ...fails('does not enforce them', 'high'),
        },
      ],
    );
  });

  it('fails where Cilium refuses the object, and one bad spec is enough', () => {
    expectOrders(
      [
        `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: two, namespace: shop }
specs:
- { endpointSelector: { matchLabels: { app: orders } }, ingress: [{}] }
- { endpointSelector: { matchLabels: { app: web } }, ingress: [{ fromRequires: [{}] }] }
`,
      ],
      {
        ...fails('Nothing of CiliumNetworkPolicy shop/two holds', 'high'),
        because:
          'specs[1].ingress[0].fromRequires: Cilium does not know fromRequires any more.',
      },
    );
  });

  it('fails where a list of callers shuts nobody out, unless another policy shuts the direction', () => {
    const list = policy(
      'list',
      `enableDefaultDeny: { ingress: false }, ingress: [{ ${FROM_WEB} }]`,
    );
    expectOrders(
      [list],
      fails(
        'Any pod in the cluster can open connections to orders, though CiliumNetworkPolicy shop/list lists who may.',
        'high',
      ),
    );
    expectOrders(
      [
        list,
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: deny, namespace: shop }\nspec: { podSelector: {} }\n',
      ],
      { verdict: 'pass' },
    );
    expectOrders(
      [list],
      { verdict: 'pass' },
      config('{ enable-policy: always }'),
    );
  });

  it('passes where rules that shut nobody out only have a proxy look at lookups', () => {
    expectOrders(
      [
        policy(
          'visibility',
          'enableDefaultDeny: { egress: false }, egress: [{ toEntities: [cluster], toPorts: [{ ports: [{ port: "53" }], rules: { dns: [{ matchPattern: "*" }] } }] }]',
        ),
      ],
      { verdict: 'pass' },
    );
  });

  it('fails where an empty list reads as a default deny, and where a switch has no rule beside it', () => {
    expectOrders(
      [policy('empty', 'ingress: [], egress: [{}]')],
      fails('reads as if nobody might', 'high'),
    );
    expectOrders(
      [policy('switch', 'enableDefaultDeny: { ingress: true }, egress: [{}]')],
      fails('switches default deny on for ingress', 'high'),
    );
  });

  it('fails where rules for requests refuse none: a plain rule for the same, or no default deny', () => {
    expectOrders(
      [
        policy('http', GET),
        policy('plain', 'ingress: [{ fromEndpoints: [{}] }]'),
      ],
      {
        ...fails('Whoever may connect can send orders any request', 'high'),
        because: expect.stringContaining(
          'ingress rule 1 of CiliumNetworkPolicy shop/plain opens the same ports',
        ) as unknown as string,
      },
    );
    expectOrders(
      [policy('http', `enableDefaultDeny: { ingress: false }, ${GET}`)],
      fails('Whoever may connect can send orders any request', 'high'),
    );
    expectOrders(
      [
        policy('http', GET),
        policy(
          'others',
          'ingress: [{ fromEndpoints: [{ matchLabels: { app: admin } }] }]',
        ),
      ],
      { verdict: 'pass' },
    );
  });

  it('fails so also where the callers are not there yet, by the words of the rules', () => {
    const gone = (rules: string) => rules.replace('app: web', 'app: gone');
    expectOrders(
      [
        policy('http', gone(GET)),
        policy('plain', gone(`ingress: [{ ${FROM_WEB} }]`)),
      ],
      fails('Whoever may connect can send orders any request', 'high'),
    );
    expectOrders(
      [
        policy('http', gone(GET)),
        policy('plain', `ingress: [{ ${FROM_WEB} }]`),
      ],
      { verdict: 'pass' },
    );
  });

  it('fails where a list of requests is empty, or one item of it is', () => {
    const http = (list: string) =>
      policy(
        'http',
        `ingress: [{ ${FROM_WEB}, toPorts: [{ ports: [{ port: "8080", protocol: TCP }], rules: { http: ${list} } }] }]`,
      );
    expectOrders([http('[]')], fails('reads as if it let none', 'medium'));
    expectOrders(
      [http('[{ method: GET }, {}]')],
      fails('lists which ones', 'medium'),
    );
  });

  it('fails where a denial denies nobody, or spares the pods in a block', () => {
    const allow = `ingress: [{ ${FROM_WEB} }]`;
    expectOrders(
      [policy('deny', `${allow}, ingressDeny: [{}]`)],
      fails('denies nobody what other rules open to orders', 'medium'),
    );
    expectOrders(
      [policy('deny', `${allow}, ingressDeny: [{ fromCIDR: [10.0.0.0/16] }]`)],
      {
        ...fails('Pod shop/web can still reach orders', 'medium'),
        witness: { from: 'Pod shop/web', to: 'orders', port: null },
      },
    );
    expectOrders(
      [policy('deny', `${allow}, ingressDeny: [{ fromCIDR: [192.0.2.0/24] }]`)],
      { verdict: 'pass' },
    );
  });

  it('fails where selectors mean others than they seem to', () => {
    expectOrders(
      [
        policy('away', 'ingress: [{}]').replace(
          'app: orders',
          'app: orders, "k8s:io.kubernetes.pod.namespace": bank',
        ),
      ],
      fails('is for pods of namespace bank', 'medium'),
    );
    expectOrders(
      [
        policy(
          'hash',
          'ingress: [{ fromEndpoints: [{}] }], ingressDeny: [{ fromEndpoints: [{ matchLabels: { pod-template-hash: abc } }] }]',
        ),
      ],
      fails('does not deny the callers of orders', 'high'),
    );
    expectOrders(
      [
        policy(
          'negative',
          'ingress: [{ fromEndpoints: [{ matchExpressions: [{ key: "reserved:host", operator: DoesNotExist }] }] }]',
        ),
      ],
      fails('Every pod of the cluster can reach orders', 'high'),
    );
  });

  it('fails where names never resolve, and passes beside a rule for their lookups', () => {
    const names =
      '{ toFQDNs: [{ matchName: api.pay.example }], toPorts: [{ ports: [{ port: "443" }] }] }';
    const lookups = (pattern: string) =>
      `{ toEndpoints: [{ matchLabels: { k8s-app: kube-dns } }], toPorts: [{ ports: [{ port: "53", protocol: UDP }], rules: { dns: [{ matchPattern: "${pattern}" }] } }] }`;
    const never = fails('orders cannot reach api.pay.example', 'medium');
    expectOrders([policy('out', `egress: [${names}]`)], never);
    expectOrders(
      [policy('out', `egress: [${names}, ${lookups('*.other.example')}]`)],
      never,
    );
    for (const pattern of ['*', '*.pay.example', '**.example']) {
      expectOrders([policy('out', `egress: [${names}, ${lookups(pattern)}]`)], {
        verdict: 'pass',
      });
    }
  });

  it('fails where a mesh encrypts what rules for HTTP are to look into', () => {
    const meshed = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio.io/dataplane-mode: ambient } }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: ztunnel, namespace: istio-system, labels: { app: ztunnel } }
spec:
  selector: { matchLabels: { app: ztunnel } }
  template:
    metadata: { labels: { app: ztunnel } }
    spec: { containers: [{ name: istio-proxy }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system, labels: { app: istiod } }
spec:
  selector: { matchLabels: { app: istiod } }
  template:
    metadata: { labels: { app: istiod } }
    spec: { containers: [{ name: discovery }] }
`;
    expectFindings(
      {
        control: ofOrders,
        manifests: [ORDERS, WEB, config(), meshed, policy('http', GET)].join(
          '---\n',
        ),
      },
      [
        {
          of: 'Deployment shop/orders',
          ...fails('Callers in the mesh cannot be held to', 'medium'),
        },
      ],
    );
  });

  it('fails mildly where mutual authentication is asked for', () => {
    expectOrders(
      [
        policy(
          'mutual',
          `ingress: [{ ${FROM_WEB}, authentication: { mode: required } }]`,
        ),
      ],
      fails('does not encrypt what they send', 'low'),
    );
  });

  it('is unknown where the settings of the agent are not in view, but for what no setting changes', () => {
    expectOrders(
      [
        policy(
          'list',
          `enableDefaultDeny: { ingress: false }, ingress: [{ ${FROM_WEB} }]`,
        ),
      ],
      { verdict: 'unknown' },
      AGENT,
    );
    expectOrders(
      [
        policy('http', GET),
        policy('plain', 'ingress: [{ fromEndpoints: [{}] }]'),
      ],
      fails('any request', 'high'),
      AGENT,
    );
  });

  it('goes by the defaults of Cilium where nothing but policies is in view, and says so', () => {
    expectOrders(
      [policy('list', `ingress: [{ ${FROM_WEB} }], egress: [{}]`)],
      {
        verdict: 'pass',
        enforcement: 'declared',
        message: expect.stringContaining(
          'provided that an agent of Cilium enforces them as it does by default',
        ),
      },
      '',
    );
    expectOrders(
      [
        policy(
          'list',
          `enableDefaultDeny: { ingress: false }, ingress: [{ ${FROM_WEB} }]`,
        ),
      ],
      { verdict: 'fail' },
      '',
    );
  });
});
