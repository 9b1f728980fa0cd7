/** What the egress listeners of a `Sidecar` make of the hosts that a client's proxy knows. */
import {
  To,
  entry,
  http,
  port,
  sidecar,
  taken,
} from '../../../testing/outboundCalls';

describe('a `Sidecar` of the client', () => {
  const hosts =
    entry('one', `{ hosts: [one.example], ${port(80, 'HTTP')} }`) +
    entry('two', `{ hosts: [two.example], ${port(80, 'HTTP')} }`);
  const at = (egress: string, host: string, more: Partial<To> = {}) =>
    taken(hosts + sidecar(`egress: [${egress}]`), {
      port: 80,
      sent: http(host),
      ...more,
    });

  it('with a listener for a port keeps the catch-all out of that port', () => {
    const egress =
      '{ port: { number: 80, protocol: HTTP }, hosts: ["*/one.example"] }, { hosts: ["*/*"] }';
    expect(at(egress, 'one.example')).toMatch(/^original-address/);
    expect(at(egress, 'two.example')).toMatch(/^passed-on/);
  });

  it('keeps out what ~ names, whatever else lets it in', () => {
    expect(
      at('{ hosts: ["*/*", "~shop/one.example"] }', 'one.example'),
    ).toMatch(/^passed-on/);
    expect(
      at('{ hosts: ["*/*", "~shop/one.example"] }', 'two.example'),
    ).toMatch(/^original-address/);
    expect(at('{ hosts: ["*/*", "~/*"] }', 'two.example')).toMatch(
      /^passed-on/,
    );
  });

  it('takes a port as what its listener says, not as what the host says', () => {
    expect(
      at(
        '{ port: { number: 80, protocol: TCP }, hosts: ["*/one.example"] }',
        'other.example',
      ),
    ).toMatch(/ one\.example /);
  });

  it('that captures nothing for a listener is met at the address it binds alone', () => {
    const egress =
      '{ port: { number: 80, protocol: HTTP }, captureMode: NONE, hosts: ["*/*"] }';
    expect(at(egress, 'one.example')).toMatch(/^passed-on/);
    expect(at(egress, 'one.example', { address: '127.0.0.1' })).toMatch(
      /^original-address one\.example/,
    );
    const none = {
      annotations: 'sidecar.istio.io/interceptionMode: NONE',
    };
    expect(at('{ hosts: ["*/*"] }', 'one.example', none)).toMatch(
      /^uncaptured/,
    );
    expect(
      at('{ hosts: ["*/*"] }', 'one.example', {
        ...none,
        address: '127.0.0.1',
      }),
    ).toMatch(/^original-address one\.example/);
  });
});
