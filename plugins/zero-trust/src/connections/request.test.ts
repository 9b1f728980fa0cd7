import { EMPTY_REQUEST, readRequest } from './request';

const read = (draft: Partial<typeof EMPTY_REQUEST>) =>
  readRequest({ ...EMPTY_REQUEST, ...draft });

describe('A request as it is typed', () => {
  it('is none where nothing is', () => {
    expect(read({})).toEqual({ errors: {} });
    expect(read({ path: '  ', headers: '\n \n' })).toEqual({ errors: {} });
  });

  it('has all that is said, and nothing else', () => {
    expect(
      read({
        method: 'post',
        path: ' /orders?page=2 ',
        headers: 'X-Team: shop\n\nx-url: https://a.example\n',
        principal: 'cluster.local/ns/shop/sa/web',
        issuer: 'https://login.example',
        audiences: 'orders, web,',
        claims: '{"groups": ["admins"]}',
      }),
    ).toEqual({
      errors: {},
      request: {
        method: 'POST',
        path: '/orders?page=2',
        headers: { 'x-team': 'shop', 'x-url': 'https://a.example' },
        principal: 'cluster.local/ns/shop/sa/web',
        token: {
          issuer: 'https://login.example',
          audiences: ['orders', 'web'],
          claims: { groups: ['admins'] },
        },
      },
    });
  });

  it.each([
    [{ method: 'G ET' }, { method: 'malformed' }],
    [{ path: 'orders' }, { path: 'malformed' }],
    [{ path: '/a b' }, { path: 'malformed' }],
    [{ headers: 'x-team' }, { headers: 'malformed' }],
    [{ headers: ':path: /' }, { headers: 'malformed' }],
    [
      { headers: 'x-a: b\nAuthorization: Bearer x' },
      { headers: 'credentials' },
    ],
    [{ headers: 'Cookie: a=b' }, { headers: 'credentials' }],
    [{ principal: 'web' }, { principal: 'malformed' }],
    [{ principal: 'spiffe://td/web' }, { principal: 'malformed' }],
    [{ claims: '{' }, { claims: 'malformed' }],
    [{ claims: '["a"]' }, { claims: 'malformed' }],
    [{ claims: 'null' }, { claims: 'malformed' }],
  ])('%j has a mistake in it', (draft, errors) => {
    expect(read(draft).errors).toEqual(errors);
  });
});
