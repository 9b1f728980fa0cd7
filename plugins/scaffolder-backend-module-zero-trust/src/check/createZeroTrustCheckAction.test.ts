import { promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { createZeroTrustCheckAction } from './createZeroTrustCheckAction';
import { GOOD_MANIFESTS, spoiled } from '../__testUtils__/goodManifests';

const workspace = createMockDirectory();

interface CheckOptions {
  files?: Record<string, string>;
  input?: Record<string, unknown>;
}

/** Runs the real action on the workspace as it is. */
async function run(input: Record<string, unknown>, overrides = {}) {
  const action = createZeroTrustCheckAction();
  const context = createMockActionContext({ workspacePath: workspace.path });
  await action.handler({
    ...context,
    ...overrides,
    input: { path: 'manifests', dataPlane: 'sidecar', ...input },
  } as Parameters<typeof action.handler>[0]);
}

/** Puts files into the workspace, and checks them. */
async function check({ files, input }: CheckOptions = {}) {
  workspace.clear();
  for (const [path, content] of Object.entries(
    files ?? { 'manifests/all.yaml': GOOD_MANIFESTS },
  )) {
    await fs.mkdir(dirname(workspace.resolve(path)), { recursive: true });
    await fs.writeFile(workspace.resolve(path), content);
  }
  const log: string[] = [];
  const logger = mockServices.logger.mock({
    error: text => log.push(text),
    warn: text => log.push(text),
    info: text => log.push(text),
  });
  const output: Record<string, unknown> = {};
  const error = await run(input ?? {}, {
    logger,
    output: (name: string, value: unknown) => {
      output[name] = value;
    },
  }).then(
    () => undefined,
    (thrown: Error) => thrown.message,
  );
  return { error, output, log: log.join('\n') };
}

const manifests = (text: string): CheckOptions => ({
  files: { 'manifests/all.yaml': text },
});

describe('a service that passes every control', () => {
  it('is let through, with its score and level', async () => {
    const { error, output } = await check();
    expect(error).toBeUndefined();
    expect(output).toMatchObject({
      score: 100,
      level: 'zero trust',
      findings: { fail: 0, unknown: 0 },
    });
  });

  it('is judged by what was looked at, and the log says what was not', async () => {
    const { log, output } = await check();
    expect(output.restsOn).toEqual([
      'Nothing but these manifests was looked at: a policy that the cluster already has can still open what they close.',
      'Namespace shop was taken to be part of the mesh (sidecar); no manifest says so.',
      'Whether anything enforces network policies (NW-4) was not judged: no manifest shows it, and no cni was given.',
    ]);
    for (const sentence of output.restsOn as string[]) {
      expect(log).toContain(sentence);
    }
  });
});

describe('the network of the cluster', () => {
  it('is what is given: what it enforces is judged too', async () => {
    const good = await check({ input: { cni: 'calico' } });
    expect(good.error).toBeUndefined();
    expect(good.output.restsOn).toContain(
      'What enforces network policies was taken to be calico, as given.',
    );
    const { error, log } = await check({ input: { cni: 'flannel' } });
    expect(error).toBeDefined();
    expect(log).toContain('flannel enforces none');
  });

  it('is unknown, and refused, where it is asked for and nothing shows it', async () => {
    const { error, log } = await check({ input: { controls: ['NW-4'] } });
    expect(error).toBeDefined();
    expect(log).toContain('no agent of a network');
  });
});

describe('a flaw that each control refuses', () => {
  it.each([
    [
      'the account of everybody',
      'ID-1',
      spoiled('      serviceAccountName: gift-cards\n', ''),
    ],
    [
      'a token of the API server in every pod',
      'ID-2',
      spoiled(
        '      automountServiceAccountToken: false\n',
        '      automountServiceAccountToken: true\n',
      ),
    ],
    [
      'a pod that opts out of the mesh',
      'AN-1',
      spoiled(
        'labels: { app: gift-cards }',
        "labels: { app: gift-cards, sidecar.istio.io/inject: 'false' }",
      ),
    ],
    [
      'a port that takes plaintext under a STRICT policy',
      'AN-2',
      spoiled(
        '  mtls: { mode: STRICT }\n',
        '  mtls: { mode: STRICT }\n  portLevelMtls: { 8080: { mode: PERMISSIVE } }\n',
      ),
    ],
    [
      'no policy about mutual TLS at all',
      'AN-2',
      spoiled('kind: PeerAuthentication', 'kind: RequestAuthentication'),
    ],
    [
      'a rule that matches everybody',
      'AZ-1',
      spoiled(
        '  rules:\n    - from: [{ source',
        '  rules:\n    - {}\n    - from: [{ source',
      ),
    ],
    [
      'a policy on dry run',
      'AZ-2',
      spoiled(
        'kind: AuthorizationPolicy\nmetadata: { name: gift-cards,',
        "kind: AuthorizationPolicy\nmetadata: { name: gift-cards, annotations: { istio.io/dry-run: 'true' },",
      ),
    ],
    [
      'a network policy that selects nothing',
      'NW-1',
      spoiled(
        'podSelector: { matchLabels: { app: gift-cards } }',
        'podSelector: { matchLabels: { app: gift-card } }',
      ),
    ],
    [
      'a network policy without egress',
      'NW-1',
      spoiled('policyTypes: [Ingress, Egress]', 'policyTypes: [Ingress]'),
    ],
    [
      'a load balancer in front of the pods',
      'NW-8',
      spoiled('type: ClusterIP', 'type: LoadBalancer'),
    ],
    [
      'a secret in an environment variable',
      'SE-4',
      spoiled(
        "{ name: PORT, value: '8080' }",
        '{ name: TOKEN, valueFrom: { secretKeyRef: { name: tokens, key: token } } }',
      ),
    ],
    [
      'a container that may become root',
      'WL-1',
      spoiled(
        'allowPrivilegeEscalation: false',
        'allowPrivilegeEscalation: true',
      ),
    ],
    [
      'the network of the node',
      'WL-1',
      spoiled(
        '      serviceAccountName',
        '      hostNetwork: true\n      serviceAccountName',
      ),
    ],
  ])('%s: %s', async (_, control, text) => {
    const { error, log, output } = await check(manifests(text));
    expect(error).toMatch(
      new RegExp(`^Not published: \\d+ failing \\(.*\\b${control}\\b`),
    );
    expect(log).toMatch(new RegExp(`FAIL \\(\\w+\\) ${control} `));
    expect(log).toContain('What to do: ');
    expect(output.level).not.toBe('zero trust');
  });
});

describe('an attempt to be judged as something else', () => {
  const insecure = spoiled(
    'allowPrivilegeEscalation: false',
    'allowPrivilegeEscalation: true',
  );

  it.each([
    [
      'an owner, so that the owner is judged',
      insecure.replace(
        'kind: Deployment\nmetadata: { name: gift-cards,',
        'kind: Deployment\nmetadata: { name: gift-cards, ownerReferences: [{ apiVersion: v1, kind: X, name: x, controller: true }],',
      ),
    ],
    [
      'an empty namespace',
      insecure.replace(
        'kind: Deployment\nmetadata: { name: gift-cards, namespace: shop }',
        'kind: Deployment\nmetadata: { name: gift-cards, namespace: "" }',
      ),
    ],
    [
      'a pod that has ended before it began',
      `${GOOD_MANIFESTS}---
apiVersion: v1
kind: Pod
metadata: { name: aside, namespace: shop }
spec: { containers: [{ name: aside, image: aside, securityContext: { privileged: true } }] }
status: { phase: Succeeded }
`,
    ],
  ])('by %s', async (_, text) => {
    const { error } = await check(manifests(text));
    expect(error).toMatch(/^Not published: \d+ failing \(.*WL-1/);
  });

  it('by a kind that runs pods and that no control reads', async () => {
    const { error, log } = await check(
      manifests(`${GOOD_MANIFESTS}---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: aside, namespace: shop }
spec: { template: { spec: { containers: [{ name: aside, image: aside }] } } }
`),
    );
    expect(error).toMatch(/^Not published: 1 that cannot be judged/);
    expect(log).toContain('UNKNOWN Rollout shop/aside');
  });

  it('by an invented age, which would beat the policies of the cluster', async () => {
    const permissive = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: z-old, namespace: shop }
spec:
  selector: { matchLabels: { app: gift-cards } }
  mtls: { mode: PERMISSIVE }
`;
    const { error } = await check({
      files: {
        'manifests/all.yaml': spoiled(
          'kind: PeerAuthentication\nmetadata: { name: gift-cards,',
          "kind: PeerAuthentication\nmetadata: { name: gift-cards, creationTimestamp: '1999-01-01T00:00:00Z',",
        ),
        'platform/mesh.yaml': permissive,
      },
      input: { surroundings: ['platform'] },
    });
    expect(error).toMatch(/^Not published: \d failing \(AN-2\)/);
  });
});

describe('what cannot be judged', () => {
  // Nothing says whether the namespace is part of the mesh.
  const input = { dataPlane: undefined };

  it('is refused, and the log says why', async () => {
    const { error, log } = await check({ input });
    expect(error).toMatch(
      /^Not published: \d+ that cannot be judged \(AN-1, AN-2, .*AZ-1, /,
    );
    expect(log).toMatch(
      /UNKNOWN \(high\) AN-1 .*\n.* namespace shop, which is not part of what was read/,
    );
  });

  it('passes where unknowns are accepted, and still is no pass', async () => {
    const { error, output } = await check({
      input: { ...input, failOnUnknown: false },
    });
    expect(error).toBeUndefined();
    expect(output.findings).toMatchObject({ fail: 0 });
    expect(output.findings).toHaveProperty('unknown', expect.any(Number));
    expect(output.findings).not.toHaveProperty('unknown', 0);
    expect(output.score).toBeLessThan(100);
  });
});

describe('the severity', () => {
  const text = spoiled(
    '      serviceAccountName: gift-cards\n      automountServiceAccountToken: false\n',
    '      serviceAccountName: gift-cards\n      automountServiceAccountToken: true\n',
  );

  it('lets milder findings through, and shows them', async () => {
    const { error, log, output } = await check({
      ...manifests(text),
      input: { failOn: 'critical' },
    });
    expect(error).toBeUndefined();
    expect(log).toMatch(/FAIL \(\w+\) ID-2 /);
    expect(output.findings).toMatchObject({ fail: 1 });
  });
});

describe('the surroundings', () => {
  const namespace = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`;

  it('count, and are not judged', async () => {
    const { error, output } = await check({
      files: {
        'manifests/all.yaml': GOOD_MANIFESTS,
        'platform/shop.yaml': `${namespace}---
apiVersion: apps/v1
kind: Deployment
metadata: { name: neighbour, namespace: shop }
spec: { template: { metadata: { labels: { app: other } }, spec: { hostNetwork: true, containers: [{ name: a, image: a }] } } }
`,
      },
      input: { surroundings: ['platform'], dataPlane: undefined },
    });
    expect(error).toBeUndefined();
    expect(output.restsOn).toEqual([
      'Beside these manifests, 2 given objects were taken to be in the cluster, and nothing else.',
      'Whether anything enforces network policies (NW-4) was not judged: no manifest shows it, and no cni was given.',
    ]);
  });

  it('can spoil what the manifests close: policies add up', async () => {
    const { error } = await check({
      files: {
        'manifests/all.yaml': GOOD_MANIFESTS,
        'platform/shop.yaml': `${namespace}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: open, namespace: shop }
spec: { podSelector: {}, ingress: [{}] }
`,
      },
      input: { surroundings: ['platform'] },
    });
    expect(error).toMatch(/^Not published: 1 failing \(NW-1\)/);
  });
});

describe('input that is wrong', () => {
  it.each([
    [
      'a folder that is not there',
      { input: { path: 'manifest' } },
      'The workspace has no file or folder "manifest"',
    ],
    [
      'a path out of the workspace',
      { input: { path: '../../etc' } },
      /not allowed|outside/i,
    ],
    [
      'surroundings out of the workspace',
      { input: { surroundings: ['/etc'] } },
      /not allowed|outside/i,
    ],
    [
      'a control that does not exist',
      { input: { controls: ['XX-9'] } },
      /^There is no control "XX-9"; there are ID-1, /,
    ],
    [
      'nothing that runs',
      manifests('apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n'),
      /^Nothing was judged: "manifests" holds no Deployment/,
    ],
    [
      'a document that is no object',
      manifests(`${GOOD_MANIFESTS}---\nservices: { web: {} }\n`),
      /manifests\/all.yaml, document 7: apiVersion: must be a non-empty string/,
    ],
    [
      'a document that cannot be read',
      manifests(`${GOOD_MANIFESTS}---\nkind: [\n`),
      /manifests\/all.yaml, document 7: line \d+/,
    ],
    [
      'the same object twice',
      manifests(`${GOOD_MANIFESTS}---${GOOD_MANIFESTS}`),
      /ServiceAccount shop\/gift-cards is here a second time/,
    ],
    [
      'aliases that grow without end',
      manifests(
        `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n`,
      ),
      /Not every manifest can be read/,
    ],
  ])('%s is refused with the reason', async (_, options, reason) => {
    const { error } = await check(options as CheckOptions);
    expect(error).toMatch(reason);
  });

  it.each([
    [
      'inside of the workspace',
      'all.yaml',
      'manifests/link.yaml is a symbolic link',
    ],
    ['out of the workspace', '/etc/hostname', 'not allowed'],
  ])(
    'a symbolic link %s is refused: it is not what is published',
    async (_, target, reason) => {
      await check();
      await fs.symlink(target, workspace.resolve('manifests/link.yaml'));
      await expect(run({})).rejects.toThrow(reason);
    },
  );
});
