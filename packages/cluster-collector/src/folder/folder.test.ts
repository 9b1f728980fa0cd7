/** Folders of manifests: what is read, what is refused, and how changes are seen. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeProblem } from '@backstage-zero-trust/posture-engine';
import { waitFor } from '../testing/observe';
import { observableFolder, readManifestFolder } from '..';

function pod(name: string, image = 'example/main:1'): string {
  return `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop }
spec:
  containers: [{ name: main, image: '${image}' }]
`;
}

describe('a folder of manifests', () => {
  let outer: string;
  let folder: string;
  const write = async (path: string, text: string) => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  };

  beforeEach(async () => {
    outer = await mkdtemp(join(tmpdir(), 'manifest-folder-'));
    folder = join(outer, 'cluster');
    await mkdir(folder);
  });
  afterEach(() => rm(outer, { recursive: true, force: true }));

  describe('readManifestFolder', () => {
    const problems = async () =>
      (await readManifestFolder(folder)).problems.map(describeProblem);
    const names = async () =>
      (await readManifestFolder(folder)).objects.map(
        ({ file, object }) => `${file}: ${object.metadata.name}`,
      );

    it('reads YAML and JSON at any depth, in order, and nothing else', async () => {
      await write('b.yml', `${pod('b-1')}---${pod('b-2')}`);
      await write('a/deep/a.yaml', pod('a'));
      await write(
        'c.json',
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'c' },
        }),
      );
      await write('README.md', '# not a manifest');
      await write('.git/x.yaml', pod('hidden'));
      await write('node_modules/x/y.yaml', pod('foreign'));
      await expect(names()).resolves.toEqual([
        'a/deep/a.yaml: a',
        'b.yml: b-1',
        'b.yml: b-2',
        'c.json: c',
      ]);
      await expect(problems()).resolves.toEqual([]);
    });

    it('names file, document and field of what is wrong, and reads the rest', async () => {
      await write('good.yaml', pod('good'));
      await write(
        'bad.yaml',
        `${pod('first')}---\napiVersion: v1\nkind: Pod\nmetadata: {}\n`,
      );
      await write('broken.yaml', 'a: [');
      await expect(names()).resolves.toEqual([
        'bad.yaml: first',
        'good.yaml: good',
      ]);
      const found = await problems();
      expect(found[0]).toBe(
        'bad.yaml, document 2: metadata.name: must be a non-empty string',
      );
      expect(found[1]).toMatch(
        /^broken\.yaml, document 1: line \d+, column \d+: /,
      );
      expect(found).toHaveLength(2);
    });

    it('links stay inside the folder and do not go in circles', async () => {
      await write('real/pod.yaml', pod('real'));
      await writeFile(join(outer, 'outside.yaml'), pod('outside'));
      await symlink('real', join(folder, 'again'));
      await symlink('..', join(folder, 'real', 'up'));
      await symlink(join(outer, 'outside.yaml'), join(folder, 'leak.yaml'));
      await symlink(outer, join(folder, 'leak'));
      await symlink('nowhere.yaml', join(folder, 'dangling.yaml'));
      const read = await readManifestFolder(folder);
      expect(read.objects.map(({ object }) => object.metadata.name)).toEqual([
        'real',
      ]);
      expect(read.problems.map(describeProblem)).toEqual([
        'dangling.yaml, document 1: cannot be read (ENOENT)',
        'leak, document 1: is a link that leads out of the folder',
        'leak.yaml, document 1: is a link that leads out of the folder',
      ]);
    });

    it('reads what Kubernetes mounts: files that link into a hidden folder', async () => {
      await write('..2026/pod.yaml', pod('mounted'));
      await symlink('..2026', join(folder, '..data'));
      await symlink('..data/pod.yaml', join(folder, 'pod.yaml'));
      await expect(names()).resolves.toEqual(['pod.yaml: mounted']);
    });

    it('the same object twice is the source of two clusters', async () => {
      await write('dev.yaml', pod('web'));
      await write('prod.yaml', pod('web'));
      await expect(problems()).resolves.toEqual([
        'prod.yaml, document 1: metadata.name: Pod shop/web is in dev.yaml, document 1, too; one cluster can hold it only once',
      ]);
    });

    it('a bomb of aliases is a problem, not a crash', async () => {
      const bomb = Array.from(
        { length: 10 },
        (_, level) =>
          `a${level}: &a${level} [${Array(10)
            .fill(level === 0 ? 'x' : `*a${level - 1}`)
            .join(', ')}]`,
      ).join('\n');
      await write('bomb.yaml', bomb);
      await expect(problems()).resolves.toHaveLength(1);
    });

    it('a folder that is not there is an error', async () => {
      await expect(
        readManifestFolder(join(folder, 'none')),
      ).rejects.toMatchObject({ code: 'ENOENT' });
      await write('file', '');
      await expect(
        readManifestFolder(join(folder, 'file')),
      ).rejects.toMatchObject({ code: 'ENOTDIR' });
    });
  });

  describe('observed as a cluster', () => {
    const observe = (path: string) => {
      let changes = 0;
      const observer = observableFolder({ name: 'files', path }).observe({
        onChange: () => changes++,
        logger: {
          debug: () => undefined,
          info: () => undefined,
          warn: () => undefined,
        },
      });
      observer.start();
      return { observer, changes: () => changes };
    };

    it('changes are seen, and files that stay give the same objects', async () => {
      await write('one.yaml', pod('one'));
      await write(
        'secret.yaml',
        'apiVersion: v1\nkind: Secret\nmetadata: { name: s }\ndata: { a: aHVzaA== }',
      );
      const { observer, changes } = observe(folder);
      try {
        await waitFor(() => observer.status().state === 'ready');
        const first = observer.current();
        expect(changes()).toBe(1);
        expect(JSON.stringify(first?.all('Secret'))).not.toContain('aHVzaA==');

        await write('deep/two.yaml', pod('two'));
        await waitFor(() => observer.current()?.all('Pod').length === 2);
        expect(observer.current()?.get('Pod', 'one', 'shop')).toBe(
          first?.get('Pod', 'one', 'shop'),
        );
        await write('deep/two.yaml', pod('two', 'example/main:2'));
        await waitFor(
          () =>
            observer.current()?.get('Pod', 'two', 'shop')?.spec.containers[0]
              .image === 'example/main:2',
        );
        await rm(join(folder, 'one.yaml'));
        await waitFor(() => observer.current()?.all('Pod').length === 1);
      } finally {
        await observer.stop();
      }
    });

    it('half a folder is no cluster: the last whole view stays until it can be read again', async () => {
      await write('one.yaml', pod('one'));
      const { observer } = observe(folder);
      try {
        await waitFor(() => observer.status().state === 'ready');
        const last = observer.current();
        await write('two.yaml', 'a: [');
        await waitFor(() => observer.status().state === 'stale');
        expect(observer.status().message).toMatch(
          /^two\.yaml, document 1: line/,
        );
        expect(observer.current()).toBe(last);
        await write('two.yaml', pod('two'));
        await waitFor(() => observer.status().state === 'ready');
        expect(observer.current()?.all('Pod')).toHaveLength(2);
      } finally {
        await observer.stop();
      }
    });

    it('a folder that is not there is unreachable, and named', async () => {
      const path = join(folder, 'none');
      const { observer } = observe(path);
      try {
        await waitFor(() => observer.status().state === 'unreachable');
        expect(observer.status().message).toBe(
          `the folder ${path} cannot be read (ENOENT)`,
        );
        expect(observer.current()).toBeUndefined();
      } finally {
        await observer.stop();
      }
    });
  });
});
