import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const source = files.write(
  'web.yaml',
  `
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { serviceAccountName: web, containers: [{ name: app, image: a }] }
`,
);

describe('fix', () => {
  it('prints each repair with what it changes and repairs, and what is left to people', async () => {
    const { code, stdout } = await runCommand([
      'fix',
      source,
      ...['--control', 'WL-1', '--control', 'ID-1', '--control', 'AN-1'],
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain('Repair 1\n');
    expect(stdout).toContain(
      'Deployment shop/web: set spec.template.spec.containers[0].securityContext.capabilities.drop to ["ALL"]',
    );
    expect(stdout).toContain('repairs WL-1 of Deployment shop/web');
    expect(stdout).toContain('add ServiceAccount shop/web:\n');
    expect(stdout).toContain(
      'Left to people\n  AN-1 Deployment shop/web: Only somebody who knows the service can decide how.',
    );
    expect(stdout).toMatch(/2 repairs: \d+ findings fail today, \d+ with them/);
  });

  it('prints in YAML the objects to apply, which repair what they say', async () => {
    const { code, stdout } = await runCommand([
      'fix',
      source,
      ...['--control', 'WL-1', '--control', 'ID-1', '--format', 'yaml'],
    ]);
    expect(code).toBe(0);
    const rest =
      'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n---\n';
    const repaired = await runCommand(
      [
        'fix',
        '-',
        '--control',
        'WL-1',
        '--control',
        'ID-1',
        '--format',
        'json',
      ],
      { stdin: rest + stdout },
    );
    expect(JSON.parse(repaired.stdout)).toMatchObject({
      kind: 'FixPlan',
      steps: [],
      left: [],
    });
  });

  it('tells in JSON the proof of each repair, and closes connections only where that was confirmed', async () => {
    const plan = async (...more: string[]) => {
      const { stdout } = await runCommand([
        ...['fix', source, '--control', 'NW-1', '--format', 'json'],
        ...more,
      ]);
      return JSON.parse(stdout);
    };
    expect(await plan()).toMatchObject({
      steps: [],
      left: [{ control: 'NW-1', reason: expect.stringContaining('close') }],
    });
    expect(await plan('--may-close')).toMatchObject({
      steps: [
        {
          changes: [{ create: { kind: 'NetworkPolicy' } }],
          repairs: [{ control: 'NW-1' }, { control: 'NW-5' }],
          connections: {
            opened: [],
            closed: [
              { source: { name: 'web' }, destination: { kind: 'External' } },
              { source: { kind: 'External' }, destination: { name: 'web' } },
            ],
          },
        },
      ],
      left: [],
    });
  });

  it('knows its controls', async () => {
    const { code, stderr } = await runCommand([
      ...['fix', source, '--control', 'XX-9'],
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no control "XX-9"');
  });
});
