import { Judge } from '../../findings';
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import { expectFindings, findingsOf } from '../../testing/expectFindings';
import { infrastructure as control } from './infrastructure';

/** One manifest; labels and annotations are those of the pods. */
function deployment(
  name: string,
  where: string,
  labels: string,
  { annotations = '', spec = '', container = '' } = {},
) {
  return `
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${where}}
spec:
  template:
    metadata: {labels: {${labels}}, annotations: {${annotations}}}
    spec: {${spec}containers: [{name: app${container}}]}
`;
}

function service(name: string, where: string, selector: string, ports: string) {
  return `
---
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${where}}
spec: {selector: {${selector}}, ports: [${ports}]}
`;
}

function namespace(name: string, labels: string) {
  return `
---
apiVersion: v1
kind: Namespace
metadata: {name: ${name}, labels: {${labels}}}
`;
}

function policy(spec: string, selected = 'app: orders', where = 'shop') {
  return `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: restrict, namespace: ${where}}
spec: {podSelector: {matchLabels: {${selected}}}, ${spec}}
`;
}

const orders = (options = {}) =>
  deployment('orders', 'shop', 'app: orders', options);
const egress = (...rules: string[]) =>
  policy(`policyTypes: [Egress], egress: [${rules.join()}]`);
const ingress = (...rules: string[]) =>
  policy(`policyTypes: [Ingress], ingress: [${rules.join()}]`);

const dns =
  deployment('coredns', 'kube-system', 'k8s-app: kube-dns') +
  service(
    'kube-dns',
    'kube-system',
    'k8s-app: kube-dns',
    '{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53}',
  );
const pods = (where: string, labels: string) =>
  `{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${where}}}, podSelector: {matchLabels: {${labels}}}}`;
const lookups = `{to: [${pods(
  'kube-system',
  'k8s-app: kube-dns',
)}], ports: [{port: 53, protocol: UDP}, {port: 53}]}`;
const web = '{to: [{podSelector: {matchLabels: {app: web}}}]}';

function findingFor(name: string, ...manifests: string[]) {
  return findingsOf({ control, manifests: manifests.join('') }).find(
    ({ subject }) => subject.name === name,
  );
}

function found(...manifests: string[]) {
  const finding = findingFor('orders', ...manifests);
  return `${
    finding?.verdict === 'fail' ? finding.severity : finding?.verdict
  }: ${finding?.message}`;
}

/** The objects of a fix must make the control pass. */
function expectRepair(...manifests: string[]) {
  const { fix } = findingFor('orders', ...manifests) ?? {};
  expect(fix?.objects?.length).toBeGreaterThan(0);
  const repairs = (fix?.objects ?? []).map(
    object => `\n---\n${JSON.stringify(object)}\n`,
  );
  expect(found(...manifests, ...repairs)).toMatch(/^pass/);
}

const NO_NAMES =
  'medium: orders cannot look up any name: it does not reach the DNS of the cluster.';

