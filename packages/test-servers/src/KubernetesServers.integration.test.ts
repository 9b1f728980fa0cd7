import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { KubernetesServers } from './KubernetesServers';
import { describeWithServers } from './describeWithServers';

jest.setTimeout(120_000);

interface PodList {
  items: { status?: { phase?: string; podIP?: string } }[];
}

describeWithServers('a real Kubernetes control plane', () => {
  it('runs the pods of a Deployment on simulated nodes', async () => {
    const servers = await KubernetesServers.start({ nodes: 2 });
    try {
      const labels = { app: 'web' };
      const created = await servers.request(
        '/apis/apps/v1/namespaces/default/deployments',
        {
          method: 'POST',
          body: {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'web' },
            spec: {
              replicas: 3,
              selector: { matchLabels: labels },
              template: {
                metadata: { labels },
                spec: { containers: [{ name: 'web', image: 'example/web:1' }] },
              },
            },
          },
        },
      );
      expect(created.status).toBe(201);
      let running: PodList['items'] = [];
      while (running.length < 3) {
        const { body } = await servers.request<PodList>(
          '/api/v1/namespaces/default/pods?labelSelector=app=web',
        );
        running = body.items.filter(
          ({ status }) => status?.phase === 'Running',
        );
      }
      expect(running.map(({ status }) => status)).toEqual(
        Array(3).fill(
          expect.objectContaining({
            podIP: expect.stringMatching(/^10\.244\./),
          }),
        ),
      );
    } finally {
      await servers.stop();
    }
  });

  it('lets the reader see only what was granted, and writes down every request', async () => {
    const servers = await KubernetesServers.start();
    try {
      const { status } = await servers.request('/api/v1/secrets', {
        token: servers.readerToken,
      });
      expect(status).toBe(403);
      const events = await servers.auditEvents();
      expect(events.filter(({ user }) => user.username === 'reader')).toEqual([
        expect.objectContaining({
          verb: 'list',
          objectRef: expect.objectContaining({ resource: 'secrets' }),
          responseStatus: expect.objectContaining({ code: 403 }),
        }),
      ]);
    } finally {
      await servers.stop();
    }
  });

  it('leaves no process behind when its starter is killed', async () => {
    const starter = spawn(
      process.execPath,
      [
        ...['-r', '@backstage/cli/config/nodeTransform.cjs', '-e'],
        `const { KubernetesServers } = require('@backstage-zero-trust/test-servers');
         KubernetesServers.start().then(servers => console.log(servers.url));`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], cwd: __dirname },
    );
    const [address] = await once(starter.stdout, 'data');
    const url = String(address).trim();
    starter.kill('SIGKILL');

    const answers = () =>
      // Any answer counts; this process does not trust the certificate.
      fetch(url).then(
        () => true,
        error => error.cause?.code !== 'ECONNREFUSED',
      );
    while (await answers()) {
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    expect(await answers()).toBe(false);
  });
});
