/** Whom a sidecar takes a connection for, where recorded scenarios do not reach. The rules were checked against istiod's own generator of listeners, routes and clusters, on random objects. */
import {
  Dated,
  ORDERS,
  REGISTRY_ONLY,
  call,
  entry,
  http,
  orders,
  port,
  service,
  sidecar,
  taken,
  tls,
} from '../../../testing/outboundCalls';
import { Sent } from './chainMatch';

const TCP: Sent = { kind: 'tcp' };

describe('HTTP', () => {
  const at = (host: string, manifests = ORDERS + orders()) =>
    taken(manifests, { port: 80, sent: http(host) });
  const own = 'host orders.shop.svc.cluster.local 10.0.0.2:8080 mtls';

  it('goes by its Host, in any case, with or without a port or a last dot, and by short names', () => {
    for (const host of [
      'orders',
      'Orders.Shop:80',
      'orders.shop.svc',
      'orders.shop.svc.cluster.local.',
      '10.96.0.1',
    ]) {
      expect(at(host)).toBe(own);
    }
    expect(at('orders.other')).toBe('passed-on 203.0.113.7:80 plaintext');
    const elsewhere = ORDERS.replace('namespace: shop', 'namespace: bank');
    expect(at('orders', elsewhere)).toMatch(/^passed-on/);
    expect(at('orders.bank', elsewhere)).toMatch(/^host orders\.bank/);
  });

  it('also goes by the names of type ExternalName that stand for a host', () => {
    const alias = service(
      'alias',
      '{ type: ExternalName, externalName: second.shop.svc.cluster.local, ports: [{ port: 80 }] }',
    );
    const second = service(
      'second',
      '{ type: ExternalName, externalName: orders.shop.svc.cluster.local }',
    );
    expect(at('alias', ORDERS + orders() + alias + second)).toBe(own);
    const round = service(
      'second',
      '{ type: ExternalName, externalName: alias.shop.svc.cluster.local }',
    );
    expect(at('alias', ORDERS + orders() + alias + round)).toMatch(
      /^passed-on/,
    );
  });

  it('takes the longest pattern, and the whole name before it', () => {
    const hosts = ['"*.example"', '"*.api.example"', 'one.api.example']
      .map((host, index) =>
        entry(`e${index}`, `{ hosts: [${host}], ${port(80, 'HTTP')} }`),
      )
      .join('');
    expect(at('two.api.example', hosts)).toMatch(/ \*\.api\.example /);
    expect(at('one.api.example', hosts)).toMatch(/ one\.api\.example /);
    expect(at('two.example', hosts)).toMatch(/ \*\.example /);
  });

  it('is answered with 502 where a port reads HTTP and knows no such host, and closed elsewhere', () => {
    const strict = ORDERS + sidecar(REGISTRY_ONLY);
    expect(at('unknown.example', strict)).toBe('refused 502');
    expect(taken(strict, { port: 81, sent: http('unknown.example') })).toBe(
      'refused',
    );
  });

  it('is looked up by the proxy itself under ALLOW_ANY_DYNAMIC_DNS, and handed to an egress proxy where there is one', () => {
    const policy = (text: string) => sidecar(`outboundTrafficPolicy: ${text}`);
    expect(at('a.example', policy('{ mode: ALLOW_ANY_DYNAMIC_DNS }'))).toBe(
      'by-name',
    );
    expect(
      call(policy('{ mode: ALLOW_ANY, egressProxy: { host: exit.shop } }'), {
        port: 80,
      }),
    ).toMatchObject({
      outcome: 'unknown',
      reason: expect.stringContaining('exit.shop'),
    });
  });
});

