import { ClusterSettings } from '../../snapshot';
import { ineffectiveAmong, policy, saidOf } from '../../testing/ineffective';

const cilium = (name: string, spec: string) =>
  policy(
    'cilium.io/v2',
    name.startsWith('/')
      ? 'CiliumClusterwideNetworkPolicy'
      : 'CiliumNetworkPolicy',
    name,
    spec,
  );

const under = (ciliumConfig: Record<string, string> = {}): ClusterSettings => ({
  cni: 'cilium',
  ciliumConfig,
});

const said = (...manifests: string[]) => saidOf(manifests, under());

describe('policies of Cilium without an effect', () => {
  it('are those that select no pod, spec by spec', () => {
    expect(
      said(
        cilium(
          'two',
          `specs:
- { endpointSelector: { matchLabels: { app: gone } }, ingress: [{}] }
- { endpointSelector: { matchLabels: { app: web } }, ingress: [{}] }`,
        ),
      ),
    ).toEqual(['two specs[0]: it selects no pod of namespace shop']);
  });

  it('are those that Cilium refuses, all of the object for one fault', () => {
    expect(
      said(
        cilium(
          'old',
          '{ endpointSelector: {}, ingress: [{ fromRequires: [{}] }] }',
        ),
      ),
    ).toEqual([
      'old spec: Cilium refuses the whole object: Cilium does not know fromRequires any more',
    ]);
  });

  it('are all that the settings of the agent switch off, and these are the proof', () => {
    const deny = cilium('deny', '{ endpointSelector: {}, ingress: [{}] }');
    const proof = (config: Record<string, string>) =>
      ineffectiveAmong([deny], under(config)).map(
        ({ because, provenBy: [{ object, field }] }) =>
          `${object.name} ${field}: ${because}`,
      );
    expect(proof({ 'enable-policy': 'never' })).toEqual([
      'cilium-config data.enable-policy: ConfigMap kube-system/cilium-config sets enable-policy to never, so that no policy is enforced',
    ]);
    expect(proof({ 'policy-audit-mode': 'true' })).toEqual([
      'cilium-config data.policy-audit-mode: ConfigMap kube-system/cilium-config sets policy-audit-mode, so that what policies refuse is logged and let through',
    ]);
    expect(proof({ 'enable-cilium-network-policy': 'false' })).toHaveLength(1);
    expect(proof({})).toEqual([]);
  });

  it('are policies of nodes where the host firewall is off', () => {
    const nodes = cilium('/nodes', '{ nodeSelector: {}, ingress: [{}] }');
    expect(said(nodes)).toEqual([
      expect.stringMatching(/^nodes spec: .*enable-host-firewall/),
    ]);
    expect(saidOf([nodes], under({ 'enable-host-firewall': 'true' }))).toEqual(
      [],
    );
  });

  it('are empty lists beside another direction, and a default deny that has no rule', () => {
    expect(
      said(
        cilium(
          'half',
          '{ endpointSelector: {}, ingress: [], egress: [{}], enableDefaultDeny: { ingress: true } }',
        ),
      ),
    ).toEqual([
      'half spec.ingress: to Cilium an empty list is as good as none: it neither lets anybody through nor shuts anything',
      'half spec.enableDefaultDeny.ingress: it shuts nothing: Cilium asks for at least one rule for ingress beside it, and there is none',
    ]);
  });

  it('are rules that name nobody, but not where they are how a default deny is written', () => {
    expect(
      said(
        cilium('deny', '{ endpointSelector: {}, ingress: [{}] }'),
        cilium(
          'more',
          '{ endpointSelector: {}, egress: [{}, { toEndpoints: [], toPorts: [{ ports: [{ port: "80" }] }] }, { toEndpoints: [{ matchLabels: { app: gone } }] }] }',
        ),
        cilium('deny-deny', '{ endpointSelector: {}, egressDeny: [{}] }'),
      ),
    ).toEqual([
      'more spec.egress[0]: it lets the pods go nowhere: it has neither peers nor ports',
      'more spec.egress[1].toEndpoints: it lets the pods go nowhere: its toEndpoints is empty, which is nobody',
      'more spec.egress[2]: it names nobody in view: no pod and no address is meant as destination',
    ]);
  });

  it('are allows beneath a deny of at least the same', () => {
    expect(
      said(
        cilium(
          'allow',
          '{ endpointSelector: { matchLabels: { app: orders } }, ingress: [{ fromEndpoints: [{ matchLabels: { app: web } }] }] }',
        ),
        cilium(
          '/deny',
          '{ endpointSelector: {}, ingressDeny: [{ fromEntities: [cluster] }] }',
        ),
      ),
    ).toEqual([
      'allow spec.ingress[0]: ingress deny rule 1 of CiliumClusterwideNetworkPolicy deny decides all of it before',
    ]);
  });

  it('are allows where nothing shuts the direction, and any other policy makes them count', () => {
    const list = cilium(
      'list',
      '{ endpointSelector: { matchLabels: { app: orders } }, enableDefaultDeny: { ingress: false }, ingress: [{ fromEndpoints: [{ matchLabels: { app: web } }] }] }',
    );
    expect(said(list)).toEqual([
      'list spec.ingress[0]: nothing shuts ingress for the pods that it selects, so that what it does not name passes too',
    ]);
    expect(
      said(list, cilium('deny', '{ endpointSelector: {}, ingress: [{}] }')),
    ).toEqual([]);
  });

  it('are blocks that hold nothing but pods', () => {
    expect(
      said(
        cilium(
          'block',
          '{ endpointSelector: {}, ingress: [{ fromCIDR: [10.0.0.1] }, { fromCIDRSet: [{ cidr: 10.0.0.0/24 }] }] }',
        ),
      ),
    ).toEqual([
      'block spec.ingress[0]: 10.0.0.1/32 holds no address but that of Pod shop/web, and to Cilium a block of addresses never means a pod',
    ]);
  });

  it('are rules for requests beneath a deny, and not those that refuse some', () => {
    const http = (name: string) =>
      cilium(
        name,
        '{ endpointSelector: { matchLabels: { app: orders } }, ingress: [{ fromEndpoints: [{ matchLabels: { app: web } }], toPorts: [{ ports: [{ port: "8080", protocol: TCP }], rules: { http: [{ method: GET }] } }] }] }',
      );
    expect(said(http('one'), http('two'))).toEqual([]);
    expect(
      said(
        http('one'),
        cilium(
          'deny',
          '{ endpointSelector: {}, ingressDeny: [{ fromEndpoints: [{}] }] }',
        ),
      ),
    ).toEqual([
      'one spec.ingress[0]: ingress deny rule 1 of CiliumNetworkPolicy shop/deny decides all of it before',
    ]);
  });
});