describe('NW-6 infrastructure: name lookups', () => {
  it('passes where nothing restricts them, or a rule leads to the DNS', () => {
    for (const policies of ['', egress(lookups, web), egress('{}')]) {
      expect(found(orders(), dns, policies)).toBe(
        'pass: Network policies leave orders what it needs: the DNS of the cluster.',
      );
    }
  });

  it('fails where rules lead elsewhere only, with the rule to add', () => {
    expectFindings({ control, manifests: orders() + dns + egress(web) }, [
      { of: 'Deployment kube-system/coredns', verdict: 'pass' },
      {
        of: 'Deployment shop/orders',
        verdict: 'fail',
        severity: 'medium',
        message:
          'orders cannot look up any name: it does not reach the DNS of the cluster.',
        because:
          'NetworkPolicy shop/restrict lets the source send only what a rule allows, and none allows this. The destination is not among those to whom egress rule 1 of NetworkPolicy shop/restrict opens UDP port 53.',
        witness: {
          from: 'orders',
          to: 'kube-system/coredns',
          protocol: 'UDP',
          port: 53,
          action: 'look up a name',
        },
      },
    ]);
    expectRepair(orders(), dns, egress(web));
  });

  it('asks nothing of a service that may call nobody', () => {
    expect(found(orders(), dns, egress())).toBe(
      'pass: Network policies cut orders off from nothing that it evidently needs.',
    );
  });

  it('is mild where only lookups by TCP are lost', () => {
    expect(
      found(orders(), dns, egress(lookups.replace(', {port: 53}', ''))),
    ).toBe(
      'low: Answers to lookups of orders that are too long for UDP are lost: it does not reach the DNS of the cluster by TCP.',
    );
  });

  it('fails where the DNS itself does not let it in', () => {
    const closed = policy(
      'policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]',
      'k8s-app: kube-dns',
      'kube-system',
    );
    expect(found(orders(), dns, closed)).toBe(NO_NAMES);
    expect(findingFor('orders', orders(), dns, closed)?.fix).toEqual({
      summary:
        'Let orders reach kube-system/coredns on port 53, UDP and TCP, in the policy that refuses it.',
    });
  });

  it("asks for the port of the pods, which behind OpenShift's Service is another", () => {
    const label = 'dns.operator.openshift.io/daemonset-dns: default';
    const openshift =
      deployment('dns-default', 'openshift-dns', label) +
      service(
        'dns-default',
        'openshift-dns',
        label,
        '{port: 53, protocol: UDP, targetPort: 5353}, {name: tcp, port: 53, targetPort: 5353}',
      );
    const on = (port: number) =>
      egress(
        `{to: [${pods(
          'openshift-dns',
          label,
        )}], ports: [{port: ${port}, protocol: UDP}, {port: ${port}}]}`,
      );
    expect(found(orders(), openshift, on(53))).toBe(NO_NAMES);
    expect(found(orders(), openshift, on(5353))).toMatch(/^pass/);
    expectRepair(orders(), openshift, on(53));
  });

  describe('with caches on the nodes', () => {
    const caches = deployment(
      'node-local-dns',
      'kube-system',
      'k8s-app: node-local-dns',
      {
        spec: 'hostNetwork: true, ',
        container: ", args: ['-localip', '169.254.20.11,10.96.0.10']",
      },
    );
    const address = (cidr: string) =>
      `{to: [{ipBlock: {cidr: ${cidr}}}], ports: [{port: 53, protocol: UDP}, {port: 53}]}`;

    it('passes where they are reached', () => {
      for (const cidr of ['169.254.20.11/32', '10.96.0.10/32']) {
        expect(found(orders(), dns, caches, egress(address(cidr)))).toMatch(
          /^pass/,
        );
      }
    });

    it('is unknown where only the pods of the DNS are', () => {
      expect(found(orders(), dns, caches, egress(lookups))).toBe(
        'unknown: Whether name lookups of orders get through cannot be told: caches run on the nodes, no policy lets orders reach them at 169.254.20.11 or 10.96.0.10, and whether its lookups go there or to the pods of the DNS is a setting of the nodes.',
      );
    });

    it('fails where neither are', () => {
      expect(found(orders(), dns, caches, egress(web))).toBe(NO_NAMES);
    });
  });

  it('says so where the DNS is not in view, and fails where nobody is reached on its port', () => {
    expect(found(orders(), egress(lookups))).toBe(
      'pass: Network policies cut orders off from nothing that it evidently needs. Not in view, and so not judged: the DNS of the cluster.',
    );
    // What a port's name means to pods that are not in view, nobody knows.
    expect(found(orders(), egress('{ports: [{port: dns}]}'))).toMatch(/^pass/);
    // So does a rule for all ports of somebody who is not in view, who may be the DNS.
    expect(found(orders(), egress(web))).toMatch(/^pass/);
    const onlyHttp = egress(web.replace('}]}', '}], ports: [{port: 8080}]}'));
    expect(found(orders(), onlyHttp)).toBe(
      'medium: orders cannot look up any name: no rule lets it send to port 53 of anybody.',
    );
    expectRepair(orders(), onlyHttp);
  });
});

