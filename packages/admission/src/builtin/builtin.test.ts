import { Admission } from '..';

describe('the review of other objects', () => {
  const admission = Admission.create({
    definitions: [
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        spec: {
          group: 'example.com',
          names: { kind: 'Thing' },
          versions: [{ name: 'v1alpha1', served: false }],
        },
      },
    ],
  });
  const of = (object: object) => {
    const { verdict, errors, unknown } = admission.review(object);
    return {
      verdict,
      fields: [...errors, ...unknown].map(({ field }) => field),
    };
  };

  it('knows the kinds of an API server, and which there are not', () => {
    const metadata = { name: 'a' };
    expect(
      of({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata,
        data: { a: 'no base64' },
      }),
    ).toEqual({
      verdict: 'refused',
      fields: ["data['a']"],
    });
    expect(
      of({ apiVersion: 'apps/v1beta1', kind: 'Deployment', metadata }),
    ).toEqual({
      verdict: 'refused',
      fields: ['kind'],
    });
    expect(
      of({ apiVersion: 'example.com/v1alpha1', kind: 'Thing', metadata }),
    ).toEqual({
      verdict: 'refused',
      fields: ['apiVersion'],
    });
    expect(
      of({ apiVersion: 'other.example/v1', kind: 'Thing', metadata }),
    ).toEqual({
      verdict: 'unknown',
      fields: ['kind'],
    });
    expect(admission.review('text').verdict).toBe('refused');
  });

  it('says where it does not have all rules of a kind', () => {
    expect(
      of({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a' },
        spec: { containers: [{ name: 'a', image: 'b' }] },
      }),
    ).toEqual({ verdict: 'admitted', fields: [''] });
  });

  it('never quotes the value of a Secret', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'a' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { a: 'hunter2!', '.dockerconfigjson': 'aHVudGVyMg==' },
    };
    const { errors } = admission.review(secret);
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(admission.review(secret))).not.toContain('hunter2');
    expect(
      JSON.stringify(
        admission.review({
          ...secret,
          data: { '.dockerconfigjson': 'aHVudGVyMg==' },
        }),
      ),
    ).not.toMatch(/hunter2|aHVudGVyMg/);
  });
});
