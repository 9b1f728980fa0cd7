import { AskedRequest, Questions } from '../../decisions';
import { ClusterSnapshot, KubernetesObject } from '../../snapshot';
import { connectionsOf } from '../connections';

function pod(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: name } },
    spec: { containers: [{ name: 'main' }] },
  };
}

function policy(name: string, ...ingress: object[]): KubernetesObject {
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name, namespace: 'shop' },
    spec: { endpointSelector: { matchLabels: { app: 'orders' } }, ingress },
  };
}

const PORTS = [{ port: '80', protocol: 'TCP' }];

function http(...rules: object[]) {
  return { toPorts: [{ ports: PORTS, rules: { http: rules } }] };
}

function ask(
  policies: readonly KubernetesObject[],
  request?: AskedRequest,
  port = 80,
) {
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: [pod('web'), pod('orders'), ...policies],
    settings: { cni: 'cilium' },
  });
  expect(snapshot.coverage.problems).toEqual([]);
  return Questions.create(snapshot, snapshot.derive(connectionsOf)).answer({
    from: { pod: 'shop/web' },
    to: { pod: 'shop/orders' },
    port,
    protocol: 'TCP',
    ...(request ? { request } : {}),
  });
}

function verdict(rule: object, request: AskedRequest) {
  const { verdict: found, conditions } = ask(
    [policy('p', http(rule))],
    request,
  );
  return conditions.length > 0 ? 'conditional' : found;
}

const ofPolicy = (name: string, field: string, effect: string) => ({
  layer: 'cilium-network-policy',
  direction: 'ingress',
  object: { kind: 'CiliumNetworkPolicy', namespace: 'shop', name },
  field,
  effect,
});

describe('a request under HTTP rules of Cilium', () => {
  const READ = policy('read', http({ method: 'GET', path: '/orders/\\d+' }));
  const WRITE = policy('write', http({ method: 'PUT|POST', path: '/orders' }));

  it('passes by the rule whose condition it meets', () => {
    expect(
      ask([READ, WRITE], { method: 'POST', path: '/orders' }),
    ).toMatchObject({
      verdict: 'allow',
      conditions: [],
      decidedBy: [ofPolicy('write', 'spec.ingress[0]', 'allow')],
    });
  });

  it('is refused by the rules of which it meets none', () => {
    expect(
      ask([READ, WRITE], { method: 'GET', path: '/orders' }),
    ).toMatchObject({
      verdict: 'deny',
      conditions: [],
      decidedBy: [
        ofPolicy('read', 'spec.ingress[0]', 'deny'),
        ofPolicy('write', 'spec.ingress[0]', 'deny'),
      ],
      reason:
        'Ingress rule 1 of CiliumNetworkPolicy shop/read and ingress rule 1 of CiliumNetworkPolicy shop/write let the destination receive only HTTP GET /orders/\\d+, or HTTP PUT|POST /orders, and the request is another.',
    });
  });

  it('leaves the conditions as they are where nothing is said of it', () => {
    const both = [['HTTP GET /orders/\\d+', 'HTTP PUT|POST /orders']];
    expect(ask([READ, WRITE]).conditions).toEqual(both);
    expect(ask([READ, WRITE], {}).conditions).toEqual(both);
  });

  it('leaves those that what is not said of it decides', () => {
    expect(ask([READ, WRITE], { method: 'GET' })).toMatchObject({
      verdict: 'allow',
      conditions: [['HTTP GET /orders/\\d+']],
    });
    expect(ask([READ, WRITE], { method: 'DELETE' }).verdict).toBe('deny');
  });

  it('is not looked at where a plain rule lets everything through, nor on other ports', () => {
    const plain = policy('plain', { toPorts: [{ ports: PORTS }] });
    expect(ask([READ, plain], { method: 'DELETE', path: '/' })).toMatchObject({
      verdict: 'allow',
      conditions: [],
    });
    expect(ask([READ], { method: 'GET', path: '/orders/1' }, 81).verdict).toBe(
      'deny',
    );
  });

  it.each<[string, object, AskedRequest, string]>([
    ['the whole method', { method: 'GE' }, { method: 'GET' }, 'deny'],
    ['the method as written', { method: 'get' }, { method: 'GET' }, 'deny'],
    ['the whole path', { path: '/a' }, { path: '/a/b' }, 'deny'],
    ['the query with it', { path: '/a' }, { path: '/a?b=c' }, 'deny'],
    ['and patterns may take it', { path: '/a.*' }, { path: '/a?b' }, 'allow'],
    ['the host', { host: 'shop(:80)?' }, { host: 'shop:80' }, 'allow'],
    [
      'a header by its value',
      { headers: ['X-Team: red'] },
      { headers: { 'x-team': 'red' } },
      'allow',
    ],
    [
      'a header without the colon',
      { headers: ['X-Team red'] },
      { headers: { 'x-team': 'blue' } },
      'deny',
    ],
    [
      'a header that must only be there',
      { headers: ['X-Team'] },
      { headers: { 'x-team': 'any' } },
      'allow',
    ],
    [
      'a header that is not there',
      { headers: ['X-Team'] },
      { headers: {} },
      'deny',
    ],
    ['headers that are not told', { headers: ['X-Team'] }, {}, 'conditional'],
    [
      'the host as a header',
      { headers: ['Host: shop'] },
      { host: 'x' },
      'deny',
    ],
    [
      'a header match',
      { headerMatches: [{ name: 'X-Team', value: 'red' }] },
      { headers: { 'X-Team': 'red' } },
      'allow',
    ],
    [
      'a header match that only logs',
      { headerMatches: [{ name: 'X', value: 'a', mismatch: 'LOG' }] },
      { headers: {} },
      'allow',
    ],
    [
      'a header match with a Secret',
      { headerMatches: [{ name: 'X', secret: { name: 's' } }] },
      { headers: { X: 'a' } },
      'unknown',
    ],
    ['a rule that asks for nothing', {}, { method: 'PUT' }, 'allow'],
    ['a path that Envoy rewrites', { path: '/a' }, { path: '//a' }, 'unknown'],
    [
      'the same, refused otherwise',
      { method: 'GET', path: '/a' },
      { method: 'PUT', path: '//a' },
      'deny',
    ],
  ])('asks for %s', (_name, rule, request, expected) => {
    expect(verdict(rule, request)).toBe(expected);
  });

  it('nobody can tell where a pattern cannot be followed', () => {
    expect(
      ask([policy('p', http({ path: '/\\pL+' }))], { path: '/a' }),
    ).toMatchObject({
      verdict: 'unknown',
      decidedBy: [ofPolicy('p', 'spec.ingress[0]', 'unknown')],
      reason: 'The path pattern /\\pL+ is none that can be followed here.',
    });
  });

  it('passes what is no matter of requests on as a condition', () => {
    const authenticated = policy('p', {
      ...http({ method: 'GET' }),
      authentication: { mode: 'required' },
    });
    expect(ask([authenticated], { method: 'GET' })).toMatchObject({
      verdict: 'allow',
      conditions: [['mutual authentication of the pods']],
    });
    expect(ask([authenticated], { method: 'PUT' }).verdict).toBe('deny');
  });
});
