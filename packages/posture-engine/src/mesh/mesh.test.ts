import { ClusterSnapshot, KubernetesObject } from '../snapshot';
import { meshOf, requireMesh } from './mesh';

const configMap = (name: string, mesh: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'istio-system' },
  data: { mesh },
});

const snapshotOf = (...objects: KubernetesObject[]) =>
  ClusterSnapshot.create({ cluster: 'test', objects });

describe('the MeshConfigs of revisions', () => {
  it('count where there is none of the default revision', () => {
    expect(
      requireMesh(snapshotOf(configMap('istio-1-31', 'trustDomain: corp'))),
    ).toMatchObject({ trustDomain: 'corp' });
  });

  it('are one where they say the same of what is read', () => {
    expect(
      requireMesh(
        snapshotOf(
          configMap('istio', 'trustDomain: corp'),
          configMap(
            'istio-1-31',
            'trust_domain: corp\naccessLogFile: /dev/null',
          ),
          configMap('istio-1-30', '{"trustDomain": "corp"}'),
        ),
      ),
    ).toMatchObject({ trustDomain: 'corp' });
  });

  it.each([
    ['trustDomain', 'trustDomain: other'],
    ['rootNamespace', 'trustDomain: corp\nrootNamespace: mesh'],
    [
      'extensionProviders',
      'trustDomain: corp\nextensionProviders: [{ name: sso, envoyExtAuthzGrpc: {} }]',
    ],
  ])('leave nobody to tell where they differ in %s', (field, mesh) => {
    const snapshot = snapshotOf(
      configMap('istio', 'trustDomain: corp'),
      configMap('istio-1-31', mesh),
    );
    expect(() => requireMesh(snapshot)).toThrow(
      `the MeshConfigs of two revisions, in the ConfigMaps istio-system/istio and istio-system/istio-1-31, do not agree (${field}), and which of them a proxy has is not told apart here`,
    );
  });

  it('are not what else has such a name', () => {
    expect(
      snapshotOf(
        configMap('istio', 'trustDomain: corp'),
        {
          ...configMap('istio-ca-root-cert', ''),
          data: { 'root-cert.pem': 'x' },
        },
        {
          ...configMap('istio-1-31', 'trustDomain: other'),
          metadata: { name: 'istio-1-31', namespace: 'shop' },
        },
      ).derive(meshOf),
    ).toMatchObject({ trustDomain: 'corp' });
  });

  it('say nothing where one of them cannot be read', () => {
    for (const order of [
      ['istio', 'istio-1-31'],
      ['istio-1-31', 'istio'],
    ]) {
      expect(() =>
        requireMesh(
          snapshotOf(
            configMap(order[0], 'trustDomain: corp'),
            configMap(order[1], 'a: ['),
          ),
        ),
      ).toThrow(`ConfigMap istio-system/${order[1]} cannot be read`);
    }
  });
});
