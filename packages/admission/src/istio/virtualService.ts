/** `ValidateVirtualService`: hosts, and routes of HTTP, TLS and TCP. */
import { Fields, isFields, listOf } from '../json';
import { child, item } from '../problems';
import { IstioObject } from './Checks';
import { checkGatewayNames } from './gatewayNames';
import { isClaim } from './headers';
import { isWithin, overlap } from './hosts';
import { checkHttpRoute, checkWeighted } from './httpRoute';
import { checkExportTo, eachOf, numberOf } from './shared';
import {
  isAddress,
  wrongLabelMap,
  wrongPort,
  wrongSubnet,
  wrongWildcardDomain,
} from './values';

export function checkVirtualService(object: IstioObject): void {
  const { spec } = object;
  const hosts = listOf(spec, 'hosts').map(String);
  const routes = ['http', 'tls', 'tcp'].map(list => eachOf(spec, list, 'spec'));
  const [http, tls, tcp] = routes;
  if (hosts.length === 0) {
    checkDelegate(object);
  }
  checkGatewayNames(object, spec, 'spec');
  const gateways = listOf(spec, 'gateways');
  const isForGateways = gateways.length > 0 && !gateways.includes('mesh');
  if (!isForGateways) {
    checkClaims(object, http);
  }
  checkHosts(object, hosts, isForGateways, tls);
  if (routes.every(list => list.length === 0)) {
    object.refuse('spec', 'must have http, tls or tcp');
  }
  for (const { value, path } of http) {
    checkHttpRoute(object, value, path, hosts.length === 0);
  }
  for (const { value, path } of tls) {
    checkTlsRoute(object, value, path, hosts, isForGateways);
  }
  for (const { value, path } of tcp) {
    for (const { value: match, path: place } of eachOf(value, 'match', path)) {
      checkConnectionMatch(object, match, place);
    }
    if (listOf(value, 'route').length === 0) {
      object.refuse(child(path, 'route'), 'is missing');
    }
    checkWeighted(object, value, path);
  }
  checkExportTo(object);
}

/** Another VirtualService leads to it, and says for which hosts and gateways. */
function checkDelegate(object: IstioObject): void {
  for (const list of ['gateways', 'tls', 'tcp']) {
    if (listOf(object.spec, list).length > 0) {
      object.refuse(
        child('spec', list),
        'must not be set without hosts: only HTTP is delegated',
      );
    }
  }
}

function checkClaims(
  object: IstioObject,
  http: readonly { value: Fields; path: string }[],
): void {
  for (const { value, path } of http) {
    for (const { value: match, path: place } of eachOf(value, 'match', path)) {
      for (const list of ['headers', 'withoutHeaders']) {
        const headers = match[list];
        if (isFields(headers) && Object.keys(headers).some(isClaim)) {
          object.refuse(
            child(place, list),
            'must not match claims of a token: only gateways can',
          );
        }
      }
    }
  }
}

function checkHosts(
  object: IstioObject,
  hosts: readonly string[],
  isForGateways: boolean,
  tls: readonly { value: Fields }[],
): void {
  const hasNames = tls.some(({ value }) =>
    eachOf(value, 'match', '').some(
      ({ value: match }) => listOf(match, 'sniHosts').length > 0,
    ),
  );
  let areRight = true;
  hosts.forEach((host, index) => {
    const wrong = isForGateways
      ? wrongGatewayHost(host, hasNames)
      : wrongWildcardDomain(host);
    const message =
      wrong ??
      (!isForGateways && host === '*'
        ? 'must not be a wildcard alone inside the mesh'
        : undefined);
    if (message !== undefined && !(wrong !== undefined && isAddress(host))) {
      object.refuse(item('spec.hosts', index), message);
      areRight = false;
    }
  });
  if (areRight) {
    hosts.forEach((host, index) => {
      const other = hosts.slice(0, index).find(one => overlap(one, host));
      if (other !== undefined) {
        object.refuse(
          item('spec.hosts', index),
          `"${host}" is meant by "${other}" too`,
        );
      }
    });
  }
}

/** A name that Istio makes itself for traffic that passes through a gateway is allowed there. */
function wrongGatewayHost(host: string, hasNames: boolean): string | undefined {
  if (!hasNames || !host.startsWith('outbound_') || host.length > 255) {
    return wrongWildcardDomain(host);
  }
  const [, port, , name, ...rest] = host.split('_');
  return name !== undefined &&
    rest !== undefined &&
    /\d/.test(port) &&
    /[a-zA-Z]/.test(name.replace(/^\.+|\.+$/g, ''))
    ? undefined
    : `"${host}" has not the form outbound_.PORT_.SUBSET_.HOST`;
}

function checkTlsRoute(
  object: IstioObject,
  route: Fields,
  path: string,
  hosts: readonly string[],
  isForGateways: boolean,
): void {
  const matches = eachOf(route, 'match', path);
  if (matches.length === 0) {
    object.refuse(child(path, 'match'), 'is missing');
  }
  for (const { value, path: place } of matches) {
    const names = listOf(value, 'sniHosts').map(String);
    if (names.length === 0) {
      object.refuse(child(place, 'sniHosts'), 'must not be empty');
    }
    for (const name of names) {
      object.refuseIf(
        wrongSniHost(name, hosts, isForGateways),
        child(place, 'sniHosts'),
      );
    }
    checkConnectionMatch(object, value, place);
  }
  if (listOf(route, 'route').length === 0) {
    object.refuse(child(path, 'route'), 'is missing');
  }
  checkWeighted(object, route, path);
}

function wrongSniHost(
  name: string,
  hosts: readonly string[],
  isForGateways: boolean,
): string | undefined {
  const wrong = isForGateways
    ? wrongGatewayHost(name, true)
    : wrongWildcardDomain(name);
  if (wrong !== undefined) {
    return isAddress(name) ? undefined : wrong;
  }
  return hosts.some(host => isWithin(name, host))
    ? undefined
    : `"${name}" is none of the hosts`;
}

function checkConnectionMatch(
  object: IstioObject,
  match: Fields,
  path: string,
): void {
  for (const subnet of listOf(match, 'destinationSubnets')) {
    object.refuseIf(
      wrongSubnet(String(subnet)),
      child(path, 'destinationSubnets'),
    );
  }
  if (numberOf(match, 'port') !== 0) {
    object.refuseIf(wrongPort(numberOf(match, 'port')), child(path, 'port'));
  }
  if (isFields(match.sourceLabels)) {
    object.refuseIf(
      wrongLabelMap(match.sourceLabels),
      child(path, 'sourceLabels'),
    );
  }
  checkGatewayNames(object, match, path);
}
