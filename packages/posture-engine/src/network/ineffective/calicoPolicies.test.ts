import { policy, saidOf } from '../../testing/ineffective';

const calico = (name: string, spec: string) =>
  policy(
    'projectcalico.org/v3',
    name.startsWith('/') ? 'GlobalNetworkPolicy' : 'NetworkPolicy',
    name,
    spec,
  );

describe("Calico's policies without an effect", () => {
  it('are those that select no pod', () => {
    expect(
      saidOf([
        calico(
          'lost',
          "{ selector: app == 'gone', ingress: [{ action: Allow }] }",
        ),
        calico(
          '/lost-too',
          "{ selector: app == 'gone', ingress: [{ action: Allow }] }",
        ),
      ]),
    ).toEqual([
      'lost spec: it selects no pod of namespace shop',
      'lost-too spec: it selects no pod',
    ]);
  });

  it('are not said of policies of the cluster that may be for hosts', () => {
    expect(
      saidOf([
        calico(
          '/hosts',
          '{ selector: has(host), ingress: [{ action: Allow }] }',
        ),
        policy(
          'projectcalico.org/v3',
          'HostEndpoint',
          '/node-1',
          '{ node: node-1, expectedIPs: [192.0.2.1] }',
        ),
      ]),
    ).toEqual([]);
  });

  it('are rules of a direction that types leaves out', () => {
    expect(
      saidOf([
        calico(
          'types',
          '{ types: [Ingress], ingress: [{ action: Allow }], egress: [{ action: Deny }] }',
        ),
      ]),
    ).toEqual([
      'types spec.egress[0]: types has no Egress, and without it the policy decides nothing about egress',
    ]);
  });

  it('are rules that one of a lower order covers, and Log covers nothing', () => {
    const first = (action: string) =>
      calico(
        '/first',
        `{ order: 1, types: [Ingress], ingress: [{ action: ${action} }] }`,
      );
    const second = calico(
      '/second',
      "{ order: 2, types: [Ingress], ingress: [{ action: Deny, source: { selector: app == 'web' } }] }",
    );
    expect(saidOf([first('Allow'), second])).toEqual([
      'second spec.ingress[0]: ingress rule 1 of GlobalNetworkPolicy first decides all of it before',
    ]);
    expect(saidOf([first('Log'), second])).toEqual([]);
    expect(saidOf([first('Pass'), second])).toEqual([
      'second spec.ingress[0]: ingress rule 1 of GlobalNetworkPolicy first decides all of it before',
    ]);
  });

  it('are rules that a tier before decides, and Pass leaves those of the next tiers', () => {
    const tier = policy(
      'projectcalico.org/v3',
      'Tier',
      '/early',
      '{ order: 10 }',
    );
    const early = (action: string) =>
      calico(
        '/early',
        `{ tier: early, order: 1, types: [Ingress], ingress: [{ action: ${action} }] }`,
      );
    const late = calico(
      '/late',
      '{ order: 1, types: [Ingress], ingress: [{ action: Allow }] }',
    );
    expect(saidOf([tier, early('Deny'), late])).toEqual([
      'late spec.ingress[0]: ingress rule 1 of GlobalNetworkPolicy early decides all of it before',
    ]);
    expect(saidOf([tier, early('Pass'), late])).toEqual([]);
  });

  it('are rules whose peers match nobody', () => {
    expect(
      saidOf([
        calico(
          'odd',
          "{ types: [Ingress], ingress: [{ action: Allow, source: { selector: app == 'gone' } }] }",
        ),
      ]),
    ).toEqual([
      'odd spec.ingress[0]: it names nobody in view: no pod and no address is meant as source',
    ]);
  });

  it('are all that are staged, once where the API shows them in two groups', () => {
    expect(
      saidOf(
        ['projectcalico.org/v3', 'crd.projectcalico.org/v1'].flatMap(
          apiVersion => [
            policy(apiVersion, 'StagedNetworkPolicy', 'trial', '{}'),
            policy(apiVersion, 'StagedGlobalNetworkPolicy', '/trial', '{}'),
            policy(apiVersion, 'StagedKubernetesNetworkPolicy', 'trial', '{}'),
          ],
        ),
      ),
    ).toEqual(
      Array(3).fill(
        'trial spec: it is staged: Calico reports what it would do, and enforces nothing of it',
      ),
    );
  });
});
