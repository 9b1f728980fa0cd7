import { join } from 'node:path';
import { CONTROLS } from '@backstage-zero-trust/posture-engine';
import {
  PRIVILEGED_POD,
  RESTRICTED_DEPLOYMENT,
  documents,
} from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const restricted = files.write('restricted.yaml', RESTRICTED_DEPLOYMENT);
const privileged = files.write('privileged.yaml', PRIVILEGED_POD);

describe('scan', () => {
  const scan = (...args: string[]) =>
    runCommand(['scan', '--control', 'WL-1', ...args]);

  it('says in JSON, with its fields in the order of the contract, what it found', async () => {
    const { code, stdout, stderr } = await scan(
      restricted,
      privileged,
      '--format',
      'json',
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const report = JSON.parse(stdout);
    expect(Object.keys(report)).toEqual([
      'apiVersion',
      'kind',
      'subjects',
      'findings',
      'coverage',
      'score',
    ]);
    expect(report).toMatchObject({
      apiVersion: 'zero-trust.backstage.io/v1',
      kind: 'PostureReport',
      subjects: [
        {
          kind: 'Pod',
          namespace: 'platform',
          name: 'agent',
          level: 'exposed',
          score: 0,
        },
        {
          kind: 'Deployment',
          namespace: 'shop',
          name: 'orders',
          level: 'zero trust',
          score: 100,
        },
      ],
      coverage: { applicable: 2, judged: 2, gaps: [] },
      score: 50,
    });
    const [failure, pass] = report.findings;
    expect(Object.keys(failure)).toEqual([
      'control',
      'subject',
      'verdict',
      'severity',
      'enforcement',
      'message',
      'evidence',
      'witness',
      'fix',
      'because',
    ]);
    expect(failure).toMatchObject({
      control: 'WL-1',
      subject: { kind: 'Pod', namespace: 'platform', name: 'agent' },
      verdict: 'fail',
      severity: 'critical',
      evidence: expect.arrayContaining([
        {
          object: {
            apiVersion: 'v1',
            kind: 'Pod',
            namespace: 'platform',
            name: 'agent',
          },
          field: 'spec.containers[0].securityContext.privileged',
          value: true,
        },
      ]),
    });
    expect(pass).toMatchObject({
      subject: { kind: 'Deployment', namespace: 'shop', name: 'orders' },
      verdict: 'pass',
      witness: null,
      fix: null,
    });
  });

  it('gives the same bytes for the same content, however it is spread over sources', async () => {
    files.write('spread/b/z.yaml', RESTRICTED_DEPLOYMENT);
    files.write(
      'spread/a.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [] }),
    );
    files.write('spread/c/a.yml', PRIVILEGED_POD);
    const format = ['--format', 'json'];
    const { stdout } = await scan(restricted, privileged, ...format);
    expect((await scan(privileged, restricted, ...format)).stdout).toBe(stdout);
    expect((await scan(join(files.path, 'spread'), ...format)).stdout).toBe(
      stdout,
    );
    expect(
      (
        await runCommand(['scan', '--control', 'WL-1', '-', ...format], {
          stdin: documents(RESTRICTED_DEPLOYMENT, PRIVILEGED_POD),
        })
      ).stdout,
    ).toBe(stdout);
  });

  it('tells a person what fails, why, and what to do, and counts the rest', async () => {
    const { stdout } = await scan(restricted, privileged);
    expect(stdout).toContain('critical');
    expect(stdout).toContain('Pod platform/agent');
    expect(stdout).toContain('Whoever breaks into agent owns the node');
    expect(stdout).toContain('To do: In Pod platform/agent, remove');
    expect(stdout).not.toContain('Deployment shop/orders');
    expect(stdout).toContain('2 workloads: 1 exposed, 1 zero trust');
    expect(stdout).toContain('2 findings: 1 fail, 0 unknown, 0 exempt, 1 pass');
  });

  it('exits 0 where nothing fails, and 1 where something does', async () => {
    expect((await scan(restricted)).code).toBe(0);
    expect((await scan(privileged)).code).toBe(1);
  });

  it('lets only severities from --fail-on up decide the exit code', async () => {
    const ordinary = files.write(
      'ordinary.yaml',
      PRIVILEGED_POD.replace('privileged: true', 'privileged: false'),
    );
    expect((await scan(ordinary, '--fail-on', 'medium')).code).toBe(1);
    expect((await scan(ordinary, '--fail-on', 'high')).code).toBe(0);
  });

  it('looks only at the namespace, control and pillar asked for, and takes no name that does not exist', async () => {
    const both = [restricted, privileged];
    expect((await scan(...both, '--namespace', 'shop')).code).toBe(0);
    const { stdout } = await runCommand([
      'scan',
      ...both,
      '--pillar',
      'workload',
      '--pillar',
      'identity',
      '--format',
      'json',
    ]);
    expect(
      new Set(
        JSON.parse(stdout).findings.map(
          ({ control }: { control: string }) => control,
        ),
      ),
    ).toEqual(
      new Set(
        CONTROLS.filter(({ pillar }) =>
          ['workload', 'identity'].includes(pillar),
        ).map(({ id }) => id),
      ),
    );
    for (const args of [
      ['--namespace', 'shopp'],
      ['--control', 'WL-99'],
      ['--pillar', 'workloads'],
      ['--fail-on', 'severe'],
      ['--format', 'xml'],
    ]) {
      const { code, stdout: out, stderr } = await scan(...both, ...args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(stderr).toMatch(/^zero-trust: .+\n$/);
      expect(stderr).toContain(args[1]);
    }
  });

  describe('with --exemptions', () => {
    const exemption = (fields: string) =>
      files.write(
        'exemptions.yaml',
        `
- control: WL-1
  subject: { namespace: platform, name: agent }
  reason: reads the logs of the node
  owner: platform
  approver: security
  ${fields}
`,
      );

    it('lets a failure be exempt until the day it expires', async () => {
      const file = exemption('expires: 2026-06-02');
      const { code, stdout } = await scan(privileged, '--exemptions', file);
      expect(code).toBe(0);
      expect(stdout).toContain(
        'Exempt until 2026-06-02 (platform): reads the logs of the node',
      );
      expect(
        (
          await scan(
            privileged,
            '--exemptions',
            exemption('expires: 2026-05-31'),
          )
        ).code,
      ).toBe(1);
    });

    it.each([
      ['[0].expires', 'expires: tomorrow'],
      ['[0].expires', ''],
      ['[0]', 'expires: 2026-06-02\n  expire: never'],
    ])('names the field %s that is wrong', async (field, fields) => {
      const file = exemption(fields);
      const { code, stdout, stderr } = await scan(
        privileged,
        '--exemptions',
        file,
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`${file}, document 1: ${field}: `);
    });
  });
});
