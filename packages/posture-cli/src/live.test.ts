import { DemoCluster } from '@backstage-zero-trust/demo-cluster';
import { Finding } from '@backstage-zero-trust/posture-engine';
import { resolve } from 'node:path';
import {
  INJECTED_NAMESPACE,
  RESTRICTED_DEPLOYMENT,
  documents,
  peerAuthentication,
} from './testing/manifests';
import { runCommand, temporaryFolder } from './testing/runCommand';

const files = temporaryFolder();
const company = resolve(__dirname, '../../../examples/company/clusters');
const running: DemoCluster[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map(cluster => cluster.stop()));
});

async function start(
  ...options: Parameters<typeof DemoCluster.start>
): Promise<DemoCluster> {
  const cluster = await DemoCluster.start(...options);
  running.push(cluster);
  return cluster;
}

function shop(): string {
  const folder = 'shop';
  files.write(
    `${folder}/cluster.yaml`,
    `
apiVersion: demo.zero-trust.backstage.io/v1
kind: DemoCluster
metadata: { name: shop }
spec: { dataPlane: sidecar }
`,
  );
  files.write(
    `${folder}/shop.yaml`,
    documents(
      INJECTED_NAMESPACE,
      RESTRICTED_DEPLOYMENT,
      peerAuthentication('shop', 'STRICT'),
    ),
  );
  return resolve(files.path, folder);
}

describe('a live cluster', () => {
  it.each(['prod-eu', 'prod-us'])(
    'gives the same verdicts as the folder it was filled from (%s)',
    async name => {
      const folder = resolve(company, name);
      const cluster = await start({ folder, down: false });
      const kubeconfig = files.write('kubeconfig', cluster.kubeconfig());
      const format = ['--format', 'json'];
      const live = await runCommand([
        'scan',
        '--kubeconfig',
        kubeconfig,
        ...format,
      ]);
      const manifests = await runCommand(['scan', folder, ...format]);
      expect(live.stderr).toBe('');
      const answers = verdicts(live.stdout);
      expect(answers).toEqual(verdicts(manifests.stdout));
      expect(answers.length).toBeGreaterThan(20);
    },
  );

  it('is found by its context', async () => {
    const cluster = await start({ folder: shop() });
    const kubeconfig = files.write('kubeconfig', cluster.kubeconfig());
    const args = ['mtls', '--kubeconfig', kubeconfig, '--context'];
    const { code, stdout } = await runCommand([...args, 'shop']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Deployment shop\/orders +8080 +sidecar +STRICT/);
    const wrong = await runCommand([...args, 'shopp']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/^zero-trust: .*"shopp".*\n$/);
  });

  it('exits 3 where a right is missing, and names it', async () => {
    const cluster = await start({
      folder: shop(),
      forbidden: [{ resources: ['peerauthentications'] }],
    });
    const kubeconfig = files.write('kubeconfig', cluster.kubeconfig());
    const mtls = await runCommand(['mtls', '--kubeconfig', kubeconfig]);
    expect(mtls.code).toBe(3);
    expect(mtls.stdout).not.toContain('PERMISSIVE');
    expect(mtls.stderr).toContain(
      'listing peerauthentications is forbidden: grant the verb "list"',
    );
    const scan = await runCommand([
      'scan',
      '--kubeconfig',
      kubeconfig,
      '--control',
      'AN-2',
      '--format',
      'json',
    ]);
    expect(scan.code).toBe(3);
    expect(JSON.parse(scan.stdout)).toMatchObject({
      findings: [
        {
          verdict: 'unknown',
          missing: [
            {
              verb: 'list',
              group: 'security.istio.io',
              resource: 'peerauthentications',
            },
          ],
        },
      ],
      coverage: { judged: 0, gaps: [{ kind: 'PeerAuthentication' }] },
    });
  });

  it('exits 2 in one line where it cannot be reached', async () => {
    const cluster = await start({ folder: shop(), down: true });
    const kubeconfig = files.write('kubeconfig', cluster.kubeconfig());
    const { code, stdout, stderr } = await runCommand([
      'scan',
      '--kubeconfig',
      kubeconfig,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^zero-trust: .*cannot be reached.*\n$/);
    expect(stderr).not.toContain(cluster.readerToken);
  });
});

describe('--all-contexts', () => {
  it('says which cluster each result is about, and lets one that is down cost nothing but certainty', async () => {
    const up = await start({ folder: shop(), name: 'prod-eu' });
    const down = await start({ folder: shop(), name: 'prod-us', down: true });
    const kubeconfig = files.write('kubeconfig', fleet(up, down));
    const { code, stdout, stderr } = await runCommand([
      'scan',
      '--kubeconfig',
      kubeconfig,
      '--all-contexts',
      '--control',
      'WL-1',
      '--format',
      'json',
    ]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^prod-us could not be looked at: .+\n$/);
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [
        {
          verdict: 'pass',
          subject: { cluster: 'prod-eu', namespace: 'shop', name: 'orders' },
        },
      ],
      coverage: { gaps: [{ cluster: 'prod-us', kind: null }] },
    });
  });
});

/** Without what only running pods can tell: that the mesh has indeed captured them is evidence of its own, and worth more. */
function verdicts(report: string): string[] {
  return JSON.parse(report).findings.map(
    ({
      control,
      verdict,
      severity,
      subject: { kind, namespace, name, port },
    }: Finding) =>
      `${control} of ${kind} ${namespace}/${name}, port ${port}: ${verdict} ${severity}`,
  );
}

/** One kubeconfig with a context for each cluster. */
function fleet(...clusters: DemoCluster[]): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: clusters.map(({ name, url }) => ({
      name,
      cluster: { server: url, 'insecure-skip-tls-verify': true },
    })),
    users: clusters.map(({ name, readerToken }) => ({
      name,
      user: { token: readerToken },
    })),
    contexts: clusters.map(({ name }) => ({
      name,
      context: { cluster: name, user: name },
    })),
  });
}
