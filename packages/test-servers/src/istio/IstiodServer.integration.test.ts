import { KubernetesServers } from '../KubernetesServers';
import { describeWithIstiod } from '../describeWithServers';
import { StoredObjects } from '../storedObjects';
import { AdsStream } from './AdsStream';
import { IstiodServer } from './IstiodServer';
import { askAsZtunnel } from './ztunnel';

jest.setTimeout(120_000);

const LISTENER = 'type.googleapis.com/envoy.config.listener.v3.Listener';

interface ConfigDump {
  configs: { dynamicListeners?: { name: string }[] }[];
}

const policy = (name: string, creationTimestamp: string, mode: string) => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { name, namespace: 'istio-system', creationTimestamp },
  spec: { mtls: { mode } },
});

describeWithIstiod('a real istiod', () => {
  let kubernetes: KubernetesServers;
  beforeAll(async () => {
    kubernetes = await KubernetesServers.start();
    await IstiodServer.prepare(kubernetes);
  });
  afterAll(() => kubernetes?.stop());

  it('computes the configuration of whoever says that he is a proxy', async () => {
    const istiod = await IstiodServer.start({ kubernetes });
    const stream = AdsStream.open(istiod.discoveryAddress, {
      id: 'sidecar~10.0.0.1~web.default~default.svc.cluster.local',
      metadata: { NAMESPACE: 'default', CLUSTER_ID: 'Kubernetes' },
    });
    try {
      await stream.subscribe(LISTENER);
      const { configs } = await istiod.debug<ConfigDump>(
        '/debug/config_dump?proxyID=web.default',
      );
      expect(
        configs.flatMap(({ dynamicListeners = [] }) =>
          dynamicListeners.map(({ name }) => name),
        ),
      ).toEqual(expect.arrayContaining(['virtualInbound', 'virtualOutbound']));
    } finally {
      stream.close();
      await istiod.stop();
    }
  });

  it('reads objects with the ages that they were stored with, and tells ztunnels of them', async () => {
    const store = StoredObjects.create(kubernetes);
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'web',
        namespace: 'default',
        annotations: { 'ambient.istio.io/redirection': 'enabled' },
      },
      spec: {
        nodeName: 'node-1',
        serviceAccountName: 'web',
        containers: [{ name: 'web', image: 'example/web:1' }],
      },
      status: {
        phase: 'Running',
        podIP: '10.0.0.1',
        podIPs: [{ ip: '10.0.0.1' }],
      },
    };
    const policiesOfWeb = async (strict: string, permissive: string) => {
      const stored = await store.replace([
        policy('strict', strict, 'STRICT'),
        policy('permissive', permissive, 'PERMISSIVE'),
        policy('impossible', strict, 'SOMETIMES'),
        pod,
      ]);
      expect(stored.map(({ metadata }) => metadata.name)).toEqual([
        'strict',
        'permissive',
        'web',
      ]);
      const istiod = await IstiodServer.start({ kubernetes, ambient: true });
      try {
        const { workloads } = await askAsZtunnel(istiod);
        return workloads.find(({ name }) => name === 'web')
          ?.authorizationPolicies;
      } finally {
        await istiod.stop();
      }
    };
    const [early, late] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'];
    expect(await policiesOfWeb(early, late)).toEqual([
      'istio-system/istio_converted_static_strict',
    ]);
    expect(await policiesOfWeb(late, early)).toEqual([]);
  });
});
