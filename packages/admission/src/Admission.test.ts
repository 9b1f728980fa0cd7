import { Admission } from '.';

/** A kind with a spec of one schema, as its definition would be. */
function definition(spec: object, more: object = {}): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        {
          name: 'v1',
          served: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec, status: { type: 'object', properties: {} } },
            },
          },
          ...more,
        },
        { name: 'v1alpha1', served: false },
      ],
    },
  };
}

function review(schema: object, spec: unknown, more: object = {}) {
  return Admission.create({ definitions: [definition(schema)] }).review({
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    metadata: { name: 'a' },
    ...(spec === undefined ? {} : { spec }),
    ...more,
  });
}

function errorsOf(schema: object, spec: unknown, more: object = {}): string[] {
  return review(schema, spec, more).errors.map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

const TEXT = { type: 'string' };
const ANYTHING = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
};

describe('the review of a custom resource', () => {
  it('refuses fields that the schema does not know, wherever it does not keep them', () => {
    const schema = {
      type: 'object',
      properties: {
        a: TEXT,
        any: ANYTHING,
        map: { type: 'object', additionalProperties: TEXT },
      },
    };
    expect(
      errorsOf(schema, { a: 'x', b: 1, any: { c: 1 }, map: { d: 'y' } }),
    ).toEqual(['spec.b: is no field of this kind']);
    expect(
      errorsOf(schema, {}, { extra: 1, metadata: { name: 'a', x: 1 } }),
    ).toEqual([
      'metadata.x: is no field of this kind',
      'extra: is no field of this kind',
    ]);
  });

  it('takes nulls for fields that are left out, unless the schema has nulls', () => {
    const schema = {
      type: 'object',
      required: ['a', 'c'],
      properties: {
        a: TEXT,
        b: { ...TEXT, nullable: true },
        c: { ...TEXT, default: 'd' },
      },
    };
    expect(errorsOf(schema, { a: null, b: null, c: null })).toEqual([
      'spec.a: is missing',
    ]);
  });

  it('fills in defaults before it looks at values and rules', () => {
    const schema = {
      type: 'object',
      default: {},
      required: ['port'],
      properties: { port: { type: 'integer', default: 80 } },
      'x-kubernetes-validations': [{ rule: 'self.port == 80' }],
    };
    expect(review(schema, undefined).verdict).toBe('admitted');
    expect(errorsOf(schema, { port: 81 })).toEqual([
      'spec: breaks the rule self.port == 80',
    ]);
  });

  it.each([
    [{ type: 'integer' }, 1.5, 'must be an integer, not a number'],
    [{ type: 'integer', format: 'int32' }, 2 ** 31, 'does not fit into int32'],
    [
      { type: 'integer', minimum: 1, exclusiveMinimum: true },
      1,
      'must be more than 1',
    ],
    [{ type: 'number', multipleOf: 0.1 }, 0.25, 'must be a multiple of 0.1'],
    [{ ...TEXT, enum: ['A', 'B'] }, 'C', 'is none of "A", "B"'],
    [{ ...TEXT, maxLength: 2 }, 'abc', 'has more than 2 characters'],
    [{ ...TEXT, pattern: '^(?i)a\\z' }, 'b', 'does not match'],
    [{ ...TEXT, format: 'date-time' }, '2026-02-30T00:00:00Z', 'date-time'],
    [{ ...TEXT, format: 'ipv4' }, '1.2.3', 'has not the format ipv4'],
    [
      { 'x-kubernetes-int-or-string': true },
      true,
      'must be an integer or text',
    ],
    [
      { type: 'array', items: TEXT, 'x-kubernetes-list-type': 'set' },
      ['a', 'a'],
      'is there twice',
    ],
    [
      { oneOf: [{ required: ['a'] }, { required: ['b'] }], ...ANYTHING },
      { a: 1, b: 1 },
      'only one: a, b',
    ],
    [
      { not: { required: ['a'] }, ...ANYTHING },
      { a: 1 },
      'is what it must not be: a',
    ],
  ])('checks values as kube-openapi does: %j', (schema, value, message) => {
    const [error, ...others] = errorsOf(
      { type: 'object', properties: { a: schema } },
      { a: value },
    );
    expect(error).toContain(message);
    expect(others).toEqual([]);
  });

  it('tells items of a list apart by its keys, defaults included', () => {
    const schema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['port', 'protocol'],
      items: {
        type: 'object',
        properties: {
          port: { type: 'integer' },
          protocol: { ...TEXT, default: 'TCP' },
        },
      },
    };
    expect(
      errorsOf(schema, [
        { port: 1 },
        { port: 1, protocol: 'UDP' },
        { port: 1, protocol: 'TCP' },
      ]),
    ).toEqual(['spec[2]: has the same port and protocol as another item']);
  });

  it('throws away status where it has a place of its own', () => {
    const withStatus = (more: object) =>
      Admission.create({
        definitions: [definition({ type: 'object', properties: {} }, more)],
      }).review({
        apiVersion: 'example.com/v1',
        kind: 'Thing',
        metadata: { name: 'a' },
        status: 'none',
      }).verdict;
    expect(withStatus({})).toBe('refused');
    expect(withStatus({ subresources: { status: {} } })).toBe('admitted');
  });

  it('evaluates rules at every place of the object, by the types of the schema', () => {
    const schema = {
      type: 'object',
      additionalProperties: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            'a-b': { type: 'integer' },
            namespace: TEXT,
            when: { ...TEXT, format: 'date-time' },
          },
          'x-kubernetes-validations': [
            {
              rule: 'self.a__dash__b < 5',
              message: 'is too much',
              fieldPath: '.a-b',
            },
            {
              rule: "self.__namespace__ != 'x'",
              messageExpression: "'not ' + self.__namespace__",
            },
            { rule: "self.when > timestamp('2020-01-01T00:00:00Z')" },
          ],
        },
      },
    };
    expect(
      errorsOf(schema, {
        k: [{ 'a-b': 9, namespace: 'x', when: '2019-01-01T00:00:00Z' }],
      }),
    ).toEqual([
      "spec['k'][0].a-b: is too much",
      "spec['k'][0]: not x",
      "spec['k'][0]: breaks the rule self.when > timestamp('2020-01-01T00:00:00Z')",
    ]);
  });

  it('passes over rules about a change, unless they ask to be evaluated', () => {
    const rule = (more: object) => ({
      ...TEXT,
      'x-kubernetes-validations': [
        { rule: 'self == oldSelf.orValue("a")', ...more },
      ],
    });
    expect(errorsOf(rule({}), 'b')).toEqual([]);
    expect(errorsOf(rule({ optionalOldSelf: true }), 'b')).toHaveLength(1);
    expect(errorsOf(rule({ optionalOldSelf: true }), 'a')).toEqual([]);
  });

  it('says which rule it cannot evaluate, and then does not say that the object is taken', () => {
    const schema = {
      ...TEXT,
      'x-kubernetes-validations': [{ rule: 'self.unheardOf()' }],
    };
    expect(review(schema, 'a')).toEqual({
      verdict: 'unknown',
      errors: [],
      unknown: [
        {
          field: 'spec',
          message:
            'the rule self.unheardOf() cannot be evaluated here: unbound function: unheardOf',
        },
      ],
    });
    expect(review({ ...TEXT, format: 'email' }, 'a').verdict).toBe('unknown');
  });

  it('evaluates no rule on an object of the wrong shape, which proves nothing', () => {
    const schema = {
      type: 'object',
      required: ['a'],
      properties: { a: TEXT },
      'x-kubernetes-validations': [{ rule: "self.a != ''" }],
    };
    expect(errorsOf(schema, {})).toEqual(['spec.a: is missing']);
  });

  it('checks the metadata of the object, and of objects inside it', () => {
    const schema = {
      type: 'object',
      properties: {
        inner: { ...ANYTHING, 'x-kubernetes-embedded-resource': true },
      },
    };
    expect(
      errorsOf(
        schema,
        { inner: { apiVersion: 'v1', metadata: { labels: { 'a b': 'c' } } } },
        { metadata: { name: 'A', labels: { a: '-' }, finalizers: ['x/y/z'] } },
      ).map(error => error.split(': ')[0]),
    ).toEqual([
      'metadata.name',
      "metadata.labels['a']",
      'metadata.finalizers[0]',
      'spec.inner.kind',
      "spec.inner.metadata.labels['a b']",
    ]);
  });
});
