import { findingsOf } from '../../testing/expectFindings';
import {
  SOCKET,
  clusterSpiffeId,
  deploymentWith,
  spireController,
} from '../../testing/spireManifests';
import { svidShape as control } from './svidShape';

function judge(spec: string, more = '', workload = deploymentWith()) {
  return findingsOf({
    control,
    manifests: `${workload}${spireController()}${clusterSpiffeId(
      `className: own, ${spec}`,
    )}${more}`,
  })[0];
}

describe('ID-4 identity documents are narrow', () => {
  it('does not apply where SPIRE issues nothing', () => {
    expect(
      findingsOf({ control, manifests: deploymentWith() })[0].verdict,
    ).toBe('not-applicable');
    expect(judge('podSelector: { matchLabels: { app: web } }').verdict).toBe(
      'not-applicable',
    );
  });

  it('passes for an ID of namespace and account, with times as they are or shorter', () => {
    for (const spec of ['', 'ttl: 24h', 'ttl: 30m, jwtTtl: 1h']) {
      expect(judge(spec)).toMatchObject({ verdict: 'pass' });
    }
  });

  it.each([
    ['ttl: 48h', 'medium', 'Whoever steals a certificate of orders'],
    ['jwtTtl: 2h', 'medium', 'Whoever steals a token of orders'],
    ['admin: true', 'high', 'orders can administer SPIRE'],
    ['downstream: true', 'critical', 'orders can issue any identity'],
    ['autoPopulateDNSNames: true', 'medium', 'can pass for a Service'],
    [
      "dnsNameTemplates: ['{{ .PodMeta.Name }}.shop.svc']",
      'medium',
      'can pass for a host of his choice',
    ],
    [
      `spiffeIDTemplate: 'spiffe://{{ .TrustDomain }}/{{ index .PodMeta.Labels "app" }}'`,
      'high',
      'chooses whom it passes for: the identity of orders is made of labels of a pod',
    ],
    [
      `spiffeIDTemplate: 'spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/app/{{ .PodMeta.Labels.app }}'`,
      'medium',
      'Whoever starts a pod in shop chooses',
    ],
  ])('fails for %s (%s)', (spec, severity, message) => {
    const finding = judge(spec);
    expect(finding).toMatchObject({ verdict: 'fail', severity });
    expect(finding.message).toContain(message);
  });

  it('does not mind DNS names that no pod chooses', () => {
    expect(
      judge(
        "dnsNameTemplates: ['{{ .PodSpec.ServiceAccountName }}.{{ .PodMeta.Namespace }}.svc']",
      ).verdict,
    ).toBe('pass');
  });

  it('names the worst first, and says the rest', () => {
    const finding = judge('ttl: 48h, admin: true');
    expect(finding).toMatchObject({ severity: 'high' });
    expect(finding.because).toContain('Whoever steals a certificate');
    expect(finding.evidence.map(({ field }) => field)).toEqual([
      'spec.admin',
      'spec.ttl',
    ]);
  });

  it('fails where a workload of another account gets the same ID', () => {
    const shared = "spiffeIDTemplate: 'spiffe://{{ .TrustDomain }}/shop'";
    const web = deploymentWith('', { name: 'web' }).replace(
      /---\napiVersion: v1\nkind: Namespace.*?\n(?=---)/s,
      '',
    );
    expect(judge(shared, web)).toMatchObject({
      verdict: 'fail',
      severity: 'high',
      message:
        'Deployment shop/web is the same as orders to all who trust SPIRE: both are spiffe://example.org/shop.',
    });
    expect(judge('', web).verdict).toBe('pass');
  });

  it("in Istio's sidecars wants the ID that Istio reads callers from", () => {
    const sidecar = deploymentWith(
      `${SOCKET}
      initContainers: [{ name: istio-proxy, restartPolicy: Always }]`,
      { annotations: `sidecar.istio.io/status: '{}'` },
    );
    const odd =
      "spiffeIDTemplate: 'spiffe://{{ .TrustDomain }}/{{ .PodMeta.Namespace }}/{{ .PodSpec.ServiceAccountName }}'";
    expect(judge(odd, '', sidecar)).toMatchObject({
      verdict: 'fail',
      severity: 'medium',
    });
    expect(judge('', '', sidecar).verdict).toBe('pass');
    expect(judge(odd).verdict).toBe('pass');
  });
});
