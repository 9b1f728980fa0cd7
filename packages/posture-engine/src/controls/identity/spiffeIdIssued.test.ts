import {
  ExpectFindingsOptions,
  findingsOf,
} from '../../testing/expectFindings';
import {
  SOCKET,
  clusterSpiffeId,
  deploymentWith,
  spireController,
} from '../../testing/spireManifests';
import { spiffeIdIssued as control } from './spiffeIdIssued';

function judge(
  manifests: string,
  coverage: ExpectFindingsOptions['coverage'] = {},
) {
  return findingsOf({ control, manifests, coverage })[0];
}

const base = deploymentWith() + spireController();

/** As the API server shows it once it runs on a node. */
const RUNNING = `
---
apiVersion: v1
kind: Pod
metadata:
  name: orders-1
  namespace: shop
  labels: { app: orders }
  ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: orders, controller: true }]
spec: { nodeName: node-1, serviceAccountName: orders, containers: [{ name: app }] }`;

describe('ID-3 SPIRE issues the identity', () => {
  it('does not apply without SPIRE, and to what it is not meant for', () => {
    expect(judge(deploymentWith())).toMatchObject({
      verdict: 'not-applicable',
      message:
        'The question does not arise for orders: SPIRE is not in the cluster.',
    });
    expect(
      judge(
        base +
          clusterSpiffeId(
            'className: own, podSelector: { matchLabels: { app: web } }',
          ),
      ),
    ).toMatchObject({
      verdict: 'not-applicable',
      message:
        'The question does not arise for orders: no ClusterSPIFFEID selects orders, and it asks SPIRE for nothing.',
    });
  });

  it('passes where the controller of the class selects it, and says which ID it gets', () => {
    expect(judge(base + clusterSpiffeId())).toMatchObject({
      verdict: 'pass',
      enforcement: 'declared',
      message:
        'SPIRE issues spiffe://example.org/ns/shop/sa/orders to orders, by ClusterSPIFFEID workloads.',
    });
  });

  it('fails for a workload that waits at the socket and is selected by none', () => {
    expect(
      judge(
        deploymentWith(SOCKET) +
          spireController() +
          clusterSpiffeId(
            'className: own, namespaceSelector: { matchLabels: { team: web } }',
          ),
      ),
    ).toMatchObject({
      verdict: 'fail',
      severity: 'high',
      message:
        'orders waits for an identity that SPIRE gives to nobody like it: it mounts the socket of SPIRE, and no ClusterSPIFFEID selects it.',
    });
  });

  it.each([
    // class of the ClusterSPIFFEID, of the controller, watchClassless, whether it acts
    ['own', 'own', false, true],
    ['other', 'own', true, false],
    ['', 'own', false, false],
    ['', 'own', true, true],
    ['', '', false, true],
    ['own', '', true, false],
  ])(
    'class "%s" with a controller of "%s", watchClassless %s',
    (className, own, watchClassless, acts) => {
      const finding = judge(
        deploymentWith() +
          spireController(own, `watchClassless: ${watchClassless}`) +
          clusterSpiffeId(`className: '${className}'`),
      );
      expect(finding.verdict).toBe(acts ? 'pass' : 'fail');
    },
  );

  it('says which class is whose', () => {
    expect(judge(base + clusterSpiffeId(''))).toMatchObject({
      message:
        'orders gets no identity from SPIRE, though ClusterSPIFFEID workloads selects it.',
      because:
        'No controller takes ClusterSPIFFEID workloads up: it is of no class, and ConfigMap spire/spire-controller-manager takes the class own.',
    });
  });

  it('fails in a namespace that the controller ignores, by a pattern that is not anchored', () => {
    expect(
      judge(
        deploymentWith() +
          spireController('own', 'ignoreNamespaces: ["^sh"]') +
          clusterSpiffeId(),
      ),
    ).toMatchObject({
      verdict: 'fail',
      because: 'The controller was told to ignore the namespace shop.',
    });
  });

  it.each([
    ["'spiffe://{{ .TrustDomain'", 'an action is not closed'],
    [
      `'spiffe://{{ .TrustDomain }}/{{ index .PodMeta.Labels "team" }}'`,
      'the pod has no label team',
    ],
    ["'spiffe://other.org/x'", 'is of the trust domain other.org'],
    ["'https://example.org/x'", 'is no SPIFFE ID'],
  ])('fails for the template %s', (template, reason) => {
    const finding = judge(
      base + clusterSpiffeId(`className: own, spiffeIDTemplate: ${template}`),
    );
    expect(finding.verdict).toBe('fail');
    expect(finding.because).toContain(reason);
  });

  it('is unknown for a template that it does not evaluate', () => {
    expect(
      judge(
        base +
          clusterSpiffeId(
            `className: own, spiffeIDTemplate: 'spiffe://{{ printf "%s" .TrustDomain }}/x'`,
          ),
      ).verdict,
    ).toBe('unknown');
  });

  it('fails for all while one ClusterSPIFFEID has a time that is none', () => {
    const finding = judge(
      base +
        clusterSpiffeId() +
        clusterSpiffeId(
          'ttl: 1d, podSelector: { matchLabels: { app: none } }',
          'broken',
        ),
    );
    expect(finding).toMatchObject({
      verdict: 'fail',
      message:
        'New pods of orders get no identity from SPIRE: its controller can read none of the ClusterSPIFFEIDs as long as ClusterSPIFFEID broken is there.',
    });
    expect(finding.evidence).toMatchObject([
      { field: 'spec.ttl', value: '1d' },
    ]);
  });

  it('a fallback counts only where no other does', () => {
    const fallback = clusterSpiffeId(
      "className: own, fallback: true, spiffeIDTemplate: 'spiffe://{{ .TrustDomain }}/fallback'",
      'fallback',
    );
    expect(judge(base + clusterSpiffeId() + fallback).message).toBe(
      'SPIRE issues spiffe://example.org/ns/shop/sa/orders to orders, by ClusterSPIFFEID workloads.',
    );
    expect(judge(base + fallback).message).toContain('example.org/fallback');
  });

  describe('of running pods the status tells', () => {
    const seen = (status = '') =>
      judge(
        base + RUNNING + clusterSpiffeId('className: own', 'workloads', status),
      );

    it('passes, enforced, where pods were selected without failures', () => {
      expect(seen('{ stats: { podsSelected: 1 } }')).toMatchObject({
        verdict: 'pass',
        enforcement: 'enforced',
      });
    });

    it('fails where there is none', () => {
      expect(seen()).toMatchObject({
        verdict: 'fail',
        because:
          'No controller has taken ClusterSPIFFEID workloads up: it selects running pods and has no status.',
      });
    });

    it('cannot tell whose failures it counts', () => {
      expect(
        seen('{ stats: { podsSelected: 3, podEntryRenderFailures: 1 } }'),
      ).toMatchObject({
        verdict: 'unknown',
        message:
          'Cannot be told for orders, which ClusterSPIFFEID workloads selects: ClusterSPIFFEID workloads failed for 1 of its 3 pods, and its status does not say for which.',
      });
    });
  });

  it('is unknown where no controller is in view, and names the right that would show it', () => {
    const forbidden = {
      ConfigMap: {
        state: 'by-name',
        names: {
          istio: { state: 'listed' },
          'spire-controller-manager': { state: 'forbidden', verb: 'list' },
        },
      },
    } as const;
    const manifests = deploymentWith() + clusterSpiffeId();
    expect(judge(manifests)).toMatchObject({ verdict: 'unknown' });
    expect(judge(manifests, forbidden)).toMatchObject({
      verdict: 'unknown',
      missing: [{ verb: 'list', group: '', resource: 'configmaps' }],
    });
    expect(
      judge(deploymentWith(), {
        ClusterSPIFFEID: { state: 'forbidden', verb: 'list' },
      }),
    ).toMatchObject({
      verdict: 'unknown',
      missing: [{ resource: 'clusterspiffeids' }],
    });
  });
});