describe('NW-6 infrastructure: the control plane of the mesh', () => {
  const mesh = namespace('shop', 'istio-injection: enabled');
  const istiod = deployment(
    'istiod',
    'istio-system',
    'app: istiod, istio.io/rev: default',
  );
  const configuration = (labels: string, port = 15012) =>
    `{to: [${pods('istio-system', labels)}], ports: [{port: ${port}}]}`;

  it('passes where a proxy reaches it', () => {
    expect(
      found(
        orders(),
        mesh,
        dns,
        istiod,
        egress(lookups, configuration('app: istiod')),
      ),
    ).toBe(
      "pass: Network policies leave orders what it needs: the DNS of the cluster and the mesh's control plane.",
    );
  });

  it('fails where it does not, with the rule to add; a default deny without rules cuts off the proxy, too', () => {
    const lost =
      "The proxies of orders get no certificate and no configuration: they do not reach the mesh's control plane. Once theirs have expired, or in new pods, nothing gets through.";
    expect(found(orders(), mesh, dns, istiod, egress(lookups))).toBe(
      `medium: ${lost}`,
    );
    expect(
      found(
        orders(),
        mesh,
        dns,
        istiod,
        egress(lookups, configuration('app: istiod', 15010)),
      ),
    ).toBe(`medium: ${lost}`);
    expect(found(orders(), mesh, dns, istiod, egress())).toBe(
      `${NO_NAMES} ${lost}`,
    );
    expectRepair(orders(), mesh, dns, istiod, egress());
  });

  it("asks the control plane of the pod's own revision", () => {
    const revisions =
      namespace('shop', 'istio.io/rev: canary') +
      istiod +
      deployment(
        'istiod-canary',
        'istio-system',
        'app: istiod, istio.io/rev: canary',
      );
    const rule = (revision: string) =>
      egress(lookups, configuration(`istio.io/rev: ${revision}`));
    expect(found(orders(), revisions, dns, rule('default'))).toMatch(/^medium/);
    expect(found(orders(), revisions, dns, rule('canary'))).toMatch(/^pass/);
  });

  it('asks nothing of pods without a proxy, and says where it is not in view', () => {
    expect(found(orders(), dns, istiod, egress(lookups))).toMatch(/^pass/);
    expect(
      found(orders(), mesh, dns, egress(lookups, configuration('app: istiod'))),
    ).toBe(
      "pass: Network policies leave orders what it needs: the DNS of the cluster. Not in view, and so not judged: the mesh's control plane.",
    );
    expect(found(orders(), mesh, dns, egress(lookups))).toMatch(
      /^medium: The proxies of orders get no certificate/,
    );
    expectRepair(orders(), mesh, dns, egress(lookups));
  });
});

describe('NW-6 infrastructure: the ambient mesh', () => {
  const ambient = namespace('shop', 'istio.io/dataplane-mode: ambient');
  const peers =
    deployment('web', 'shop', 'app: web') +
    deployment(
      'outsider',
      'shop',
      'app: outsider, istio.io/dataplane-mode: none',
    );
  const from = (app: string, port: number) =>
    `{from: [{podSelector: {matchLabels: {app: ${app}}}}], ports: [{port: ${port}}]}`;

  it('fails where callers of the mesh get in on their port and not on that of the tunnel', () => {
    const manifests = [orders(), peers, ambient, ingress(from('web', 8080))];
    expect(found(...manifests)).toBe(
      'medium: Calls from shop/web to orders are lost: inside the mesh they arrive on port 15008, which is open to none of them.',
    );
    expectRepair(...manifests);
  });

  it('fails where it reaches others so', () => {
    const manifests = [
      orders(),
      peers,
      ambient,
      dns,
      egress(lookups, web.replace('}]}', '}], ports: [{port: 8080}]}')),
    ];
    expect(found(...manifests)).toBe(
      'medium: Calls of orders to shop/web are lost: inside the mesh they go to port 15008, which is open to none of them.',
    );
    expectRepair(...manifests);
  });

  it('passes for the port of the tunnel, and for callers that are not of the mesh', () => {
    for (const rule of [from('web', 15008), from('outsider', 8080), '{}']) {
      expect(found(orders(), peers, ambient, ingress(rule))).toMatch(/^pass/);
    }
  });

  it('fails where a waypoint that callers come through does not get in', () => {
    const labels = 'gateway.networking.k8s.io/gateway-name: waypoint';
    const waypoint = deployment('waypoint', 'shop', labels, {
      annotations:
        "inject.istio.io/templates: gateway, sidecar.istio.io/inject: 'false'",
    });
    const leading = namespace(
      'shop',
      'istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint',
    );
    const manifests = [
      orders(),
      waypoint,
      leading,
      ingress(from('web', 15008)),
    ];
    expect(found(...manifests)).toBe(
      'medium: Calls to orders that come through waypoint shop/waypoint are lost: it does not get in on port 15008.',
    );
    expectRepair(...manifests);
  });

  it('fails where probes do not get in from the address that the mesh gives them', () => {
    const probed = orders({
      container:
        ', ports: [{name: http, containerPort: 8080}], readinessProbe: {httpGet: {port: http}}, livenessProbe: {grpc: {port: 9090}}, startupProbe: {exec: {command: [ok]}}',
    });
    const manifests = [probed, ambient, ingress(from('web', 15008))];
    expect(found(...manifests)).toBe(
      "medium: The probes of orders fail on ports 8080 and 9090, so its pods are taken out of service or restarted: in the mesh's ambient mode probes come from 169.254.7.127, which no policy lets in.",
    );
    expectRepair(...manifests);
    // Without the mesh they come from the pods' own node, which always gets in.
    expect(found(probed, ingress(from('web', 8080)))).toMatch(/^pass/);
  });
});

