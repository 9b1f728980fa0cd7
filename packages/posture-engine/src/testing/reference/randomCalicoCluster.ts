/** Random clusters under Calico: Kubernetes' own policies as always, and Calico's in every form that the reference knows. */
import fc from 'fast-check';
import { KubernetesObject } from '../../snapshot';
import { PORTS, randomCluster } from './randomCluster';

const API = 'projectcalico.org/v3';
const NAMESPACES = ['a', 'b', 'c'];
const KEYS = ['app', 'tier'];
const VALUES = ['x', 'y', 'z'];
const ACCOUNTS = ['default', 'robot'];
const NETS = [
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.0.1.0/24',
  '10.0.1.7',
  '203.0.113.0/24',
  '::/0',
  'fd00::/8',
  'fd00:1::9',
];

function comparisons(keys: readonly string[], values: readonly string[]) {
  const key = fc.constantFrom(...keys);
  const value = fc.constantFrom(...values);
  const quoted = value.map(text => `"${text}"`);
  return fc.oneof(
    key.map(name => `has(${name})`),
    fc
      .tuple(
        key,
        fc.constantFrom('==', '!=', 'contains', 'starts with', 'ends with'),
        value,
      )
      .map(([name, operator, text]) => `${name} ${operator} '${text}'`),
    fc
      .tuple(
        key,
        fc.constantFrom('in', 'not in'),
        fc.uniqueArray(quoted, { minLength: 1, maxLength: 2 }),
      )
      .map(
        ([name, operator, list]) => `${name} ${operator} {${list.join(', ')}}`,
      ),
  );
}

function expressions(leaf: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: leaf, weight: 4 },
    { arbitrary: fc.constant('all()'), weight: 1 },
    { arbitrary: leaf.map(one => `!${one}`), weight: 1 },
    {
      arbitrary: fc
        .tuple(leaf, fc.constantFrom('&&', '||'), leaf)
        .map(parts => parts.join(' ')),
      weight: 2,
    },
    {
      arbitrary: fc
        .tuple(leaf, leaf, leaf)
        .map(([one, two, three]) => `${one} && !(${two} || ${three})`),
      weight: 1,
    },
  );
}

const podSelector = expressions(
  fc.oneof(
    { arbitrary: comparisons(KEYS, VALUES), weight: 5 },
    {
      arbitrary: comparisons(['projectcalico.org/namespace'], NAMESPACES),
      weight: 1,
    },
    { arbitrary: comparisons(['pcns.app'], VALUES), weight: 1 },
  ),
);
const namespaceSelector = expressions(
  fc.oneof(
    comparisons(KEYS, VALUES),
    comparisons(['projectcalico.org/name'], NAMESPACES),
  ),
);
const accountSelector = expressions(
  fc.oneof(
    comparisons(['role'], VALUES),
    comparisons(['projectcalico.org/name'], ACCOUNTS),
  ),
);

/** Undefined `absent` times as often as not. */
function maybe<T>(arbitrary: fc.Arbitrary<T>, absent: number) {
  return fc.oneof(
    { arbitrary, weight: 1 },
    { arbitrary: fc.constant(undefined), weight: absent },
  );
}

const nets = fc.uniqueArray(fc.constantFrom(...NETS), {
  minLength: 1,
  maxLength: 2,
});
const ports = fc.array(
  fc.oneof(
    fc.constantFrom(...PORTS),
    fc.constantFrom('http', 'admin', '80', '79:443', '8080:65535'),
  ),
  { minLength: 1, maxLength: 2 },
);

const entity = fc.record(
  {
    selector: podSelector,
    notSelector: podSelector,
    namespaceSelector: fc.oneof(
      { arbitrary: namespaceSelector, weight: 3 },
      { arbitrary: fc.constantFrom('all()', 'global()'), weight: 1 },
    ),
    serviceAccounts: fc.oneof(
      fc.record({ names: fc.subarray(ACCOUNTS, { minLength: 1 }) }),
      fc.record({ selector: accountSelector }),
    ),
    nets,
    notNets: nets,
  },
  { requiredKeys: [] },
);
/** A rule names few things as a rule, or it would never match. */
const thinEntity = fc
  .tuple(
    entity,
    fc.subarray(
      [
        'selector',
        'notSelector',
        'namespaceSelector',
        'serviceAccounts',
        'nets',
        'notNets',
      ] as const,
      { maxLength: 2 },
    ),
  )
  .map(([all, kept]) =>
    Object.fromEntries(
      kept.flatMap(field => (all[field] ? [[field, all[field]]] : [])),
    ),
  );

