/**
 * `ValidateEnvoyFilter`, but for what a patch puts into Envoy's configuration:
 * that takes the types of Envoy, which are not here.
 */
import { Fields, isFields } from '../json';
import { isFound } from '../patterns';
import { child } from '../problems';
import { IstioObject } from './Checks';
import { checkSelector, eachOf, textIn } from './shared';

const LISTENERS = ['LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER'];
const ROUTES = ['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE'];
const OBJECT_TYPES = ['listener', 'routeConfiguration', 'cluster', 'waypoint'];
const CONNECTION_MANAGERS = [
  'envoy.filters.network.http_connection_manager',
  'envoy.http_connection_manager',
];
const LONGEST_VERSION = 1024;

export function checkEnvoyFilter(object: IstioObject): void {
  const { spec } = object;
  checkSelector(
    object,
    spec.workloadSelector,
    'labels',
    'spec.workloadSelector',
  );
  for (const { value, path } of eachOf(spec, 'configPatches', 'spec')) {
    if (textIn(value.match, 'context') !== 'WAYPOINT') {
      checkPatch(object, value, path);
    }
  }
}

function checkPatch(object: IstioObject, config: Fields, path: string): void {
  const applyTo = textIn(config, 'applyTo') || 'INVALID';
  const operation = textIn(config.patch, 'operation') || 'INVALID';
  if (applyTo === 'INVALID') {
    object.refuse(child(path, 'applyTo'), 'is missing');
    return;
  }
  if (!isFields(config.patch) || operation === 'INVALID') {
    object.refuse(`${path}.patch.operation`, 'is missing');
    return;
  }
  if (operation !== 'REMOVE' && !isFields(config.patch.value)) {
    object.refuse(`${path}.patch.value`, `is missing: ${operation} needs it`);
    return;
  }
  if (isFields(config.patch.value)) {
    object.leaveOpen(
      `${path}.patch.value`,
      "whether Envoy's types allow it is not checked here; Istio's webhook does that",
    );
  }
  if (isFields(config.match)) {
    checkMatch(object, config.match, applyTo, child(path, 'match'));
  }
}

function checkMatch(
  object: IstioObject,
  match: Fields,
  applyTo: string,
  path: string,
): void {
  const version = isFields(match.proxy)
    ? textIn(match.proxy, 'proxyVersion')
    : '';
  if (version.length <= LONGEST_VERSION && !isPattern(version)) {
    object.refuse(`${path}.proxy.proxyVersion`, 'is no regular expression');
    return;
  }
  const wanted = wantedMatch(applyTo);
  if (
    wanted !== undefined &&
    OBJECT_TYPES.some(name => match[name] !== undefined) &&
    match[wanted] === undefined
  ) {
    object.refuse(path, `must be a match of ${wanted} for ${applyTo}`);
    return;
  }
  const chain = isFields(match.listener) ? match.listener.filterChain : {};
  if (wanted === 'listener' && isFields(chain) && isFields(chain.filter)) {
    checkFilter(
      object,
      chain.filter,
      applyTo,
      `${path}.listener.filterChain.filter`,
    );
  }
}

function wantedMatch(applyTo: string): string | undefined {
  if (LISTENERS.includes(applyTo)) {
    return 'listener';
  }
  if (ROUTES.includes(applyTo)) {
    return 'routeConfiguration';
  }
  return applyTo === 'CLUSTER' ? 'cluster' : undefined;
}

function checkFilter(
  object: IstioObject,
  filter: Fields,
  applyTo: string,
  path: string,
): void {
  const name = textIn(filter, 'name');
  if (name === '') {
    object.refuse(child(path, 'name'), 'is missing');
  } else if (isFields(filter.subFilter)) {
    const place = child(path, 'subFilter');
    if (applyTo !== 'HTTP_FILTER') {
      object.refuse(place, 'may stand with applyTo HTTP_FILTER only');
    } else if (!CONNECTION_MANAGERS.includes(name)) {
      object.refuse(place, `may stand in ${CONNECTION_MANAGERS[0]} only`);
    } else if (textIn(filter.subFilter, 'name') === '') {
      object.refuse(child(place, 'name'), 'is missing');
    }
  }
}

function isPattern(text: string): boolean {
  try {
    isFound(text, '');
    return true;
  } catch {
    return false;
  }
}
