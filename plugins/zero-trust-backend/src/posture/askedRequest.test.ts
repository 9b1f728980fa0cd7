import { parseRequest, toEngineRequest } from './askedRequest';

describe('the request of a question', () => {
  it('is none where nothing is said of one', () => {
    expect(parseRequest({})).toBeUndefined();
    expect(toEngineRequest(undefined)).toEqual({});
  });

  it('has all that the address says', () => {
    const request = parseRequest({
      method: 'POST',
      path: '/orders?page=2',
      host: 'orders.shop',
      header: ['X-Team:  shop ', 'x-url: https://a.example'],
      principal: 'spiffe://cluster.local/ns/shop/sa/web',
      issuer: 'https://login.example',
      subject: 'ann',
      audience: ['orders', 'web'],
      claims: '{"groups":["admins"]}',
    });
    expect(request).toEqual({
      method: 'POST',
      path: '/orders?page=2',
      host: 'orders.shop',
      headers: { 'x-team': 'shop', 'x-url': 'https://a.example' },
      principal: 'spiffe://cluster.local/ns/shop/sa/web',
      token: {
        issuer: 'https://login.example',
        subject: 'ann',
        audiences: ['orders', 'web'],
        claims: { groups: ['admins'] },
      },
    });
    expect(toEngineRequest(request)).toEqual({
      principal: 'cluster.local/ns/shop/sa/web',
      request: {
        method: 'POST',
        path: '/orders?page=2',
        host: 'orders.shop',
        headers: { 'x-team': 'shop', 'x-url': 'https://a.example' },
        token: {
          iss: 'https://login.example',
          sub: 'ann',
          aud: ['orders', 'web'],
          claims: { groups: ['admins'] },
        },
      },
    });
  });

  it('that is described sends no headers and no token but those that are said', () => {
    expect(toEngineRequest(parseRequest({ method: 'GET' }))).toEqual({
      request: { method: 'GET', headers: {}, token: null },
    });
  });

  it('is no HTTP where only the identity is said', () => {
    expect(
      toEngineRequest(parseRequest({ principal: 'td/ns/a/sa/b' })),
    ).toEqual({ principal: 'td/ns/a/sa/b' });
  });

  it.each(['authorization: Bearer x', 'Cookie: a=b', 'Proxy-Authorization: x'])(
    'takes no credentials: %s',
    header => {
      expect(() => parseRequest({ header: [header] })).toThrow(
        'may hold what lets somebody in',
      );
    },
  );

  it.each(['{', '[]', '"a"', 'null'])('takes no claims such as %s', claims => {
    expect(() => parseRequest({ claims })).toThrow('"claims"');
  });
});
