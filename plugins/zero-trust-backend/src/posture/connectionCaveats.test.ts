import {
  ClusterSnapshot,
  Coverage,
  KubernetesObject,
} from '@backstage-zero-trust/posture-engine';
import { connectionCaveats } from './connectionCaveats';

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
