/** What Istio's webhook refuses although the schemas allow it; all of it is held against the real webhook in `realServers.integration.test.ts`. */
import { Admission } from '..';
import { definitionsOf, describeWithData, parseAll } from '../testing/crds';

function errorsOf(admission: Admission, yaml: string): string[] {
  const [object] = parseAll(yaml);
  return admission
    .review(object)
    .errors.map(({ field, message }) => `${field}: ${message}`);
}

describeWithData("Istio's own checks", () => {
  const policy = (rules: string, more = '') => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: a, namespace: shop }
spec: { rules: [${rules}]${more} }`;
  const rule = (host: string, more = '') => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: a, namespace: shop }
spec: { host: "${host}"${more} }`;

  it.each([
    [
      policy('{ from: [{ source: { ipBlocks: [1.2.3] } }] }'),
      'spec.rules[0].from[0].source.ipBlocks: "1.2.3" is no IP address',
    ],
    [
      policy('{ when: [{ key: foo.bar, values: [a] }] }'),
      'spec.rules[0].when[0].key: unknown attribute foo.bar',
    ],
    [
      policy('{ to: [{ operation: { paths: ["/{**}/a/{*}"] } }] }'),
      'spec.rules[0].to[0].operation.paths: in "/{**}/a/{*}", nothing like {*} may come behind {**}',
    ],
    [
      policy('', ', action: DENY'),
      'spec.rules: is missing: without it DENY does nothing',
    ],
    [
      policy('{ from: [{ source: {} }] }'),
      'spec.rules[0].from[0].source: must not be empty',
    ],
    [rule('a..b'), 'spec.host: a..b is no domain: "" is no label of one'],
    [rule('a.b', ', exportTo: [".", shop]'), 'spec.exportTo: names shop twice'],
    [
      rule('a.b', ', trafficPolicy: { tls: { mode: MUTUAL, privateKey: k } }'),
      'spec.trafficPolicy.tls.clientCertificate: is missing: MUTUAL needs it',
    ],
  ])('%s', (yaml, expected) => {
    const admission = Admission.create({ definitions: definitionsOf('istio') });
    expect(errorsOf(admission, yaml)).toEqual([
      `${expected} (Istio's webhook)`,
    ]);
  });

  it('leave open what Envoy makes of a patch', () => {
    const admission = Admission.create({ definitions: definitionsOf('istio') });
    const [object] = parseAll(`
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: a }
spec: { configPatches: [{ applyTo: CLUSTER, patch: { operation: ADD, value: { name: a } } }] }`);
    expect(admission.review(object)).toMatchObject({
      verdict: 'admitted',
      unknown: [{ field: 'spec.configPatches[0].patch.value' }],
    });
  });
});
