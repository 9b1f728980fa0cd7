/** Where VirtualServices lead what leaves a sidecar. */
import {
  Dated,
  ORDERS,
  call,
  entry,
  http,
  object,
  orders,
  port,
  taken,
  tls,
} from '../../../testing/outboundCalls';

describe('a VirtualService', () => {
  const routes = (spec: string, dated?: Dated) =>
    object('VirtualService', dated?.namespace ?? 'routes', spec, {
      ...dated,
      namespace: 'shop',
    });
  const to = (host: string, more = '') =>
    `{ ${more} route: [{ destination: { host: ${host} } }] }`;
  const known =
    ORDERS +
    orders() +
    entry('a', `{ hosts: [a.example], ${port(80, 'HTTP')} }`);
  const at = (manifests: string, host = 'orders') =>
    taken(known + manifests, { port: 80, sent: http(host) });

  it('sends what is meant for one host to another, if all of it goes there', () => {
    expect(
      at(routes(`{ hosts: [orders], http: [${to('a.example')}] }`)),
    ).toMatch(/ a\.example /);
    expect(
      at(
        routes(
          `{ hosts: [orders], http: [${to(
            'a.example',
            'match: [{ uri: { prefix: /x } }],',
          )}, ${to('orders')}] }`,
        ),
      ),
    ).toBe('unknown');
    expect(
      at(
        routes(
          `{ hosts: [orders], http: [${to('orders')}, ${to('a.example')}] }`,
        ),
      ),
    ).toMatch(/^host orders/);
  });

  it('says nothing to sidecars where its rules are for gateways or other ports', () => {
    for (const spec of [
      `{ hosts: [orders], gateways: [edge], http: [${to('a.example')}] }`,
      `{ hosts: [orders], gateways: [edge, mesh], http: [${to(
        'a.example',
        'match: [{ gateways: [edge] }],',
      )}] }`,
      `{ hosts: [orders], http: [${to(
        'a.example',
        'match: [{ port: 81 }],',
      )}] }`,
      `{ hosts: [orders], exportTo: [bank], http: [${to('a.example')}] }`,
    ]) {
      expect(at(routes(spec))).toMatch(/^host orders/);
    }
  });

  it('of a whole name counts before one of a pattern, however old', () => {
    expect(
      at(
        routes(`{ hosts: ["*.local"], http: [${to('a.example')}] }`, {
          namespace: 'wide',
          age: 1,
        }) + routes(`{ hosts: [orders], http: [${to('orders')}] }`),
      ),
    ).toMatch(/^host orders/);
  });

  it('makes hosts known on port 80 that nobody has, and elsewhere only beside one that somebody has', () => {
    const fresh = routes(`{ hosts: [new.example], http: [${to('orders')}] }`);
    expect(at(fresh, 'new.example')).toMatch(/^host orders/);
    expect(
      taken(known + fresh, { port: 9000, sent: http('new.example') }),
    ).toMatch(/^passed-on/);
  });

  it('leads nowhere where nobody has the host that it names', () => {
    expect(
      call(
        known + routes(`{ hosts: [orders], http: [${to('gone.example')}] }`),
        { port: 80, sent: http('orders') },
      ),
    ).toMatchObject({
      endpoints: [],
      reason: expect.stringContaining('goes nowhere'),
    });
  });

  it('says which server names TLS may ask for instead of the host', () => {
    const secure = entry('b', `{ hosts: [b.example], ${port(443, 'TLS')} }`);
    const named = routes(
      `{ hosts: [b.example], tls: [${to(
        'b.example',
        'match: [{ sniHosts: [c.example] }],',
      )}] }`,
    );
    const asks = (name: string) =>
      taken(secure + named, { port: 443, sent: tls(name) });
    expect(asks('c.example')).toMatch(/ b\.example /);
    expect(asks('b.example')).toMatch(/^passed-on/);
  });

  it('for TCP also routes what a wildcard of the registry covers, to the only port of the host it names', () => {
    const wild = entry('w', `{ hosts: ["*.example"], ${port(5432, 'TCP')} }`);
    const target = entry(
      't',
      `{ hosts: [t.test], resolution: STATIC, endpoints: [{ address: 6.6.6.6 }], ${port(
        6000,
        'TCP',
      )} }`,
    );
    expect(
      taken(
        wild +
          target +
          routes(`{ hosts: [one.example], tcp: [${to('t.test')}] }`),
        { port: 5432 },
      ),
    ).toBe('host t.test 6.6.6.6:6000 plaintext');
  });
});
