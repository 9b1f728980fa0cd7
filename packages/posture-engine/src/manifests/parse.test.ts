import { describeProblem, parseManifests } from '.';

function read(text: string) {
  const { objects, problems } = parseManifests(text, 'app.yaml');
  return {
    objects: objects.map(({ object }) => object),
    problems: problems.map(describeProblem),
  };
}

function valueOf(yaml: string): unknown {
  const { objects, problems } = read(
    `{apiVersion: v1, kind: A, metadata: {name: a}, value: ${yaml}}`,
  );
  expect(problems).toEqual([]);
  return objects[0].value;
}

describe('manifests', () => {
  it('are read as the YAML 1.1 of Kubernetes', () => {
    expect(['y', 'no', 'on', 'Off', 'TRUE'].map(valueOf)).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(
      ['017', '0o17', '0b11', '0x1F', '1_000', '-0o17'].map(valueOf),
    ).toEqual([15, 15, 3, 31, 1000, -15]);
    expect(['12:30', '2001-01-01', '"yes"', '10.0.0.1'].map(valueOf)).toEqual([
      '12:30',
      '2001-01-01',
      'yes',
      '10.0.0.1',
    ]);
    expect(valueOf('{on: 1}')).toEqual({ true: 1 });
    expect(valueOf('~')).toBeNull();
  });

  it('keep the text that Go keeps: dots alone, and colons at the end of items', () => {
    expect(['[foo, .]', '-.', 'e5', '.5', '5.', '1e3'].map(valueOf)).toEqual([
      ['foo', '.'],
      '-.',
      'e5',
      0.5,
      5,
      1000,
    ]);
    expect(valueOf('[1.2.3.4, 001:db8::]')).toEqual(['1.2.3.4', '001:db8::']);
    expect(valueOf('[a:,b]')).toEqual(['a:', 'b']);
    expect(valueOf('[a: b, c: ]')).toEqual([{ a: 'b' }, { c: null }]);
  });

  it('may use anchors, aliases and merge keys', () => {
    expect(valueOf('{x: &x {b: 1, c: 1}, z: {<<: *x, b: 2}}')).toEqual({
      x: { b: 1, c: 1 },
      z: { b: 2, c: 1 },
    });
  });

  it('give a problem with file, document and place, and the rest is still read', () => {
    const { objects, problems } = read(`
apiVersion: v1
kind: ConfigMap
metadata: {name: first}
---
apiVersion: v1
kind: ConfigMap
kind: Secret
metadata: {name: twice}
---
just text
---
apiVersion: 1
kind: Pod
metadata: {name: p}
---
apiVersion: v1
kind: Pod
metadata: {namespace: 5, name: p}
---
apiVersion: v1
kind: Pod
metadata: {generateName: p-}
---
# nothing
`);
    expect(objects).toHaveLength(1);
    expect(problems).toEqual([
      'app.yaml, document 2: line 8, column 1: Map keys must be unique',
      'app.yaml, document 3: is not a Kubernetes object',
      'app.yaml, document 4: apiVersion: must be a non-empty string',
      'app.yaml, document 5: metadata.namespace: must be a string',
      'app.yaml, document 6: metadata.name: must be a non-empty string',
    ]);
  });

  it('open lists, also in lists, and name the item that is wrong', () => {
    const { objects, problems } = read(`
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: Service, metadata: {name: s}}
  - apiVersion: v1
    kind: PodList
    items:
      - {metadata: {name: p}}
      - {metadata: {}}
  - null
`);
    expect(objects.map(({ kind }) => kind)).toEqual(['Service', 'Pod']);
    expect(problems).toEqual([
      'app.yaml, document 1: items[1].items[1].metadata.name: must be a non-empty string',
      'app.yaml, document 1: items[2]: is not a Kubernetes object',
    ]);
  });

  it('may be JSON', () => {
    expect(
      read('{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}}')
        .objects,
    ).toHaveLength(1);
    expect(read('{"apiVersion": "v1",').problems[0]).toMatch(
      /^app.yaml, document 1: line 1, column \d+: /,
    );
  });

  it('may lie beside a kustomization, which no API server sees', () => {
    expect(
      read(
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]',
      ),
    ).toEqual({ objects: [], problems: [] });
  });

  it('cannot grow without bounds, loop, or exhaust the stack', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [index, name] of [...'bcdefghij'].entries()) {
      const inner = `*${'abcdefghi'[index]}`;
      bomb.push(`${name}: &${name} [${Array(9).fill(inner).join(', ')}]`);
    }
    expect(read(bomb.join('\n')).problems[0]).toMatch(
      /^app.yaml, document 1: Excessive alias count/,
    );
    expect(read('a: &a {b: *a}').problems).toEqual([
      'app.yaml, document 1: nested more than 500 levels deep',
    ]);
    expect(read(`a: ${'['.repeat(50_000)}`).problems[0]).toMatch(
      /^app.yaml, document 1: /,
    );
    expect(read(`${'['.repeat(50_000)}${']'.repeat(50_000)}`).problems).toEqual(
      ['app.yaml, document 1: nested more than 500 levels deep'],
    );
    const wide = `a: &a [${'x, '.repeat(20_000)}]\nb: [${'*a, '.repeat(900)}]`;
    expect(read(wide).problems).toEqual([
      'app.yaml, document 1: more than 10000000 values once its aliases are followed',
    ]);
  });
});
