/** Which kinds a server serves, by both forms of discovery. */
import type { Answer, ScriptedServer } from '../testing/scriptedServer';
import { scriptedServer } from '../testing/scriptedServer';
import { discoverKinds } from './discoverKinds';

const verbs = ['get', 'list', 'watch'];

function aggregated(groups: object[]): Answer {
  return { json: { kind: 'APIGroupDiscoveryList', items: groups } };
}

function group(
  name: string,
  versions: Record<string, string[]>,
  stale = false,
) {
  return {
    metadata: name === '' ? {} : { name },
    versions: Object.entries(versions).map(([version, resources]) => ({
      version,
      freshness: stale ? 'Stale' : 'Current',
      resources: resources.map(resource => ({ resource, verbs })),
    })),
  };
}

describe('discoverKinds', () => {
  let server: ScriptedServer | undefined;
  const discover = async (answers: Record<string, Answer>) => {
    server = await scriptedServer(answers);
    return discoverKinds(server.connection);
  };
  afterEach(() => server?.stop());

  it('takes the first version in the server’s order that serves the kind and that the engine understands', async () => {
    const kinds = await discover({
      '/api': aggregated([group('', { v1: ['pods'] })]),
      '/apis': aggregated([
        group('cilium.io', {
          v3: ['ciliumnetworkpolicies', 'ciliumclusterwidenetworkpolicies'],
          v2: ['ciliumnetworkpolicies'],
        }),
        group('gateway.networking.k8s.io', {
          v1: ['httproutes'],
          v1beta1: ['httproutes'],
          v1alpha2: ['tlsroutes'],
        }),
      ]),
    });
    expect(kinds.get('Pod')).toEqual({ state: 'served', version: 'v1' });
    expect(kinds.get('HTTPRoute')).toEqual({ state: 'served', version: 'v1' });
    expect(kinds.get('TLSRoute')).toEqual({
      state: 'served',
      version: 'v1alpha2',
    });
    expect(kinds.get('CiliumNetworkPolicy')).toEqual({
      state: 'served',
      version: 'v2',
    });
    expect(kinds.get('CiliumClusterwideNetworkPolicy')).toEqual({
      state: 'served',
      version: 'v3',
    });
    expect(kinds.get('UDPRoute')).toEqual({ state: 'not-installed' });
    expect(kinds.get('PeerAuthentication')).toEqual({ state: 'not-installed' });
    expect(server?.asked).toEqual(['/api', '/apis']);
  });

  it('a group whose own API server is down fails alone, and is not taken for absent', async () => {
    const kinds = await discover({
      '/api': aggregated([group('', { v1: ['pods'] })]),
      '/apis': aggregated([group('projectcalico.org', { v3: [] }, true)]),
    });
    expect(kinds.get('NetworkPolicy.projectcalico.org')).toEqual({
      state: 'failed',
      reason: 'the API server behind projectcalico.org/v3 does not answer',
    });
    expect(kinds.get('Pod')).toEqual({ state: 'served', version: 'v1' });
  });

  it('asks servers without aggregated discovery group by group, the preferred version first', async () => {
    const legacy = {
      '/api': { json: { kind: 'APIVersions', versions: ['v1'] } },
      '/api/v1': {
        json: {
          resources: [
            { name: 'pods', verbs },
            { name: 'pods/status', verbs: ['get'] },
          ],
        },
      },
      '/apis': {
        json: {
          kind: 'APIGroupList',
          groups: [
            {
              name: 'cilium.io',
              versions: [{ version: 'v2alpha1' }, { version: 'v2' }],
              preferredVersion: { version: 'v2' },
            },
            {
              name: 'projectcalico.org',
              versions: [{ version: 'v3' }],
              preferredVersion: { version: 'v3' },
            },
            { name: 'example.org', versions: [{ version: 'v1' }] },
          ],
        },
      },
      '/apis/cilium.io/v2': {
        json: { resources: [{ name: 'ciliumnetworkpolicies', verbs }] },
      },
      '/apis/cilium.io/v2alpha1': {
        json: { resources: [{ name: 'ciliumnetworkpolicies', verbs }] },
      },
      '/apis/projectcalico.org/v3': {
        text: 'service unavailable',
        status: 503,
      },
    };
    const kinds = await discover(legacy);
    expect(kinds.get('Pod')).toEqual({ state: 'served', version: 'v1' });
    expect(kinds.get('CiliumNetworkPolicy')).toEqual({
      state: 'served',
      version: 'v2',
    });
    expect(kinds.get('GlobalNetworkPolicy.projectcalico.org')?.state).toBe(
      'failed',
    );
    expect(server?.asked).not.toContain('/apis/example.org/v1');
  });

  it('says so where the address is not an API server', async () => {
    await expect(
      discover({ '/api': { json: { hello: 'world' } } }),
    ).rejects.toThrow(/it may not be a Kubernetes API server$/);
  });
});
