/**
 * What istiod makes of AuthorizationPolicies for ztunnel, per its own test
 * data: both forms, asked about the same connections, must match alike.
 */
import { parse } from 'yaml';
import { placeOf } from '../../decisions/addresses';
import { parseManifests } from '../../manifests';
import { ClusterSnapshot } from '../../snapshot';
import {
  describeConformance,
  readConformanceText,
} from '../../testing/conformance';
import { Facts } from './facts';
import { ztunnelPolicy } from './ztunnelRules';

interface StringMatch {
  exact?: string;
  prefix?: string;
  suffix?: string;
}

interface Address {
  address: string;
  length: number;
}

interface Match {
  principals?: StringMatch[];
  notPrincipals?: StringMatch[];
  namespaces?: StringMatch[];
  notNamespaces?: StringMatch[];
  serviceAccounts?: { namespace: string; serviceAccount: string }[];
  notServiceAccounts?: { namespace: string; serviceAccount: string }[];
  sourceIps?: Address[];
  notSourceIps?: Address[];
  destinationIps?: Address[];
  notDestinationIps?: Address[];
  destinationPorts?: number[];
  notDestinationPorts?: number[];
}

interface Converted {
  groups?: { rules?: { matches: Match[] }[] }[];
}

interface Connection {
  principal: string | undefined;
  source: string;
  destination: string;
  port: number;
}

function matchesText(
  { exact, prefix, suffix }: StringMatch,
  text: string,
): boolean {
  if (exact !== undefined) {
    return text === exact;
  }
  if (prefix !== undefined) {
    return text.startsWith(prefix);
  }
  return suffix === undefined ? text !== '' : text.endsWith(suffix);
}

function contains({ address, length }: Address, ip: string): boolean {
  const bits = (bytes: Iterable<number>) =>
    [...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('');
  return bits(Buffer.from(address, 'base64'))
    .slice(0, length)
    .startsWith(bits(ip.split('.').map(Number)).slice(0, length));
}

/** One match as ztunnel's `rbac.rs` compares it: skipped where it says nothing. */
function holds(match: Match, connection: Connection): boolean {
  const { principal = '', source, destination, port } = connection;
  const [, , namespace = '', , account = ''] = principal.split('/');
  const says = <T>(
    positive: T[] | undefined,
    negative: T[] | undefined,
    test: (value: T) => boolean,
  ) =>
    (!positive?.length || positive.some(test)) && !(negative ?? []).some(test);
  return (
    Object.values(match).some(values => values.length > 0) &&
    says(match.principals, match.notPrincipals, value =>
      matchesText(value, principal),
    ) &&
    says(match.namespaces, match.notNamespaces, value =>
      matchesText(value, namespace),
    ) &&
    says(
      match.serviceAccounts,
      match.notServiceAccounts,
      value =>
        value.namespace === namespace && value.serviceAccount === account,
    ) &&
    says(match.sourceIps, match.notSourceIps, value =>
      contains(value, source),
    ) &&
    says(match.destinationIps, match.notDestinationIps, value =>
      contains(value, destination),
    ) &&
    says(
      match.destinationPorts,
      match.notDestinationPorts,
      value => value === port,
    )
  );
}

function groupsThatMatch({ groups = [] }: Converted, connection: Connection) {
  return groups.filter(({ rules = [] }) =>
    rules.every(({ matches }) =>
      matches.some(match => holds(match, connection)),
    ),
  ).length;
}

const PRINCIPALS = [
  undefined,
  'td/ns/ns/sa/sa',
  'td/ns/cfg/sa/sa-only',
  'td/ns/not-ns/sa/sa-not',
  'td/ns/ns-prefix-1/sa/x',
  'td/ns/1-ns-suffix/sa/x',
  'td/ns/from-mix-ns/sa/x',
  'td/ns/only-l4-ns/sa/x',
  'td/ns/when-l4-ns/sa/x',
  'td/ns/when-l4-l7-ns/sa/x',
  'principal',
  'principal-prefix-1',
  'not-principal',
];
const ADDRESSES = [
  '1.2.3.4',
  '5.6.7.8',
  '2.2.3.4',
  '10.10.10.10',
  '192.168.10.9',
  '20.20.20.20',
  '203.0.113.7',
];
const PORTS = [80, 90, 443, 800, 9090];

describe.each([
  ['allow-full', 14],
  ['allow-groups', 7],
  ['deny-groups', 7],
])('%s', (name, rules) => {
  const file = `istio/ambient/${name}`;
  describeConformance(`${file}-in.yaml`, () => {
    const { objects } = parseManifests(
      readConformanceText(`${file}-in.yaml`) ?? '',
      name,
    );
    const [policy] = ClusterSnapshot.create({
      cluster: 'conformance',
      objects: objects.map(({ object }) => object),
    }).all('AuthorizationPolicy');
    const converted: Converted =
      parse(readConformanceText(`${file}.yaml`) ?? '') ?? {};

    it('has rules', () => {
      expect(policy.spec?.rules?.length).toBeGreaterThanOrEqual(rules);
    });

    it('matches the same connections', () => {
      const own = ztunnelPolicy(policy).rules;
      for (const principal of PRINCIPALS) {
        for (const source of ADDRESSES) {
          for (const destination of ADDRESSES) {
            for (const port of PORTS) {
              const facts: Facts = {
                principal,
                source: placeOf(source),
                destination: placeOf(destination),
                port,
                http: undefined,
              };
              const matching = own.filter(
                rule => rule.matches(facts).kind === 'always',
              );
              expect({
                facts: [principal, source, destination, port],
                rules: matching.length,
              }).toEqual({
                facts: [principal, source, destination, port],
                rules: groupsThatMatch(converted, {
                  principal,
                  source,
                  destination,
                  port,
                }),
              });
            }
          }
        }
      }
    });
  });
});