describe('NW-6 infrastructure: probes under Cilium', () => {
  const agent = deployment('cilium', 'kube-system', 'k8s-app: cilium', {
    spec: 'hostNetwork: true, ',
  }).replace('Deployment', 'DaemonSet');
  const cilium = (deny: string) => `${agent}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: cilium-config, namespace: kube-system}
data: {enable-ipv6: 'false'}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: orders, namespace: shop}
spec: {endpointSelector: {}, ${deny}}
`;
  const probed = orders({
    container: ', readinessProbe: {tcpSocket: {port: 8080}}',
  });

  it('fails where a policy denies even the own node, and passes where none allows it', () => {
    expect(found(probed, cilium('ingressDeny: [{fromEntities: [all]}]'))).toBe(
      'medium: The probes of orders fail on port 8080, so its pods are taken out of service or restarted: their own node does not get in.',
    );
    expect(found(probed, cilium('ingress: [{}]'))).toMatch(/^pass/);
  });
});

describe('NW-6 infrastructure: Vault', () => {
  const inject = "vault.hashicorp.com/agent-inject: 'true'";
  const at = (address: string) =>
    orders({
      annotations: `${inject}, vault.hashicorp.com/service: '${address}'`,
    });
  const vault =
    deployment('vault', 'vault', 'app: vault') +
    service('vault', 'vault', 'app: vault', '{port: 8200, targetPort: 8201}');
  const toVault = (port: number) =>
    egress(
      lookups,
      `{to: [${pods('vault', 'app: vault')}], ports: [{port: ${port}}]}`,
    );
  const lost = (where: string) =>
    `medium: orders gets no secrets: its agent does not reach Vault at ${where}, so new pods do not start.`;
  const address = 'http://vault.vault.svc:8200';

  it('asks for the pods behind its Service, on their port', () => {
    expect(found(at(address), dns, vault, toVault(8201))).toBe(
      'pass: Network policies leave orders what it needs: the DNS of the cluster and Vault.',
    );
    expect(found(at(address), dns, vault, toVault(8200))).toBe(
      lost('vault/vault'),
    );
    expectRepair(at(address), dns, vault, toVault(8200));
  });

  it('takes the address from the injector where the pod says none', () => {
    const injector = deployment(
      'injector',
      'vault',
      'app.kubernetes.io/name: vault-agent-injector',
      {
        container: `, env: [{name: AGENT_INJECT_VAULT_ADDR, value: '${address}'}]`,
      },
    );
    const pod = orders({ annotations: inject });
    expect(found(pod, dns, vault, injector, egress(lookups))).toBe(
      lost('vault/vault'),
    );
    expect(found(pod, dns, vault, egress(lookups))).toMatch(
      /^pass: .* Not in view, and so not judged: where Vault is\.$/,
    );
  });

  it('asks for an address outside, and for the port of a name outside', () => {
    const to = (cidr: string) =>
      egress(
        lookups,
        `{to: [{ipBlock: {cidr: ${cidr}}}], ports: [{port: 443}]}`,
      );
    expect(found(at('https://192.0.2.9'), dns, to('192.0.2.8/32'))).toBe(
      lost('192.0.2.9'),
    );
    expectRepair(at('https://192.0.2.9'), dns, to('192.0.2.8/32'));
    expect(found(at('https://192.0.2.9'), dns, to('192.0.2.0/24'))).toMatch(
      /^pass/,
    );
    expect(found(at('https://vault.corp.example'), dns, egress(lookups))).toBe(
      lost('vault.corp.example'),
    );
    expect(
      found(at('https://vault.corp.example'), dns, to('192.0.2.0/24')),
    ).toMatch(
      /^pass: .* Not in view, and so not judged: whether vault\.corp\.example is among/,
    );
  });
});

