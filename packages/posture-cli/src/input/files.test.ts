import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  INJECTED_NAMESPACE,
  RESTRICTED_DEPLOYMENT,
  documents,
} from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();

function scan(...args: string[]) {
  return runCommand(['scan', '--control', 'WL-1', ...args]);
}

const BOMB = `
apiVersion: v1
kind: ConfigMap
metadata: { name: bomb }
data:
  a: &a [x, x, x, x, x, x, x, x, x]
  b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
  c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
  d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
  e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d]
  f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e]
  g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f]
  h: [*g, *g, *g, *g, *g, *g, *g, *g, *g]
`;

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  ';

describe('input that cannot be read exits 2, with nothing on standard output and one line that names file, document and field', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['a YAML bomb', BOMB, ', document 1: '],
    [
      'half a document',
      `${RESTRICTED_DEPLOYMENT}---\nkind: Pod\nspec: {a: [`,
      ', document 2: line ',
    ],
    [
      'a document that says not what it is',
      'metadata: { name: a }',
      ', document 1: apiVersion: ',
    ],
    [
      'a list item without a name',
      'apiVersion: v1\nkind: List\nitems: [{ apiVersion: v1, kind: Pod, metadata: {} }]',
      ', document 1: items[0].metadata.name: ',
    ],
    ['text that is no object', 'just some words', ', document 1: '],
    [
      'labels that are no strings',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: a, labels: { on: yes } }',
      ', document 1: metadata.labels.true: ',
    ],
    [
      'a field of a wrong type',
      `${POD}containers: [{ name: a, securityContext: { privileged: "no" } }]`,
      ', document 1: spec.containers[0].securityContext.privileged: ',
    ],
    [
      'containers that are no list',
      `${POD}containers: { name: a }`,
      ', document 1: spec.containers: ',
    ],
    [
      'a version that nobody knows',
      RESTRICTED_DEPLOYMENT.replace('apps/v1', 'apps/v9'),
      ', document 1: apiVersion: ',
    ],
    [
      'the same key twice',
      `${POD}hostNetwork: true\n  hostNetwork: false`,
      ', document 1: line 6',
    ],
    ['thousands of levels', `{"a":`.repeat(20_000), ', document 1: '],
    [
      'a binary file',
      Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe, 0x00]),
      ': is not text in UTF-8',
    ],
    ['an empty file', '', ': holds no Kubernetes object'],
  ])('%s', async (name, content, place) => {
    const file = files.write(`hostile/${name.replace(/ /g, '-')}`, content);
    const { code, stdout, stderr } = await scan(file);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^zero-trust: .+\n$/);
    expect(stderr).toContain(`${file}${place}`);
  });

  it('a file that is not there, and a folder without manifests', async () => {
    const missing = join(files.path, 'missing.yaml');
    expect((await scan(missing)).stderr).toBe(
      `zero-trust: ${missing}: there is no such file or folder\n`,
    );
    files.write('empty/README.md', 'nothing to see');
    const empty = join(files.path, 'empty');
    expect((await scan(empty)).stderr).toBe(
      `zero-trust: ${empty}: holds no Kubernetes object\n`,
    );
  });

  it('the same object twice, in one source or in two, whatever version it is written in', async () => {
    const one = files.write('twice/one.yaml', INJECTED_NAMESPACE);
    const other = files.write(
      'twice/other.yaml',
      documents(RESTRICTED_DEPLOYMENT, INJECTED_NAMESPACE),
    );
    const line = `zero-trust: ${other}, document 2: metadata.name: Namespace shop is in ${one}, document 1, too; one cluster can hold it only once\n`;
    for (const sources of [[one, other], [join(files.path, 'twice')]]) {
      expect(await scan(...sources)).toEqual({
        code: 2,
        stdout: '',
        stderr: line,
      });
    }
  });
});

describe('strange input that can be read', () => {
  it('is read: links in circles, huge annotations, owners in circles, names of terminals', async () => {
    files.write('strange/deployment.yaml', RESTRICTED_DEPLOYMENT);
    symlinkSync('.', join(files.path, 'strange/loop'));
    files.write(
      'strange/pods.yaml',
      documents(
        `
apiVersion: v1
kind: Pod
metadata:
  name: huge
  annotations: { notes: "${'x'.repeat(10 * 1024 * 1024)}" }
spec: { containers: [{ name: a }] }
`,
        `
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: a, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: b, controller: true }] }
spec: { template: { spec: { containers: [{ name: a }] } } }
`,
        `
apiVersion: apps/v1
kind: ReplicaSet
metadata: { name: b, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: a, controller: true }] }
spec: { template: { spec: { containers: [{ name: a }] } } }
`,
        `
apiVersion: v1
kind: Pod
metadata: { name: circular, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: a, controller: true }] }
spec: { containers: [{ name: a }] }
`,
        `
apiVersion: v1
kind: Pod
metadata: { name: "\\e[31mred\\e]0;title\\a" }
spec: { containers: [{ name: a }] }
`,
      ),
    );
    const { code, stdout } = await scan(join(files.path, 'strange'));
    expect(code).toBe(1);
    expect(stdout).toContain('Pod default/huge');
    // eslint-disable-next-line no-control-regex -- none may reach a terminal
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });
});

describe('--keep-going', () => {
  it('goes past what cannot be read, and lists it', async () => {
    const broken = files.write('some/broken.yaml', '{');
    files.write('some/deployment.yaml', RESTRICTED_DEPLOYMENT);
    const { code, stdout, stderr } = await scan(
      join(files.path, 'some'),
      '--keep-going',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('1 workload: 1 zero trust');
    expect(stderr).toMatch(/^skipped .+\n$/);
    expect(stderr).toContain(`${broken}, document 1: `);
  });

  it('makes unknown what an object that was skipped might have changed', async () => {
    const { code, stdout, stderr } = await scan(
      files.write('known.yaml', RESTRICTED_DEPLOYMENT),
      files.write(
        'wrong.yaml',
        'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { a: 1 } }',
      ),
      '--keep-going',
    );
    expect(code).toBe(3);
    expect(stderr).toContain('wrong.yaml, document 1: metadata.labels.a: ');
    expect(stdout).toContain('Namespace shop cannot be read');
  });
});
