/** Whose keys an issuer's rule has, or cannot have. */
import { RequestAuthentication } from '../../snapshot/kinds';
import { tokenOutcome } from './requestAuthentication';

type Rule = NonNullable<
  NonNullable<RequestAuthentication['spec']>['jwtRules']
>[number];

function refused(rule: Rule): boolean {
  return tokenOutcome({ iss: rule.issuer }, [
    {
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: { name: 'users', namespace: 'shop' },
      spec: { jwtRules: [rule] },
    },
  ]).refused;
}

describe('a rule of a RequestAuthentication', () => {
  it('takes the tokens of its issuer, wherever on the web the keys are', () => {
    const issuer = 'https://id.example';
    expect(refused({ issuer })).toBe(false);
    expect(refused({ issuer, jwksUri: 'http://keys.example/k' })).toBe(false);
    expect(refused({ issuer: 'me@id.example', jwksUri: issuer })).toBe(false);
    expect(refused({ issuer: 'me@id.example', jwks: '{"keys":[]}' })).toBe(
      false,
    );
  });

  it('takes none where istiod can have no keys: of an issuer that is no place, or on its own machine', () => {
    expect(refused({ issuer: 'me@id.example' })).toBe(true);
    for (const place of [
      'https://127.0.0.1:1/keys',
      'http://LOCALHOST/keys',
      'https://[::1]/keys',
      'file:///keys',
    ]) {
      expect(refused({ issuer: 'https://id.example', jwksUri: place })).toBe(
        true,
      );
      expect(refused({ issuer: place })).toBe(true);
      expect(refused({ issuer: place, jwks: '{"keys":[]}' })).toBe(false);
    }
  });
});
