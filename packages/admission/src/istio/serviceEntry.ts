/** `ValidateServiceEntry`: hosts, addresses, ports and endpoints. */
import { Fields, isFields, listOf } from '../json';
import { child, item } from '../problems';
import { IstioObject } from './Checks';
import {
  checkExportTo,
  checkSelector,
  eachOf,
  numberOf,
  textIn,
} from './shared';
import {
  PortProtocol,
  isAddress,
  isHttp,
  isTls,
  protocolOf,
  wrongDomain,
  wrongPort,
  wrongPortName,
  wrongProtocol,
  wrongSubnet,
  wrongWildcardDomain,
} from './values';
import { checkLabelsOf, checkPortMap, checkWorkload } from './workloadEntry';

export function checkServiceEntry(object: IstioObject): void {
  const { spec } = object;
  const resolution = textIn(spec, 'resolution') || 'NONE';
  checkSelector(
    object,
    spec.workloadSelector,
    'labels',
    'spec.workloadSelector',
  );
  if (isFields(spec.workloadSelector) && listOf(spec, 'endpoints').length > 0) {
    object.refuse(
      'spec',
      'must have only one of workloadSelector and endpoints',
    );
  }
  const hosts = listOf(spec, 'hosts').map(String);
  if (hosts.length === 0) {
    object.refuse('spec.hosts', 'must not be empty');
  }
  hosts.forEach((host, index) =>
    object.refuseIf(
      host === '*' ? 'must not be a wildcard alone' : wrongWildcardDomain(host),
      item('spec.hosts', index),
    ),
  );
  listOf(spec, 'addresses').forEach((address, index) =>
    object.refuseIf(
      wrongSubnet(String(address)),
      item('spec.addresses', index),
    ),
  );
  const ports = checkPorts(object);
  checkEndpoints(object, resolution, hosts, ports);
  checkExportTo(object, { allowsNobody: true });
}

/** Names of the ports. */
function checkPorts(object: IstioObject): ReadonlySet<string> {
  const names = new Set<string>();
  const numbers = new Set<number>();
  for (const { value, path } of eachOf(object.spec, 'ports', 'spec')) {
    const name = textIn(value, 'name');
    const number = numberOf(value, 'number');
    if (names.has(name) || numbers.has(number)) {
      object.refuse(path, 'has the name or number of another port');
    }
    names.add(name);
    numbers.add(number);
    if (numberOf(value, 'targetPort') !== 0) {
      object.refuseIf(
        wrongPort(numberOf(value, 'targetPort')),
        child(path, 'targetPort'),
      );
    }
    object.refuseIf(wrongPortName(name), child(path, 'name'));
    object.refuseIf(
      wrongProtocol(textIn(value, 'protocol')),
      child(path, 'protocol'),
    );
    object.refuseIf(wrongPort(number), child(path, 'number'));
  }
  return names;
}

function checkEndpoints(
  object: IstioObject,
  resolution: string,
  hosts: readonly string[],
  ports: ReadonlySet<string>,
): void {
  const { spec } = object;
  const endpoints = eachOf(spec, 'endpoints', 'spec');
  const protocols = eachOf(spec, 'ports', 'spec').map(({ value }) =>
    protocolOf(textIn(value, 'protocol')),
  );
  switch (resolution) {
    case 'STATIC':
      for (const { value, path } of endpoints) {
        checkWorkload(object, value, path, { ports, mayBeDomain: false });
      }
      break;
    case 'DNS':
    case 'DNS_ROUND_ROBIN':
      if (endpoints.length === 0) {
        const wrong = hosts.find(host => wrongDomain(host) !== undefined);
        if (wrong !== undefined) {
          object.refuse(
            'spec.hosts',
            `"${wrong}" cannot be looked up, and there are no endpoints`,
          );
        }
      }
      for (const { value, path } of endpoints) {
        checkDnsEndpoint(object, value, path, ports);
      }
      if (
        listOf(spec, 'addresses').some(address => String(address).includes('/'))
      ) {
        object.refuse(
          'spec.addresses',
          `must not hold blocks with ${resolution}`,
        );
      }
      break;
    case 'DYNAMIC_DNS':
      checkDynamicDns(object, hosts, protocols);
      break;
    default:
  }
  if (
    resolution !== 'NONE' &&
    hosts.length > 1 &&
    protocols.some(protocol => !isHttp(protocol) && !isTls(protocol))
  ) {
    object.refuse(
      'spec.hosts',
      'must be one where a port speaks neither HTTP nor TLS: nothing else tells hosts apart',
    );
  }
}

function checkDnsEndpoint(
  object: IstioObject,
  endpoint: Fields,
  path: string,
  ports: ReadonlySet<string>,
): void {
  const address = textIn(endpoint, 'address');
  if (!isAddress(address) && wrongDomain(address) !== undefined) {
    object.refuse(
      child(path, 'address'),
      `"${address}" is neither a domain nor an IP address`,
    );
  }
  checkLabelsOf(object, endpoint, path);
  checkPortMap(object, endpoint, path, ports);
}

const DYNAMIC: readonly (PortProtocol | undefined)[] = [
  'http',
  'tls',
  'grpc',
  'http2',
];

function checkDynamicDns(
  object: IstioObject,
  hosts: readonly string[],
  protocols: readonly (PortProtocol | undefined)[],
): void {
  const { spec } = object;
  if (listOf(spec, 'endpoints').length > 0) {
    object.refuse('spec.endpoints', 'must not be set with DYNAMIC_DNS');
  }
  const wrong = hosts.find(host => !host.startsWith('*'));
  if (wrong !== undefined) {
    object.refuse('spec.hosts', `"${wrong}" must begin with * for DYNAMIC_DNS`);
  }
  if (listOf(spec, 'addresses').length > 0) {
    object.refuse('spec.addresses', 'must not be set with DYNAMIC_DNS');
  }
  if (protocols.some(protocol => !DYNAMIC.includes(protocol))) {
    object.refuse(
      'spec.ports',
      'may speak HTTP, HTTP2, GRPC or TLS with DYNAMIC_DNS',
    );
  }
  const waypoint = object.label('istio.io/use-waypoint') ?? '';
  if (
    textIn(spec, 'location') === 'MESH_INTERNAL' &&
    waypoint !== '' &&
    waypoint.toLowerCase() !== 'none'
  ) {
    object.refuse(
      'spec.location',
      'must not be MESH_INTERNAL behind a waypoint',
    );
  }
}
