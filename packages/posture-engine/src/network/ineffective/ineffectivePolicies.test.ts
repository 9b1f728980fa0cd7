import { ineffectiveAmong, policy, saidOf } from '../../testing/ineffective';

const networkPolicy = (name: string, spec: string) =>
  policy('networking.k8s.io/v1', 'NetworkPolicy', name, spec);

describe('NetworkPolicies and rules without an effect', () => {
  it('are those that select no pod, or only pods on the network of their node', () => {
    const lost = '{ podSelector: { matchLabels: { app: gone } } }';
    expect(saidOf([networkPolicy('lost', lost)])).toEqual([
      'lost spec: it selects no pod of namespace shop',
    ]);
    expect(
      saidOf([
        networkPolicy('lost', lost),
        `
apiVersion: v1
kind: Pod
metadata: { name: agent, namespace: shop, labels: { app: gone } }
spec: { hostNetwork: true, containers: [{ name: app }] }
`,
      ]),
    ).toEqual([
      'lost spec: it selects only pods on the network of their nodes, where it does not apply',
    ]);
  });

  it('are not a default deny, nor a rule for the outside, nor one for pods that may come', () => {
    expect(
      saidOf([
        networkPolicy('deny', '{ podSelector: {} }'),
        networkPolicy(
          'office',
          '{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.9.0.0/16 } }] }, { from: [{ namespaceSelector: {} }] }] }',
        ),
      ]),
    ).toEqual([]);
  });

  it('are rules that name nobody, single peers of them too, and say which namespace is missing', () => {
    expect(
      saidOf([
        networkPolicy(
          'one',
          '{ podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: gone } } }] }] }',
        ),
        networkPolicy(
          'two',
          '{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: logging } } }, { podSelector: {} }] }] }',
        ),
      ]),
    ).toEqual([
      'one spec.ingress[0]: it names nobody in view: no pod and no address is meant as source',
      'two spec.ingress[0].from[0]: no namespace logging is in view',
    ]);
  });

  it('are rules of a direction that policyTypes leaves out, but under Cilium those count', () => {
    const types = networkPolicy(
      'types',
      '{ podSelector: {}, policyTypes: [Ingress], egress: [{ to: [{ podSelector: {} }] }] }',
    );
    expect(ineffectiveAmong([types])).toEqual([
      {
        object: expect.objectContaining({ name: 'types' }),
        field: 'spec.egress[0]',
        because:
          'policyTypes has no Egress, and without it the policy decides nothing about egress',
        provenBy: [
          {
            object: expect.objectContaining({ name: 'types' }),
            field: 'spec.policyTypes',
          },
        ],
      },
    ]);
    expect(saidOf([types], { cni: 'cilium' })).toEqual([]);
  });

  it('are ports by a name that no selected pod has coming in, and no destination going out', () => {
    expect(
      saidOf([
        networkPolicy(
          'in',
          '{ podSelector: { matchLabels: { app: orders } }, ingress: [{ ports: [{ port: http }, { port: metrics }] }, { ports: [{ port: scrape }] }] }',
        ),
        networkPolicy(
          'out',
          '{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: metrics }] }, { to: [{ podSelector: {} }], ports: [{ port: scrape }] }, { ports: [{ port: http }] }] }',
        ),
      ]),
    ).toEqual([
      'in spec.ingress[0].ports[1]: no pod that the policy selects has a port of the name metrics',
      'in spec.ingress[1]: no pod that the policy selects has a port of the name scrape',
      'out spec.egress[0]: no destination has a port of the name metrics',
      'out spec.egress[1]: no destination has a port of the name scrape',
    ]);
  });

  it('are rules that another covers, and it is the proof', () => {
    expect(
      ineffectiveAmong([
        networkPolicy(
          'both',
          '{ podSelector: {}, ingress: [{}, { from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 80 }] }] }',
        ),
      ]),
    ).toEqual([
      {
        object: expect.objectContaining({ name: 'both' }),
        field: 'spec.ingress[1]',
        because:
          'ingress rule 1 of NetworkPolicy shop/both decides all of it before',
        provenBy: [expect.objectContaining({ field: 'spec.ingress[0]' })],
      },
    ]);
  });

  it('are blocks that hold nothing but pods, under Cilium alone', () => {
    const block = networkPolicy(
      'block',
      '{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.2/31 } }] }] }',
    );
    expect(saidOf([block])).toEqual([]);
    expect(saidOf([block], { cni: 'cilium' })).toEqual([
      'block spec.ingress[0]: 10.0.0.2/31 holds no address but that of Pod monitoring/scraper, and to Cilium a block of addresses never means a pod',
    ]);
  });

  it('are not guessed where a policy of the namespace cannot be evaluated, and are said elsewhere', () => {
    const lost = '{ podSelector: { matchLabels: { app: gone } } }';
    expect(
      saidOf([
        networkPolicy(
          'odd',
          '{ podSelector: { matchExpressions: [{ key: app, operator: Like }] } }',
        ),
        networkPolicy('lost', lost),
        networkPolicy('other', lost).replace('shop', 'monitoring'),
      ]),
    ).toEqual(['other spec: it selects no pod of namespace monitoring']);
  });

  it('are not asked of a rule that cannot be evaluated, even where no decision ever comes to it', () => {
    const like =
      '{ podSelector: { matchExpressions: [{ key: app, operator: Like }] } }';
    expect(
      saidOf([
        networkPolicy(
          'odd',
          `{ podSelector: { matchLabels: { app: gone } }, ingress: [{ from: [${like}] }] }`,
        ),
        networkPolicy(
          'half',
          `{ podSelector: {}, policyTypes: [Egress], ingress: [{ from: [${like}] }] }`,
        ),
      ]),
    ).toEqual(['odd spec: it selects no pod of namespace shop']);
  });
});

describe('policies that the network of the cluster does not enforce', () => {
  const everyone = '{ podSelector: {} }';

  it('have no effect at all', () => {
    expect(
      saidOf([networkPolicy('deny', everyone)], { cni: 'flannel' }),
    ).toEqual([
      expect.stringMatching(
        /^deny spec: the network of the cluster, Flannel, does not enforce policies of this kind/i,
      ),
    ]);
    expect(
      saidOf(
        [
          policy(
            'projectcalico.org/v3',
            'NetworkPolicy',
            'calico',
            '{ ingress: [{ action: Allow }] }',
          ),
        ],
        { cni: 'cilium' },
      ),
    ).toEqual([expect.stringMatching(/^calico spec: .*Cilium/)]);
  });

  it('are no such where nobody knows the network', () => {
    expect(saidOf([networkPolicy('deny', everyone)])).toEqual([]);
  });
});
