/** What EnvoyFilters do to the controls of the catalogue that rest on policies. */
import { findingsOf, ExpectFindingsOptions } from '../testing/expectFindings';
import { ambientPod, policy, sidecarPod } from '../testing/meshManifests';
import { CONTROLS } from '.';

const RULES = policy(
  'AuthorizationPolicy',
  'shop/orders',
  '{ rules: [{ from: [{ source: { principals: [cluster.local/ns/front/sa/web] } }] }] }',
);
const STRICT = policy(
  'PeerAuthentication',
  'shop/default',
  '{ mtls: { mode: STRICT } }',
);
const PATCH = `
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: patch, namespace: shop }
spec: { configPatches: [{ applyTo: LISTENER, patch: { operation: MERGE, value: { listener_filters: [] } } }] }
---`;

function verdicts(
  id: string,
  manifests: string,
  options: Partial<ExpectFindingsOptions> = {},
) {
  const control = CONTROLS.find(candidate => candidate.id === id);
  if (!control) {
    throw new Error(`no control ${id}`);
  }
  return findingsOf({ control, manifests, ...options });
}

describe.each(['AN-2', 'AZ-1', 'AZ-6', 'AZ-7'])('%s', id => {
  const good = [sidecarPod(), STRICT, RULES].join('\n');

  it('passes nothing before which an EnvoyFilter changes the proxy, and names it', () => {
    expect(verdicts(id, good)).toEqual(
      expect.arrayContaining([expect.objectContaining({ verdict: 'pass' })]),
    );
    const patched = verdicts(id, good + PATCH);
    expect(patched.filter(({ verdict }) => verdict === 'pass')).toEqual([]);
    expect(patched).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          verdict: 'unknown',
          message:
            'By its policies orders would pass, but that cannot be told: EnvoyFilter shop/patch changes its proxy itself (LISTENER, spec.configPatches[0]), and what that makes of policies and encryption is not read.',
          evidence: expect.arrayContaining([
            {
              object: expect.objectContaining({ kind: 'EnvoyFilter' }),
              field: 'spec.configPatches[0].applyTo',
              value: 'LISTENER',
            },
          ]),
        }),
      ]),
    );
  });

  it('is unknown where EnvoyFilters could not be listed, with the right that is missing', () => {
    expect(
      verdicts(id, good, {
        coverage: { EnvoyFilter: { state: 'forbidden', verb: 'list' } },
      }),
    ).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          verdict: 'unknown',
          missing: [
            {
              verb: 'list',
              group: 'networking.istio.io',
              resource: 'envoyfilters',
            },
          ],
        }),
      ]),
    );
  });
});

it('a failure stays one', () => {
  expect(verdicts('AZ-1', sidecarPod() + STRICT + PATCH)).toEqual([
    expect.objectContaining({ verdict: 'fail' }),
  ]);
});

it('ztunnel is no proxy that EnvoyFilters reach', () => {
  expect(verdicts('AZ-1', ambientPod() + RULES + PATCH)).toEqual([
    expect.objectContaining({ verdict: 'pass' }),
  ]);
});
