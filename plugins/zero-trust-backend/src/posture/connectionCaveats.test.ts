import {
  ClusterSnapshot,
  Coverage,
  KubernetesObject,
} from '@backstage-zero-trust/posture-engine';
import { connectionCaveats, meshCaveats } from './connectionCaveats';

function daemonSet(name: string, container: object = {}): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, 'k8s-app': name } },
        spec: {
          hostNetwork: true,
          containers: [{ name, image: `registry/${name}:1`, ...container }],
        },
      },
    },
  } as KubernetesObject;
}

function caveatsOf(
  objects: readonly KubernetesObject[],
  options: Partial<Parameters<typeof ClusterSnapshot.create>[0]> = {},
): string[] {
  return connectionCaveats(
    ClusterSnapshot.create({ cluster: 'prod', objects, ...options }),
  );
}

describe('what is not certain of a cluster’s connections', () => {
  it('is whether policies are enforced at all, where no network is in view', () => {
    expect(caveatsOf([])).toEqual([
      expect.stringMatching(
        /^Whether the policies behind these connections are enforced is not known: .+\.$/,
      ),
    ]);
  });

  it('is nothing where the network is known to enforce them', () => {
    expect(caveatsOf([], { settings: { cni: 'calico' } })).toEqual([]);
  });

  it('is that NetworkPolicies do not count under a network that enforces none', () => {
    expect(caveatsOf([daemonSet('flannel')])).toEqual([
      expect.stringMatching(
        /^Flannel does not enforce NetworkPolicies, so none of them counts here/,
      ),
    ]);
  });

  it('is what was not seen, each reason once', () => {
    const caveats = caveatsOf([], {
      settings: { cni: 'calico' },
      coverage: problems =>
        Coverage.create(
          {
            ...Coverage.complete().kinds,
            NetworkPolicy: {
              state: 'failed',
              reason: 'the server timed out',
            },
          },
          problems,
        ),
    });
    expect(caveats).toHaveLength(1);
    expect(caveats[0]).toMatch(/the server timed out/);
  });
});

describe('what is not certain of what a mesh makes of connections', () => {
  const policy: KubernetesObject = {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: { name: 'default', namespace: 'shop' },
    spec: { mtls: { mode: 'STRICT' } },
  };
  const caveatsWith = (objects: readonly KubernetesObject[]) =>
    meshCaveats(
      ClusterSnapshot.create({
        cluster: 'prod',
        objects,
        coverage: () =>
          Coverage.create({
            ...Coverage.complete().kinds,
            AuthorizationPolicy: { state: 'forbidden', verb: 'list' },
            Sidecar: { state: 'not-installed' },
          }),
      }),
    );

  it('is each kind that could not be listed', () => {
    expect(caveatsWith([policy])).toEqual([
      'Not all that the mesh makes of these connections can be told: listing authorizationpolicies is forbidden: grant the verb "list".',
    ]);
  });

  it('is nothing where nothing tells of a mesh', () => {
    expect(caveatsWith([])).toEqual([]);
  });
});
