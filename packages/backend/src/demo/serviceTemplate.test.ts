/**
 * The service template through the real scaffolder: what the wizard sends goes
 * in, what would be published comes out.
 */
import { promises as fs } from 'node:fs';
import { join, resolve } from 'node:path';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import scaffolder from '@backstage/plugin-scaffolder-backend';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import zeroTrustModule from '@backstage-zero-trust/plugin-scaffolder-backend-module-zero-trust';
import {
  KubernetesObject,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import request from 'supertest';
import { parse } from 'yaml';
import demoFeatures from './index';

type Server = Awaited<ReturnType<typeof startTestBackend>>['server'];

const TEMPLATE_FOLDER = resolve(__dirname, '../../../../templates/service');

const VALUES = {
  name: 'gift-cards',
  description: 'Sells gift cards',
  owner: 'group:default/shop',
  namespace: 'shop',
  dataPlane: 'sidecar',
  port: 8080,
};

interface DryRunResult {
  status: number;
  error?: string;
  /** JSON pointers of the values that were refused. */
  refused: string[];
  files: Record<string, string>;
  objects: KubernetesObject[];
  log: string;
  output: Record<string, unknown>;
}

let server: Server;
let template: unknown;
let directoryContents: { path: string; base64Content: string }[];

beforeAll(async () => {
  ({ server } = await startTestBackend({
    features: [
      scaffolder,
      zeroTrustModule,
      demoFeatures,
      catalogServiceMock.factory(),
      mockServices.rootConfig.factory({
        data: {
          demo: { publishDirectory: '/nowhere', stateFile: '/nowhere' },
        },
      }),
    ],
  }));
  template = parse(
    await fs.readFile(join(TEMPLATE_FOLDER, 'template.yaml'), 'utf8'),
  );
  const entries = await fs.readdir(TEMPLATE_FOLDER, {
    recursive: true,
    withFileTypes: true,
  });
  directoryContents = await Promise.all(
    entries
      .filter(entry => entry.isFile())
      .map(async entry => {
        const file = join(entry.parentPath, entry.name);
        return {
          path: file.slice(TEMPLATE_FOLDER.length + 1),
          base64Content: await fs.readFile(file, 'base64'),
        };
      }),
  );
});

afterAll(async () => {
  await new Promise(done => server.close(done));
});

async function dryRun(values: Record<string, unknown>): Promise<DryRunResult> {
  const { status, body } = await request(server)
    .post('/api/scaffolder/v2/dry-run')
    .send({ template, values: { ...VALUES, ...values }, directoryContents });
  const files: Record<string, string> = Object.fromEntries(
    (body.directoryContents ?? []).map(
      (file: { path: string; base64Content: string }) => [
        file.path,
        Buffer.from(file.base64Content, 'base64').toString('utf8'),
      ],
    ),
  );
  const parsed = Object.entries(files)
    .filter(([path]) => path.startsWith('manifests/'))
    .map(([path, text]) => parseManifests(text, path));
  expect(parsed.flatMap(({ problems }) => problems)).toEqual([]);
  return {
    status,
    error: body.error?.message,
    refused: (body.errors ?? []).map(
      (error: { property: string }) => error.property,
    ),
    files,
    objects: parsed.flatMap(({ objects }) =>
      objects.map(({ object }) => object),
    ),
    log: (body.log ?? [])
      .map((line: { body: { message: string } }) => line.body.message)
      .join('\n'),
    output: body.output ?? {},
  };
}

function find(objects: KubernetesObject[], kind: string, name = VALUES.name) {
  const object = objects.find(
    candidate => candidate.kind === kind && candidate.metadata.name === name,
  );
  if (!object) {
    throw new Error(`There is no ${kind} ${name}`);
  }
  return object;
}

const CALLER = { namespace: 'istio-ingress', name: 'istio-ingress' };
const PROVIDER = { namespace: 'payments', name: 'payment-api', port: 8443 };

describe('every service of the wizard passes every control', () => {
  it.each([
    ['with as little as possible said', {}],
    ['with one caller', { callers: [CALLER] }],
    [
      'with callers, methods, a system and providers',
      {
        system: 'system:default/web-shop',
        methods: ['GET', 'HEAD', 'DELETE'],
        callers: [
          CALLER,
          { namespace: 'shop', name: 'storefront', serviceAccount: 'web' },
        ],
        providers: [PROVIDER, { ...PROVIDER, name: 'ledger' }],
      },
    ],
    [
      'with fifty callers',
      {
        callers: Array.from({ length: 50 }, (_, index) => ({
          namespace: 'shop',
          name: `caller-${index}`,
        })),
      },
    ],
    [
      'in another trust domain and on another port',
      { trustDomain: 'eu.fjord.example', port: 14999, callers: [CALLER] },
    ],
    ['in ambient mode', { dataPlane: 'ambient' }],
    [
      'in ambient mode with callers and providers',
      { dataPlane: 'ambient', callers: [CALLER], providers: [PROVIDER] },
    ],
    [
      'with names that YAML would read as something else',
      {
        name: 'null',
        namespace: '1234',
        callers: [{ namespace: '0', name: 'true', serviceAccount: 'on' }],
        providers: [{ namespace: 'no', name: '1e3', port: 1 }],
      },
    ],
  ])('%s', async (_, values) => {
    const { error, objects, log, output } = await dryRun(values);
    expect(error).toBeUndefined();
    expect(log).not.toMatch(/FAIL|UNKNOWN/);
    expect(objects.map(({ kind }) => kind).sort()).toEqual([
      'AuthorizationPolicy',
      'Deployment',
      'NetworkPolicy',
      'NetworkPolicy',
      'PeerAuthentication',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ]);
    expect(output.text).toEqual([
      expect.objectContaining({
        content: expect.stringContaining(
          'Score **100**, level **zero trust**.',
        ),
      }),
    ]);
  });
});

describe('what the manifests say', () => {
  it('only named callers get in, by identity, method and port, and by their pods', async () => {
    const { objects } = await dryRun({
      callers: [CALLER, { ...CALLER, name: 'admin', serviceAccount: 'web' }],
      methods: ['GET'],
    });
    expect(find(objects, 'AuthorizationPolicy').spec).toMatchObject({
      selector: { matchLabels: { 'app.kubernetes.io/name': 'gift-cards' } },
      action: 'ALLOW',
      rules: [
        {
          from: [
            {
              source: {
                principals: [
                  'cluster.local/ns/istio-ingress/sa/istio-ingress',
                  'cluster.local/ns/istio-ingress/sa/web',
                ],
              },
            },
          ],
          to: [{ operation: { ports: ['8080'], methods: ['GET'] } }],
        },
      ],
    });
    expect(find(objects, 'NetworkPolicy').spec).toMatchObject({
      ingress: ['istio-ingress', 'admin'].map(name => ({
        from: [
          {
            namespaceSelector: {
              matchLabels: { 'kubernetes.io/metadata.name': 'istio-ingress' },
            },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
          },
        ],
        ports: [{ protocol: 'TCP', port: 8080 }],
      })),
    });
  });

  it('without callers nobody gets in, over the mesh or the network', async () => {
    const { objects } = await dryRun({ callers: [] });
    expect(find(objects, 'AuthorizationPolicy').spec).not.toHaveProperty(
      'rules',
    );
    expect(find(objects, 'NetworkPolicy').spec).not.toHaveProperty('ingress');
  });

  it('with sidecars, egress is DNS, the control plane and the providers', async () => {
    const { objects } = await dryRun({ providers: [PROVIDER] });
    const { egress } = find(objects, 'NetworkPolicy').spec as {
      egress: { ports: { port: number }[] }[];
    };
    expect(egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([
      [53, 53],
      [15012],
      [8443],
    ]);
  });

  it('in ambient mode, calls come and go in the tunnel, and probes get through', async () => {
    const { objects } = await dryRun({
      dataPlane: 'ambient',
      callers: [CALLER],
      providers: [PROVIDER],
    });
    const { ingress, egress } = find(objects, 'NetworkPolicy').spec as {
      ingress: unknown[];
      egress: { ports: { port: number }[] }[];
    };
    expect(ingress).toEqual([
      expect.objectContaining({ ports: [{ protocol: 'TCP', port: 15008 }] }),
      {
        from: [{ ipBlock: { cidr: '169.254.7.127/32' } }],
        ports: [{ protocol: 'TCP', port: 8080 }],
      },
    ]);
    expect(egress.map(({ ports }) => ports.map(({ port }) => port))).toEqual([
      [53, 53],
      [15008],
    ]);
    // ztunnel drops an ALLOW rule with a method: it would let in nobody.
    expect(JSON.stringify(find(objects, 'AuthorizationPolicy'))).not.toContain(
      'methods',
    );
  });

  it('the catalog entity finds its workload, and names what it depends on', async () => {
    const { files } = await dryRun({
      system: 'system:default/web-shop',
      providers: [PROVIDER],
    });
    expect(parse(files['catalog-info.yaml'])).toEqual({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'Component',
      metadata: {
        name: 'gift-cards',
        description: 'Sells gift cards',
        annotations: {
          'backstage.io/kubernetes-namespace': 'shop',
          'backstage.io/kubernetes-label-selector':
            'app.kubernetes.io/name=gift-cards',
        },
      },
      spec: {
        type: 'service',
        lifecycle: 'experimental',
        owner: 'group:default/shop',
        system: 'system:default/web-shop',
        dependsOn: ['component:payment-api'],
      },
    });
  });
});

describe('hostile values', () => {
  const INJECTION =
    'x"]} \'\n---\nkind: Secret # ${{ 7*7 }} {% raw %} <script> & {{ 1 }}';

  it('a description stays text, whatever it holds', async () => {
    const { status, files, objects } = await dryRun({ description: INJECTION });
    expect(status).toBe(200);
    expect(parse(files['catalog-info.yaml']).metadata.description).toBe(
      INJECTION,
    );
    expect(JSON.parse(files['package.json']).description).toBe(INJECTION);
    expect(objects).toHaveLength(8);
  });

  const entry = { namespace: 'shop', name: 'web' };

  it.each([
    ['a name with capitals', { name: 'Gift' }, 'name'],
    ['a name with an underscore', { name: 'gift_cards' }, 'name'],
    ['a name that starts with a digit', { name: '1gift' }, 'name'],
    ['a name that ends with a hyphen', { name: 'gift-' }, 'name'],
    ['a name of two labels', { name: 'gift.cards' }, 'name'],
    ['a name that is too long', { name: 'a'.repeat(41) }, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name with a line break', { name: 'a\nkind: Secret' }, 'name'],
    ['a name with a line break at its end', { name: 'a\n' }, 'name'],
    ['a name that leads out of a folder', { name: '../../a' }, 'name'],
    ['a name that is a template', { name: '${{ 7*7 }}' }, 'name'],
    ['a name that is no text', { name: { $ne: 1 } }, 'name'],
    [
      'a description without end',
      { description: 'a'.repeat(201) },
      'description',
    ],
    ['an owner that breaks out of quotes', { owner: "a'\nb: c" }, 'owner'],
    ['a system that breaks out of quotes', { system: "a'\nb: c" }, 'system'],
    [
      'a namespace that is a path',
      { namespace: '../kube-system' },
      'namespace',
    ],
    [
      'a namespace that is too long',
      { namespace: 'a'.repeat(64) },
      'namespace',
    ],
    ['another data plane', { dataPlane: 'none' }, 'dataPlane'],
    ['a privileged port', { port: 80 }, 'port'],
    ['a port of the mesh', { port: 15008 }, 'port'],
    ['a port that is text', { port: '8080' }, 'port'],
    ['a trust domain that is a wildcard', { trustDomain: '*' }, 'trustDomain'],
    ['a method that does not exist', { methods: ['*'] }, 'dataPlane'],
    ['no method at all', { methods: [] }, 'dataPlane'],
    [
      'a caller that is everybody',
      { callers: [{ ...entry, name: '*' }] },
      'callers[0].name',
    ],
    [
      'a service account that is everybody',
      { callers: [{ ...entry, serviceAccount: '*' }] },
      'callers[0].serviceAccount',
    ],
    [
      'a caller without a name',
      { callers: [{ namespace: 'shop' }] },
      'callers[0]',
    ],
    ['too many callers', { callers: Array(51).fill(entry) }, 'callers'],
    [
      'a provider on a port that does not exist',
      { providers: [{ ...entry, port: 70000 }] },
      'providers[0].port',
    ],
  ])('%s is refused', async (_, values, property) => {
    const { status, refused } = await dryRun(values);
    expect(status).toBe(400);
    expect(refused.join()).toContain(property);
  });
});
