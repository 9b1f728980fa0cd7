import {
  INJECTED_NAMESPACE,
  PRIVILEGED_POD,
  RESTRICTED_DEPLOYMENT,
  documents,
} from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const restricted = files.write('restricted.yaml', RESTRICTED_DEPLOYMENT);
const privileged = files.write('privileged.yaml', PRIVILEGED_POD);

describe('pod-security', () => {
  const both = [restricted, privileged];

  it('says in JSON which checks of upstream refuse which pod', async () => {
    const { code, stdout } = await runCommand([
      'pod-security',
      ...both,
      '--level',
      'baseline',
      '--format',
      'json',
    ]);
    expect(code).toBe(1);
    expect(JSON.stringify(JSON.parse(stdout))).toBe(
      JSON.stringify({
        apiVersion: 'zero-trust.backstage.io/v1',
        kind: 'PodSecurityResult',
        results: [
          {
            object: {
              apiVersion: 'v1',
              kind: 'Pod',
              namespace: 'platform',
              name: 'agent',
            },
            allowed: false,
            violations: [
              {
                check: 'privileged',
                message:
                  'container "agent" must not set securityContext.privileged to true',
              },
            ],
          },
          {
            object: {
              apiVersion: 'apps/v1',
              kind: 'Deployment',
              namespace: 'shop',
              name: 'orders',
            },
            allowed: true,
            violations: [],
          },
        ],
      }),
    );
  });

  it('takes pods and every workload that makes them, and gives a template fewer defaults than a pod', async () => {
    const template = `
      metadata: { labels: { app: a } }
      spec:
        hostNetwork: true
        containers: [{ name: a, ports: [{ containerPort: 80 }] }]`;
    const { stdout } = await runCommand(
      ['pod-security', '-', '--level', 'baseline', '--format', 'json'],
      {
        stdin: documents(
          `
apiVersion: batch/v1
kind: CronJob
metadata: { name: a }
spec:
  jobTemplate:
    spec:
      template:${template.replace(/\n/g, '\n  ')}
`,
          `
apiVersion: v1
kind: Pod
metadata: { name: a }
spec:
  hostNetwork: true
  containers: [{ name: a, ports: [{ containerPort: 80 }] }]
`,
          INJECTED_NAMESPACE,
        ),
      },
    );
    const checks = JSON.parse(stdout).results.map(
      (result: {
        object: { kind: string };
        violations: { check: string }[];
      }) => [result.object.kind, result.violations.map(({ check }) => check)],
    );
    expect(checks).toEqual([
      ['CronJob', ['hostNamespaces']],
      ['Pod', ['hostNamespaces', 'hostPorts']],
    ]);
  });

  it('judges by the rules of the version asked for', async () => {
    const at = async (version: string) =>
      runCommand([
        'pod-security',
        privileged,
        '--level',
        'restricted',
        '--version',
        version,
      ]);
    expect((await at('v1.0')).stdout).not.toContain('seccompProfile');
    expect((await at('v1.19')).stdout).toContain('seccompProfile_restricted');
    for (const version of ['1.30', 'v2.0', 'v1.x']) {
      const { code, stdout, stderr } = await at(version);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^zero-trust: .*--version.*\n$/);
    }
  });

  it('admits, refuses, and does not take files without pods for good ones', async () => {
    const judge = (...args: string[]) =>
      runCommand(['pod-security', '--level', 'restricted', ...args]);
    const admitted = await judge(restricted);
    expect(admitted.code).toBe(0);
    expect(admitted.stdout).toMatch(/admitted +Deployment shop\/orders/);
    const namespace = files.write('namespace.yaml', INJECTED_NAMESPACE);
    expect(await judge(namespace)).toEqual({
      code: 2,
      stdout: '',
      stderr: `zero-trust: ${namespace}: holds no Pod, and no workload that makes any\n`,
    });
    const empty = files.write(
      'empty.yaml',
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\n',
    );
    expect((await judge(empty)).stderr).toContain(
      `${empty}, document 1: spec.template: is missing`,
    );
    expect((await runCommand(['pod-security', restricted])).code).toBe(2);
  });
});
