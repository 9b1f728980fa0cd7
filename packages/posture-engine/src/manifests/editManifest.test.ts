import { editManifest } from './editManifest';

describe('setting fields in the text of a manifest', () => {
  const POLICY = `# who may talk to whom
apiVersion: security.istio.io/v1
kind: PeerAuthentication   # the mesh's
metadata:
    name: default # no other name counts
    namespace: "shop"
spec:
    mtls:

        mode: PERMISSIVE # until the migration is over
    # the end
---
kind: Other
`;

  it('changes a value where it stands, and nothing else', () => {
    expect(
      editManifest(POLICY, 1, [{ field: 'spec.mtls.mode', value: 'STRICT' }]),
    ).toBe(POLICY.replace('PERMISSIVE', 'STRICT'));
  });

  it('adds a field after its neighbours, as far in as they are', () => {
    expect(
      editManifest(POLICY, 1, [
        { field: "spec.portLevelMtls['9000'].mode", value: 'STRICT' },
        { field: 'metadata.labels', value: { app: 'a' } },
      ]),
    ).toBe(
      POLICY.replace(
        'over\n',
        'over\n    portLevelMtls:\n      "9000":\n        mode: STRICT\n',
      ).replace('"shop"\n', '"shop"\n    labels:\n      app: a\n'),
    );
  });

  it('adds to what is written on one line, in YAML and in JSON', () => {
    const yaml = 'spec: { containers: [{ name: app }], a: {} }\n';
    expect(
      editManifest(yaml, 1, [
        { field: 'spec.containers[0].image', value: 'x' },
        { field: 'spec.a.b', value: true },
      ]),
    ).toBe('spec: { containers: [{ name: app, image: x }], a: { b: true} }\n');
    const json = '{\n  "spec": {\n    "a": 1\n  }\n}\n';
    expect(editManifest(json, 1, [{ field: 'spec.b', value: 'yes' }])).toBe(
      '{\n  "spec": {\n    "a": 1, "b": "yes"\n  }\n}\n',
    );
  });

  it('writes text that reads as text: yes, 0123 and 1e3 too', () => {
    for (const value of ['yes', '0123', '1e3', 'a: b', '', ' x', '#no']) {
      expect(editManifest('a: b # c\n', 1, [{ field: 'a', value }])).toMatch(
        / # c\n$/,
      );
    }
  });

  it('takes the document that it is told', () => {
    expect(editManifest(POLICY, 2, [{ field: 'kind', value: 'Another' }])).toBe(
      POLICY.replace('kind: Other', 'kind: Another'),
    );
    expect(() =>
      editManifest(POLICY, 3, [{ field: 'kind', value: 'x' }]),
    ).toThrow('there is no document 3');
  });

  it('takes a field away with its lines, and the rest stays', () => {
    expect(editManifest(POLICY, 1, [{ field: 'metadata.name' }])).toBe(
      POLICY.replace('    name: default # no other name counts\n', ''),
    );
    expect(editManifest('a: { b: 1, c: 2 }\n', 1, [{ field: 'a.b' }])).toBe(
      'a: { c: 2 }\n',
    );
    expect(editManifest('a:\n  b: 1\n', 1, [{ field: 'a.x.y' }])).toBe(
      'a:\n  b: 1\n',
    );
  });

  it('keeps the other documents as they are where it must write one anew', () => {
    const before = '# top\na:   1 # one\n---\n# next\nb:\n  - x\n---\nc:   3\n';
    expect(editManifest(before, 2, [{ field: 'b', value: { d: 1 } }])).toBe(
      before.replace('  - x', '  d: 1'),
    );
  });

  it('fills a field without a value, and replaces lists and maps', () => {
    expect(
      editManifest('spec:\nkind: a\n', 1, [{ field: 'spec.mode', value: 'x' }]),
    ).toBe('spec:\n  mode: x\nkind: a\n');
    expect(
      editManifest('# top\na:\n  - b # why\nc: d\n', 1, [
        { field: 'a', value: ['x', 'z'] },
      ]),
    ).toBe('# top\na:\n  - x\n  - z\nc: d\n');
  });
});
