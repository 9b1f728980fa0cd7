import { findingsOf } from '../../testing/expectFindings';
import {
  SOCKET,
  clusterSpiffeId,
  deploymentWith,
  spireController,
} from '../../testing/spireManifests';
import { trustDomain as control } from './trustDomain';

const sidecar = deploymentWith(
  `${SOCKET}
      initContainers: [{ name: istio-proxy, restartPolicy: Always }]`,
  { annotations: `sidecar.istio.io/status: '{}'` },
);

function judge(
  manifests: string,
  meshConfig: Record<string, unknown> = { trustDomain: 'example.org' },
) {
  return findingsOf({ control, manifests, meshConfig })[0];
}

describe('ID-6 one trust domain', () => {
  it('does not apply without SPIRE, and to proxies that do not ask it', () => {
    expect(judge(sidecar).verdict).toBe('not-applicable');
    expect(
      judge(deploymentWith() + spireController() + clusterSpiffeId()).verdict,
    ).toBe('not-applicable');
  });

  it('does not apply where SPIRE gives no identity: no controller takes the ClusterSPIFFEID up', () => {
    expect(
      judge(sidecar + spireController() + clusterSpiffeId('className: other')),
    ).toMatchObject({
      verdict: 'not-applicable',
      message:
        'The question does not arise for orders: SPIRE gives it no identity (control ID-3).',
    });
  });

  it('passes where both are the same', () => {
    expect(
      judge(sidecar + spireController() + clusterSpiffeId()),
    ).toMatchObject({
      verdict: 'pass',
      message:
        "SPIRE gives orders an identity of the trust domain example.org, which is the mesh's.",
    });
  });

  it('passes for an alias, and says so', () => {
    expect(
      judge(sidecar + spireController() + clusterSpiffeId(), {
        trustDomain: 'cluster.local',
        trustDomainAliases: ['example.org'],
      }).message,
    ).toContain('example.org is an alias of cluster.local');
  });

  it("fails where the mesh knows no such domain: with Istio's default, say", () => {
    expect(
      judge(sidecar + spireController() + clusterSpiffeId(), {}),
    ).toMatchObject({
      verdict: 'fail',
      severity: 'high',
      message:
        'The proxies of the mesh refuse orders: SPIRE gives it an identity of the trust domain example.org, and they trust cluster.local.',
    });
  });

  it('reads the domain from the template where no controller is in view, and is unknown where that does not say it', () => {
    const written = clusterSpiffeId(
      "spiffeIDTemplate: 'spiffe://example.org/x'",
    );
    expect(judge(sidecar + written).verdict).toBe('pass');
    expect(judge(sidecar + written, {}).verdict).toBe('fail');
    expect(judge(sidecar + clusterSpiffeId()).verdict).toBe('unknown');
  });
});