describe('what is no HTTP', () => {
  it('goes by its address, the narrowest block first', () => {
    const hosts =
      entry(
        'wide',
        `{ hosts: [wide.example], addresses: [203.0.0.0/8], ${port(
          5432,
          'TCP',
        )} }`,
      ) +
      entry(
        'narrow',
        `{ hosts: [narrow.example], addresses: [203.0.113.0/24], ${port(
          5432,
          'TCP',
        )} }`,
      );
    expect(taken(hosts, { port: 5432 })).toMatch(/narrow\.example/);
    expect(taken(hosts, { address: '203.1.1.1', port: 5432 })).toMatch(
      /wide\.example/,
    );
    expect(taken(hosts, { address: '198.51.100.1', port: 5432 })).toMatch(
      /^passed-on/,
    );
  });

  it('goes by the server name where it is TLS to a host without an address, and past an HTTP host of the same port', () => {
    const hosts =
      entry('one', `{ hosts: [one.example], ${port(443, 'TLS')} }`) +
      entry('all', `{ hosts: ["*.example"], ${port(443, 'HTTPS')} }`) +
      entry('web', `{ hosts: [web.example], ${port(443, 'HTTP')} }`);
    const at = (sent: Sent) => taken(hosts, { port: 443, sent });
    expect(at(tls('ONE.example'))).toMatch(/ one\.example /);
    expect(at(tls('two.example'))).toMatch(/ \*\.example /);
    expect(at(tls('two.test'))).toMatch(/^passed-on/);
    expect(at(http('web.example'))).toMatch(/ web\.example /);
    expect(at(TCP)).toMatch(/^passed-on/);
  });

  it('on one port for every address goes to the oldest host, and to it also goes what a name or block got stuck with', () => {
    const hosts =
      entry('young', `{ hosts: [young.example], ${port(5432, 'TCP')} }`) +
      entry('old', `{ hosts: [old.example], ${port(5432, 'TCP')} }`, {
        age: 10,
      }) +
      entry('tls', `{ hosts: [tls.example], ${port(5432, 'TLS')} }`, {
        age: 5,
      });
    expect(taken(hosts, { port: 5432 })).toMatch(/ old\.example /);
    expect(taken(hosts, { port: 5432, sent: tls('a.test') })).toMatch(
      / old\.example /,
    );
    expect(taken(hosts, { port: 5432, sent: tls('tls.example') })).toMatch(
      / tls\.example /,
    );
  });

  it('shares no port with MySQL or MongoDB, where the server speaks first: the older has it', () => {
    const hosts =
      entry('sql', `{ hosts: [sql.example], ${port(3306, 'MySQL')} }`, {
        age: 10,
      }) + entry('web', `{ hosts: [web.example], ${port(3306, 'HTTP')} }`);
    expect(taken(hosts, { port: 3306, sent: http('web.example') })).toMatch(
      / sql\.example /,
    );
    const younger = hosts.replace('T00:10', 'T00:50');
    expect(taken(younger, { port: 3306 })).toMatch(/^passed-on/);
  });

  it('meets the pods of a Service without an address, but not the caller itself', () => {
    const headless = service(
      'orders',
      '{ clusterIP: None, selector: { app: orders }, ports: [{ name: tcp, port: 9000 }] }',
    );
    const own = headless.replace('app: orders', 'app: web');
    const at = (manifests: string, address: string) =>
      taken(manifests + orders(), { address, port: 9000 });
    expect(at(headless, '10.0.0.2')).toBe(
      'original-address orders.shop.svc.cluster.local 10.0.0.2:9000 mtls',
    );
    expect(at(headless, '10.0.0.3')).toMatch(/^passed-on/);
    expect(at(own, '10.0.0.1')).toMatch(/^passed-on/);
  });
});

describe('of several hosts with one name', () => {
  const at = (...parts: string[]) =>
    call(parts.join(''), { port: 80, sent: http('x.shop.svc.cluster.local') })
      .host?.object;
  const named = (namespace: string, dated: Dated = {}) =>
    entry('x', `{ hosts: [x.shop.svc.cluster.local], ${port(80, 'HTTP')} }`, {
      namespace,
      ...dated,
    });

  it("that of the client's namespace counts, then a Service, then the oldest", () => {
    const bank = named('bank', { age: 10 });
    const other = named('other', { age: 5 });
    expect(at(bank, other)).toMatchObject({ namespace: 'other' });
    expect(at(bank, other, named('shop', { age: 50 }))).toMatchObject({
      namespace: 'shop',
    });
    const real = (namespace: string) =>
      service(
        'x',
        '{ clusterIP: 10.96.0.9, ports: [{ name: http, port: 80 }] }',
        {
          namespace,
          age: 50,
        },
      );
    expect(at(bank, other, real('shop'))).toMatchObject({ kind: 'Service' });
  });

  it('one that is not exported to the client does not count', () => {
    const hidden = (exportTo: string) =>
      named('bank').replace('hosts:', `exportTo: [${exportTo}], hosts:`);
    expect(at(hidden('"."'))).toBeUndefined();
    expect(at(hidden('"~", shop'))).toBeUndefined();
    expect(at(hidden('shop'))).toMatchObject({ namespace: 'bank' });
  });

  it('and one namespace the first decides, and a port that only another has goes nowhere unless nothing else tells them apart', () => {
    const first = entry(
      'a',
      `{ hosts: [x.example], resolution: STATIC, endpoints: [{ address: 6.6.6.6 }], ${port(
        80,
        'HTTP',
      )} }`,
      { age: 10 },
    );
    const second = (resolution: string) =>
      entry(
        'b',
        `{ hosts: [x.example], resolution: ${resolution}, ${port(
          81,
          'HTTP',
        )}, endpoints: [{ address: 7.7.7.7 }] }`,
      );
    const to = (resolution: string) =>
      taken(first + second(resolution), {
        port: 81,
        sent: http('x.example'),
      });
    expect(to('STATIC')).toBe('host x.example 7.7.7.7:81 plaintext');
    expect(to('DNS')).toBe('host x.example');
  });

  it('a Service and a ServiceEntry that listens on its pods are more than is decided here', () => {
    expect(
      call(
        ORDERS +
          entry(
            'orders',
            `{ hosts: [orders.shop.svc.cluster.local], ${port(9000, 'TCP')} }`,
          ),
        { port: 9000 },
      ).outcome,
    ).toBe('unknown');
  });
});
