import {
  PRIVILEGED_POD,
  SHOP,
  documents,
  peerAuthentication,
} from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: peerauthentications.security.istio.io }
spec:
  group: security.istio.io
  scope: Namespaced
  names: { kind: PeerAuthentication, plural: peerauthentications }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                selector:
                  type: object
                  properties: { matchLabels: { type: object, additionalProperties: { type: string } } }
                mtls:
                  type: object
                  properties: { mode: { type: string, enum: [STRICT, PERMISSIVE] } }
                portLevelMtls: { type: object, x-kubernetes-preserve-unknown-fields: true }
              x-kubernetes-validations:
                - rule: "!has(self.portLevelMtls) || has(self.selector)"
                  message: portLevelMtls requires selector
`;
files.write('crds/peer.yaml', DEFINITION);
// Lies beside definitions, and is none.
files.write('crds/schema.json', '{"type": "object"}');
const crds = `${files.path}/crds`;

async function validate(text: string, ...args: string[]) {
  const { code, stdout, stderr } = await runCommand(
    ['validate', '-', '--format', 'json', ...args],
    { stdin: text },
  );
  return { code, stderr, results: JSON.parse(stdout || '{}').results };
}

describe('validate', () => {
  it('says in JSON what an API server would refuse, field by field', async () => {
    const bad = files.write(
      'bad.yaml',
      documents(
        peerAuthentication('shop', 'STRICT'),
        `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ports, namespace: shop }
spec: { portLevelMtls: { 80: { mode: STRICT } } }
`,
      ),
    );
    const { code, stdout } = await runCommand([
      'validate',
      bad,
      '--crds',
      crds,
      '--format',
      'json',
    ]);
    expect(code).toBe(1);
    const object = (name: string) => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'PeerAuthentication',
      namespace: 'shop',
      name,
    });
    expect(JSON.stringify(JSON.parse(stdout))).toBe(
      JSON.stringify({
        apiVersion: 'zero-trust.backstage.io/v1',
        kind: 'ValidationResult',
        results: [
          {
            file: bad,
            document: 1,
            object: object('default'),
            valid: true,
            errors: [],
            ineffective: [],
            unknown: [],
          },
          {
            file: bad,
            document: 2,
            object: object('ports'),
            valid: false,
            errors: [
              { field: 'spec', message: 'portLevelMtls requires selector' },
            ],
            ineffective: [],
            unknown: [],
          },
        ],
      }),
    );
  });

  it('does not know a kind without its definition, and says so', async () => {
    const { code, results } = await validate(
      peerAuthentication('shop', 'STRICT'),
    );
    expect(code).toBe(3);
    expect(results).toMatchObject([
      {
        valid: null,
        errors: [],
        unknown: [
          {
            field: 'kind',
            message:
              'no definition of PeerAuthentication in security.istio.io/v1 was given',
          },
        ],
      },
    ]);
    // Definitions among the files count too.
    const together = await validate(
      documents(DEFINITION, peerAuthentication('shop', 'LAX')),
    );
    expect(together.results[1].errors).toEqual([
      {
        field: 'spec.mtls.mode',
        message: 'is "LAX", which is none of "STRICT", "PERMISSIVE"',
      },
    ]);
  });

  it('takes objects apart that a server would, in lists and twice', async () => {
    const { code, results } = await validate(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'List',
        items: [1, 2, -3].map(port => ({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'a' },
          spec: { ports: [{ port }] },
        })),
      }),
    );
    expect(code).toBe(1);
    expect(results.map(({ valid }: { valid: boolean }) => valid)).toEqual([
      true,
      true,
      false,
    ]);
    expect(results[2].errors[0].field).toBe('spec.ports[0].port');
  });

  it('says what would be taken and does nothing, of pods only where there are any', async () => {
    const policy = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: nobody, namespace: shop }
spec: { podSelector: { matchLabels: { app: gone } } }
`;
    expect((await validate(policy)).results[0].ineffective).toEqual([]);
    const { code, results } = await validate(documents(SHOP, policy));
    expect(code).toBe(0);
    expect(results[results.length - 1]).toMatchObject({
      valid: true,
      ineffective: [
        { field: 'spec', message: expect.stringContaining('no pod') },
      ],
    });
  });

  it('prints a table for people', async () => {
    const { stdout } = await runCommand(
      ['validate', '-', files.write('web.yaml', PRIVILEGED_POD)],
      { stdin: 'apiVersion: v1\nkind: Pod\nmetadata: { name: B }\n' },
    );
    expect(stdout).toMatch(
      /refused +standard input, document 1 +Pod B +metadata.name/,
    );
    expect(stdout).toMatch(
      /admitted +\S+web.yaml, document 1 +Pod platform\/agent/,
    );
  });

  it('reads no further than what is no object, unless it is told to', async () => {
    const text = documents('a: 1\n', PRIVILEGED_POD);
    const stopped = await validate(text);
    expect(stopped).toMatchObject({
      code: 2,
      stderr:
        'zero-trust: standard input, document 1: has no apiVersion and kind\n',
    });
    const gone = await validate(text, '--keep-going');
    expect(gone.stderr).toContain('skipped standard input, document 1');
    expect(gone.results).toHaveLength(1);
    expect((await runCommand(['validate', `${files.path}/none`])).code).toBe(2);
  });
});
