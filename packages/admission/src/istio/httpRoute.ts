/** `validateHTTPRoute` of `pkg/config/validation/virtualservice.go`. */
import { Fields, fieldOf, isFields, listOf } from '../json';
import { child, key } from '../problems';
import { IstioObject } from './Checks';
import { checkDestination } from './destination';
import { checkGatewayNames } from './gatewayNames';
import {
  authoritiesIn,
  checkHeaders,
  wrongHeader,
  wrongMatchedHeader,
} from './headers';
import { checkFault, checkRedirect, checkRetries } from './httpRouteActions';
import { eachOf, numberOf, textIn } from './shared';
import { matchText, wrongPattern, wrongStringMatch } from './stringMatch';
import { checkDurations } from './trafficPolicy';
import { isLabel, wrongLabelMap, wrongPort } from './values';

/** `isDelegate` where the VirtualService has no hosts: another one delegates to it. */
export function checkHttpRoute(
  object: IstioObject,
  route: Fields,
  path: string,
  isDelegate: boolean,
): void {
  checkConflicts(object, route, path, isDelegate);
  for (const { value, path: place } of eachOf(route, 'match', path)) {
    checkMatch(object, value, place);
  }
  checkHeaders(object, route.headers, child(path, 'headers'));
  checkCors(object, route.corsPolicy, child(path, 'corsPolicy'));
  checkFault(object, route.fault, child(path, 'fault'));
  checkMirrors(object, route, path);
  checkRedirect(object, route, child(path, 'redirect'));
  checkRetries(object, route.retries, child(path, 'retries'));
  checkRewrite(object, route.rewrite, child(path, 'rewrite'));
  if (authoritiesIn(route.rewrite, route.headers) > 1) {
    object.refuse(path, 'must not write the authority more than once');
  }
  if (isFields(route.directResponse)) {
    const status = numberOf(route.directResponse, 'status');
    if (status < 200 || status > 600) {
      object.refuse(
        `${path}.directResponse.status`,
        'must be between 200 and 599',
      );
    }
  }
  checkDestinations(object, route, path);
  checkDurations(object, route, ['timeout'], path);
}

function checkConflicts(
  object: IstioObject,
  route: Fields,
  path: string,
  isDelegate: boolean,
): void {
  const has = (name: string) => isFields(route[name]);
  const hasRoute = listOf(route, 'route').length > 0;
  if (has('delegate') && !isDelegate) {
    if (has('redirect') || hasRoute) {
      object.refuse(path, 'must not do anything itself where it delegates');
    }
    return;
  }
  if (has('delegate')) {
    object.refuse(child(path, 'delegate'), 'must not delegate further');
  }
  const [action] = ['redirect', 'directResponse'].filter(has);
  if (action) {
    const others = ['fault', 'rewrite', 'redirect', 'directResponse'].filter(
      name => name !== action && has(name),
    );
    if (hasRoute || others.length > 0) {
      object.refuse(
        child(path, action),
        'must not stand beside route, fault, rewrite or another answer',
      );
    }
  } else if (!hasRoute) {
    object.refuse(path, 'must have a route, a redirect or a directResponse');
  }
  if (has('mirror') && listOf(route, 'mirrors').length > 0) {
    object.refuse(path, 'must not have both mirror and mirrors');
  }
}

function checkMatch(object: IstioObject, match: Fields, path: string): void {
  const { headers, withoutHeaders, queryParams, sourceLabels } = match;
  for (const [name, header] of Object.entries(
    isFields(headers) ? headers : {},
  )) {
    const field = key(child(path, 'headers'), name);
    object.refuseIf(wrongMatchedHeader(name), field);
    object.refuseIf(wrongStringMatch(header), field);
  }
  for (const [name, header] of Object.entries(
    isFields(withoutHeaders) ? withoutHeaders : {},
  )) {
    const field = key(child(path, 'withoutHeaders'), name);
    object.refuseIf(wrongMatchedHeader(name), field);
    // A star stands for any value here, and is no pattern.
    if (fieldOf(header, 'regex') !== '*') {
      object.refuseIf(wrongStringMatch(header), field);
    }
  }
  object.refuseIf(
    wrongStringMatch(match.uri, { allowsEmptyPrefix: true }),
    child(path, 'uri'),
  );
  for (const name of ['scheme', 'method', 'authority']) {
    object.refuseIf(wrongStringMatch(match[name]), child(path, name));
  }
  for (const [name, value] of Object.entries(
    isFields(queryParams) ? queryParams : {},
  )) {
    object.refuseIf(
      wrongStringMatch(value),
      key(child(path, 'queryParams'), name),
    );
  }
  if (numberOf(match, 'port') !== 0) {
    object.refuseIf(wrongPort(numberOf(match, 'port')), child(path, 'port'));
  }
  if (isFields(sourceLabels)) {
    object.refuseIf(wrongLabelMap(sourceLabels), child(path, 'sourceLabels'));
  }
  checkGatewayNames(object, match, path);
  const namespace = textIn(match, 'sourceNamespace');
  if (namespace !== '' && !isLabel(namespace)) {
    object.refuse(child(path, 'sourceNamespace'), 'is no namespace');
  }
}

