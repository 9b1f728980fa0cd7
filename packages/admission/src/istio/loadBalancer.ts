/** `validateLoadBalancer`, and the localities of `agent/validation.go`. */
import { parseDuration } from '../durations';
import { Fields, fieldOf, isFields, listOf } from '../json';
import { child } from '../problems';
import { IstioObject } from './Checks';
import { eachOf, numberOf, textIn } from './shared';
import { wrongDuration } from './values';

const TOPOLOGY = [
  ...['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'],
  'topology.istio.io/subzone',
];

const LARGEST_TABLE = 5000011;

export function checkLoadBalancer(
  object: IstioObject,
  settings: Fields,
  path: string,
): void {
  const { consistentHash, localityLbSetting, zoneAwareLbSetting, warmup } =
    settings;
  if (isFields(consistentHash)) {
    checkHash(object, consistentHash, child(path, 'consistentHash'));
  }
  if (isFields(localityLbSetting) && isFields(zoneAwareLbSetting)) {
    object.refuse(
      path,
      'must have only one of localityLbSetting and zoneAwareLbSetting',
    );
  }
  if (isFields(localityLbSetting)) {
    checkLocality(object, localityLbSetting, child(path, 'localityLbSetting'));
  }
  if (isFields(zoneAwareLbSetting)) {
    const place = child(path, 'zoneAwareLbSetting');
    if (namesTopology(zoneAwareLbSetting)) {
      object.refuse(
        child(place, 'failoverPriority'),
        'must not name regions and zones, which count anyway',
      );
    }
    checkFailover(object, zoneAwareLbSetting, place);
  }
  if (isFields(warmup) && typeof warmup.duration === 'string') {
    object.refuseIf(
      wrongDuration(warmup.duration),
      child(child(path, 'warmup'), 'duration'),
    );
  }
}

function checkHash(object: IstioObject, hash: Fields, path: string): void {
  const { httpCookie, maglev } = hash;
  if (isFields(httpCookie)) {
    const place = child(path, 'httpCookie');
    if (textIn(httpCookie, 'name') === '') {
      object.refuse(child(place, 'name'), 'is missing');
    }
    const ttl = textIn(httpCookie, 'ttl');
    if (ttl !== '' && parseDuration(ttl) === undefined) {
      object.refuse(child(place, 'ttl'), `"${ttl}" is no duration`);
    }
    const names = eachOf(httpCookie, 'attributes', place).map(({ value }) =>
      textIn(value, 'name'),
    );
    if (names.includes('') || new Set(names).size < names.length) {
      object.refuse(
        child(place, 'attributes'),
        'must have names, and none twice',
      );
    }
  }
  if (
    numberOf(hash, 'minimumRingSize') !== 0 &&
    (isFields(maglev) || isFields(hash.ringHash))
  ) {
    object.refuse(
      child(path, 'minimumRingSize'),
      'must not stand beside ringHash or maglev',
    );
  }
  if (isFields(maglev)) {
    const size = numberOf(maglev, 'tableSize');
    if (size === 0 || size >= LARGEST_TABLE || !isPrime(size)) {
      object.refuse(
        child(child(path, 'maglev'), 'tableSize'),
        `must be a prime number less than ${LARGEST_TABLE}`,
      );
    }
  }
}

/** As Envoy counts: 1 is one too. */
function isPrime(number: number): boolean {
  if (number !== 0 && number < 4) {
    return true;
  }
  for (let factor = 2; factor * factor <= number; factor++) {
    if (number % factor === 0) {
      return false;
    }
  }
  return number !== 0;
}

function namesTopology(settings: Fields): boolean {
  return listOf(settings, 'failoverPriority').some(label =>
    TOPOLOGY.includes(String(label)),
  );
}

function checkLocality(
  object: IstioObject,
  settings: Fields,
  path: string,
): void {
  const distribute = eachOf(settings, 'distribute', path);
  const hasFailover = listOf(settings, 'failover').length > 0;
  if (distribute.length > 0 && hasFailover) {
    object.refuse(path, 'must not have both distribute and failover');
    return;
  }
  if (hasFailover && namesTopology(settings)) {
    object.refuse(
      child(path, 'failoverPriority'),
      'must not name regions and zones beside failover',
    );
    return;
  }
  for (const { value, path: place } of distribute) {
    const to = fieldOf(value, 'to');
    const weights = Object.entries(isFields(to) ? to : {});
    const sum = weights.reduce(
      (total, [, weight]) => total + Number(weight),
      0,
    );
    if (weights.some(([, weight]) => Number(weight) < 1) || sum !== 100) {
      object.refuse(
        child(place, 'to'),
        'must have weights of at least 1 that make 100 together',
      );
      return;
    }
    object.refuseIf(
      wrongLocalities(weights.map(([locality]) => locality)),
      child(place, 'to'),
    );
  }
  object.refuseIf(
    wrongLocalities(distribute.map(({ value }) => textIn(value, 'from'))),
    child(path, 'distribute'),
  );
  checkFailover(object, settings, path);
}

function checkFailover(
  object: IstioObject,
  settings: Fields,
  path: string,
): void {
  for (const { value, path: place } of eachOf(settings, 'failover', path)) {
    const [from, to] = [textIn(value, 'from'), textIn(value, 'to')];
    if (from === to) {
      object.refuse(place, 'must lead to another region');
    }
    if (/[/*]/.test(`${from}${to}`)) {
      object.refuse(place, 'must name regions, without / and *');
    }
  }
}

/** None may lie within another. */
function wrongLocalities(localities: readonly string[]): string | undefined {
  const seen: string[][] = [];
  for (const locality of localities) {
    const wildcards = locality.split('*').length - 1;
    if (wildcards > 1 || (wildcards === 1 && !locality.endsWith('*'))) {
      return `"${locality}" may have one wildcard, at its end`;
    }
    const [region, zone, ...rest] = locality.split('/');
    const parts = [
      region,
      ...(zone === undefined ? [] : [zone]),
      ...(rest.length === 0 ? [] : [rest.join('/')]),
    ];
    if (parts.includes('')) {
      return `"${locality}" has an empty part`;
    }
    if (seen.some(other => overlap(other, parts))) {
      return `"${locality}" overlaps with another`;
    }
    seen.push(parts);
  }
  return undefined;
}

/** The later of two lies within the earlier, or is wider. */
function overlap(
  earlier: readonly string[],
  later: readonly string[],
): boolean {
  if (earlier.length === 1 && earlier[0] === '*') {
    return true;
  }
  const common = Math.min(earlier.length, later.length);
  for (let index = 0; index < common; index++) {
    const isEarlierWild = index > 0 && earlier[index] === '*';
    if (isEarlierWild) {
      return true;
    }
    if (earlier[index] !== later[index]) {
      return false;
    }
  }
  return true;
}