describe('NW-6 infrastructure: the collection of metrics', () => {
  const scraped = orders({
    annotations: "prometheus.io/scrape: 'true', prometheus.io/port: '9090'",
  });
  const prometheus = deployment(
    'prometheus',
    'monitoring',
    'app.kubernetes.io/name: prometheus',
  );
  const from = (labels: string) =>
    ingress(`{from: [${pods('monitoring', labels)}], ports: [{port: 9090}]}`);

  it('fails mildly where Prometheus does not get in', () => {
    expect(found(scraped, prometheus, from('app: other'))).toBe(
      'low: Nobody sees the metrics of orders: it asks to be scraped on port 9090, and Prometheus does not get in.',
    );
    expectRepair(scraped, prometheus, from('app: other'));
  });

  it('passes where it does, and where none is in view', () => {
    expect(
      found(scraped, prometheus, from('app.kubernetes.io/name: prometheus')),
    ).toMatch(/^pass/);
    expect(found(scraped, from('app: other'))).toMatch(/^pass/);
  });
});

describe('NW-6 infrastructure: where it does not apply, or cannot be told', () => {
  it('does not apply on the network of the nodes', () => {
    expect(found(orders({ spec: 'hostNetwork: true, ' }), dns)).toBe(
      'not-applicable: orders uses the network of its nodes, which the policies for pods do not restrict.',
    );
  });

  it('is unknown where nobody can tell what policies decide', () => {
    const rivals = ['Deny', 'Accept']
      .map(
        action => `
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: ${action.toLowerCase()}}
spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [{action: ${action}, to: [{namespaces: {}}]}]}
`,
      )
      .join('');
    expect(found(orders(), dns, rivals)).toMatch(
      /^unknown: Whether orders reaches the DNS of the cluster cannot be told: /,
    );
  });

  it('is unknown where policies could not be listed', () => {
    expectFindings(
      {
        control,
        manifests: orders(),
        coverage: { NetworkPolicy: { state: 'forbidden', verb: 'list' } },
      },
      [{ of: 'Deployment shop/orders', verdict: 'unknown' }],
    );
  });
});

describe('NW-6 infrastructure: after a change', () => {
  it('asks again where a policy elsewhere cuts off those who supply it', () => {
    const judge = Judge.create({ controls: [control] });
    const verdictAfter = (...manifests: string[]) => {
      const snapshot = ClusterSnapshot.create({
        cluster: 'test',
        objects: parseManifests(manifests.join(''), 'test.yaml').objects.map(
          ({ object }) => object,
        ),
      });
      return judge
        .judge(snapshot)
        .find(({ subject }) => subject.name === 'orders')?.verdict;
    };
    const closed = policy(
      'policyTypes: [Ingress]',
      'k8s-app: kube-dns',
      'kube-system',
    );
    expect(verdictAfter(orders(), dns)).toBe('pass');
    expect(verdictAfter(orders(), dns, closed)).toBe('fail');
    expect(verdictAfter(orders(), dns)).toBe('pass');
  });
});