const METHODS = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS'],
  ...['TRACE', '*'],
];

function checkCors(object: IstioObject, policy: unknown, path: string): void {
  for (const { value, path: place } of eachOf(policy, 'allowOrigins', path)) {
    if (matchText(value) === '') {
      object.refuse(place, 'must not be empty');
    } else if (value.regex !== undefined) {
      object.refuseIf(wrongPattern(textIn(value, 'regex')), place);
    }
  }
  for (const method of listOf(policy, 'allowMethods')) {
    if (!METHODS.includes(String(method))) {
      object.refuse(
        child(path, 'allowMethods'),
        `"${method}" is no method of HTTP`,
      );
    }
  }
  for (const list of ['allowHeaders', 'exposeHeaders']) {
    for (const name of listOf(policy, list)) {
      object.refuseIf(wrongHeader(String(name)), child(path, list));
    }
  }
  checkDurations(object, policy, ['maxAge'], path);
  const age = fieldOf(policy, 'maxAge');
  if (typeof age === 'string' && /ms|us|µs|ns|\.\d*[1-9]\d*s/.test(age)) {
    object.refuse(child(path, 'maxAge'), 'must be whole seconds');
  }
}

function checkMirrors(object: IstioObject, route: Fields, path: string): void {
  if (numberOf(route, 'mirrorPercent') > 100) {
    object.refuse(child(path, 'mirrorPercent'), 'must be at most 100');
  }
  checkPercentage(object, route.mirrorPercentage, `${path}.mirrorPercentage`);
  checkDestination(object, route.mirror, child(path, 'mirror'));
  for (const { value, path: place } of eachOf(route, 'mirrors', path)) {
    if (!isFields(value.destination)) {
      object.refuse(child(place, 'destination'), 'is missing');
    } else {
      checkDestination(object, value.destination, child(place, 'destination'));
      checkPercentage(object, value.percentage, child(place, 'percentage'));
    }
  }
}

function checkPercentage(
  object: IstioObject,
  percentage: unknown,
  path: string,
): void {
  const value = numberOf(percentage, 'value');
  if (value < 0 || value > 100) {
    object.refuse(child(path, 'value'), 'must be between 0 and 100');
  }
}

function checkRewrite(
  object: IstioObject,
  rewrite: unknown,
  path: string,
): void {
  if (!isFields(rewrite)) {
    return;
  }
  const { uriRegexRewrite } = rewrite;
  const hasUri = textIn(rewrite, 'uri') !== '';
  if (hasUri && isFields(uriRegexRewrite)) {
    object.refuse(path, 'must have only one of uri and uriRegexRewrite');
  } else if (
    !hasUri &&
    !isFields(uriRegexRewrite) &&
    textIn(rewrite, 'authority') === ''
  ) {
    object.refuse(path, 'must not be empty');
  } else if (isFields(uriRegexRewrite)) {
    const place = child(path, 'uriRegexRewrite');
    if (
      textIn(uriRegexRewrite, 'match') === '' ||
      textIn(uriRegexRewrite, 'rewrite') === ''
    ) {
      object.refuse(place, 'must have match and rewrite');
    } else {
      object.refuseIf(
        wrongPattern(textIn(uriRegexRewrite, 'match')),
        child(place, 'match'),
      );
    }
  }
}

function checkDestinations(
  object: IstioObject,
  route: Fields,
  path: string,
): void {
  for (const { value, path: place } of eachOf(route, 'route', path)) {
    checkHeaders(object, value.headers, child(place, 'headers'));
  }
  checkWeighted(object, route, path);
}

/** Weighted destinations of any route. */
export function checkWeighted(
  object: IstioObject,
  route: Fields,
  path: string,
): void {
  const destinations = eachOf(route, 'route', path);
  let total = 0;
  for (const { value, path: place } of destinations) {
    const weight = numberOf(value, 'weight');
    if (!isFields(value.destination)) {
      object.refuse(child(place, 'destination'), 'is missing');
    }
    checkDestination(object, value.destination, child(place, 'destination'));
    if (weight < 0) {
      object.refuse(child(place, 'weight'), 'must not be negative');
    }
    total += weight;
  }
  if (destinations.length > 1 && total === 0) {
    object.refuse(child(path, 'route'), 'must have weights that are not all 0');
  }
}