const rule = fc
  .record({
    action: fc.constantFrom(
      ...['Allow', 'Allow', 'Allow', 'Allow', 'Deny', 'Deny', 'Pass', 'Log'],
    ),
    peer: thinEntity,
    own: fc.oneof(
      { arbitrary: fc.constant({}), weight: 4 },
      { arbitrary: thinEntity, weight: 1 },
    ),
    ipVersion: maybe(fc.constantFrom(4, 6), 8),
    protocol: maybe(
      fc.constantFrom('TCP', 'TCP', 'UDP', 'SCTP', 'ICMP', 17),
      1,
    ),
    notProtocol: maybe(fc.constantFrom('TCP', 'UDP'), 8),
    ports: maybe(ports, 1),
    notPorts: maybe(ports, 6),
  })
  .map(({ ports: wanted, notPorts, peer, own, ...rest }) => ({
    ...rest,
    peer,
    own,
    ports: {
      ...(rest.protocol && rest.protocol !== 'ICMP'
        ? { ports: wanted, notPorts }
        : {}),
    },
  }));

const ingress = rule.map(({ peer, own, ports: numbers, ...rest }) => ({
  ...rest,
  source: peer,
  destination: { ...own, ...numbers },
}));
const egress = rule.map(({ peer, own, ports: numbers, ...rest }) => ({
  ...rest,
  source: own,
  destination: { ...peer, ...numbers },
}));

const spec = fc.record(
  {
    tier: fc.constantFrom('default', 'default', 'early', 'late'),
    order: fc.constantFrom(500, 1000, 1000, 2000),
    selector: fc.oneof(podSelector, fc.constant('all()')),
    serviceAccountSelector: accountSelector,
    types: fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
    ingress: fc.array(ingress, { maxLength: 3 }),
    egress: fc.array(egress, { maxLength: 3 }),
  },
  { requiredKeys: ['ingress', 'egress'] },
);
const loose = fc
  .tuple(spec, fc.nat(5))
  .map(([all, keep]) =>
    keep === 0 ? all : { ...all, serviceAccountSelector: undefined },
  );

const labels = fc
  .tuple(
    maybe(fc.constantFrom(...VALUES), 1),
    maybe(fc.constantFrom(...VALUES), 1),
  )
  .map(values =>
    Object.fromEntries(
      values.flatMap((value, index) =>
        value === undefined ? [] : [[KEYS[index], value]],
      ),
    ),
  );
const name = fc.constantFrom('p', 'q', 'r', 'zz');

function object(
  kind: string,
  called: string,
  content: object,
  namespace?: string,
  own?: object,
): KubernetesObject {
  return {
    apiVersion: API,
    kind,
    metadata: {
      name: called,
      ...(namespace ? { namespace } : {}),
      ...(own ? { labels: own } : {}),
    },
    spec: content,
  };
}

const calicoObjects = fc
  .record({
    policies: fc.uniqueArray(
      fc.tuple(fc.constantFrom(...NAMESPACES), name, loose),
      { maxLength: 4, selector: ([where, called]) => `${where}/${called}` },
    ),
    global: fc.uniqueArray(fc.tuple(name, loose, maybe(namespaceSelector, 2)), {
      maxLength: 3,
      selector: ([called]) => called,
    }),
    sets: fc.array(fc.tuple(fc.constantFrom(...NAMESPACES), labels, nets), {
      maxLength: 2,
    }),
    globalSets: fc.array(fc.tuple(labels, nets), { maxLength: 2 }),
    late: fc.constantFrom('Pass', 'Deny', undefined),
    roles: fc.array(maybe(fc.constantFrom(...VALUES), 1), {
      minLength: 3,
      maxLength: 3,
    }),
  })
  .map(({ policies, global, sets, globalSets, late, roles }) => [
    object('Tier', 'early', { order: 10 }),
    object('Tier', 'late', {
      order: 2_000_000,
      ...(late ? { defaultAction: late } : {}),
    }),
    ...policies.map(([where, called, content]) =>
      object('NetworkPolicy', called, content, where),
    ),
    ...global.map(([called, content, where]) =>
      object('GlobalNetworkPolicy', called, {
        ...content,
        ...(where ? { namespaceSelector: where } : {}),
      }),
    ),
    ...sets.map(([where, own, list], index) =>
      object('NetworkSet', `set-${index}`, { nets: list }, where, own),
    ),
    ...globalSets.map(([own, list], index) =>
      object(
        'GlobalNetworkSet',
        `set-${index}`,
        { nets: list },
        undefined,
        own,
      ),
    ),
    ...NAMESPACES.map((where, index) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: 'robot',
        namespace: where,
        labels: roles[index] ? { role: roles[index] } : {},
      },
    })),
  ]);

/** The random cluster, some of its pods with a service account of their own. */
export const randomCalicoCluster: fc.Arbitrary<KubernetesObject[]> = fc
  .tuple(randomCluster, calicoObjects, fc.array(fc.boolean(), { minLength: 6 }))
  .map(([cluster, calico, robots]) => [
    ...cluster.map((one, index) =>
      one.kind === 'Pod' && robots[index % robots.length]
        ? {
            ...one,
            spec: { ...(one.spec as object), serviceAccountName: 'robot' },
          }
        : one,
    ),
    ...calico,
  ]);
