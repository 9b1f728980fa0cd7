/** `validateTrafficPolicy`: what a DestinationRule says of connections. */
import { Fields, fieldOf, isFields } from '../json';
import { child } from '../problems';
import { IstioObject } from './Checks';
import { checkClientTls } from './clientTls';
import { checkLoadBalancer } from './loadBalancer';
import { eachOf, numberOf, textIn } from './shared';
import { wrongAddress, wrongDomain, wrongDuration, wrongPort } from './values';

const SETTINGS = ['outlierDetection', 'connectionPool', 'loadBalancer', 'tls'];
const OTHERS = [
  ...['portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'],
];

export function checkTrafficPolicy(
  object: IstioObject,
  policy: unknown,
  path: string,
): void {
  if (!isFields(policy)) {
    return;
  }
  if (![...SETTINGS, ...OTHERS].some(name => policy[name] !== undefined)) {
    object.refuse(path, 'must not be empty');
    return;
  }
  if (isFields(policy.tunnel) && isFields(policy.proxyProtocol)) {
    object.refuse(path, 'must not have both tunnel and proxyProtocol');
    return;
  }
  checkSettings(object, policy, path);
  for (const { value, path: place } of eachOf(
    policy,
    'portLevelSettings',
    path,
  )) {
    if (!isFields(value.port)) {
      object.refuse(child(place, 'port'), 'is missing');
    }
    if (SETTINGS.some(name => value[name] !== undefined)) {
      checkSettings(object, value, place);
    } else {
      object.refuse(place, 'must say more than its port');
    }
  }
  if (isFields(policy.tunnel)) {
    checkTunnel(object, policy.tunnel, child(path, 'tunnel'));
  }
}

function checkSettings(
  object: IstioObject,
  policy: Fields,
  path: string,
): void {
  const { outlierDetection, connectionPool, loadBalancer, tls } = policy;
  if (isFields(outlierDetection)) {
    checkOutliers(object, outlierDetection, child(path, 'outlierDetection'));
  }
  if (isFields(connectionPool)) {
    checkConnectionPool(object, connectionPool, child(path, 'connectionPool'));
  }
  if (isFields(loadBalancer)) {
    checkLoadBalancer(object, loadBalancer, child(path, 'loadBalancer'));
  }
  if (isFields(tls)) {
    checkClientTls(object, tls, child(path, 'tls'));
  }
}

/** Fields that, where they are there, must be durations of at least a millisecond. */
export function checkDurations(
  object: IstioObject,
  fields: unknown,
  names: readonly string[],
  path: string,
): void {
  for (const name of names) {
    const value = fieldOf(fields, name);
    if (typeof value === 'string') {
      object.refuseIf(wrongDuration(value), child(path, name));
    }
  }
}

function refuseNegative(
  object: IstioObject,
  fields: Fields,
  names: readonly string[],
  path: string,
): void {
  for (const name of names) {
    if (numberOf(fields, name) < 0) {
      object.refuse(child(path, name), 'must not be negative');
    }
  }
}

function checkOutliers(
  object: IstioObject,
  outliers: Fields,
  path: string,
): void {
  checkDurations(object, outliers, ['baseEjectionTime', 'interval'], path);
  if (
    outliers.splitExternalLocalOriginErrors !== true &&
    numberOf(outliers, 'consecutiveLocalOriginFailures') > 0
  ) {
    object.refuse(
      child(path, 'consecutiveLocalOriginFailures'),
      'says something only with splitExternalLocalOriginErrors',
    );
  }
  for (const name of ['maxEjectionPercent', 'minHealthPercent']) {
    const percent = numberOf(outliers, name);
    if (percent < 0 || percent > 100) {
      object.refuse(child(path, name), 'must be between 0 and 100');
    }
  }
}

const NOT_NEGATIVE = [
  ...['http1MaxPendingRequests', 'http2MaxRequests', 'maxRetries'],
  ...['maxRequestsPerConnection', 'maxConcurrentStreams'],
];

export function checkConnectionPool(
  object: IstioObject,
  pool: unknown,
  path: string,
): void {
  if (!isFields(pool)) {
    return;
  }
  const { http, tcp } = pool;
  if (!isFields(http) && !isFields(tcp)) {
    object.refuse(path, 'must have http or tcp');
    return;
  }
  if (isFields(http)) {
    const place = child(path, 'http');
    refuseNegative(object, http, NOT_NEGATIVE, place);
    checkDurations(object, http, ['idleTimeout'], place);
    if (http.h2UpgradePolicy === 'UPGRADE' && http.useClientProtocol === true) {
      object.refuse(
        child(place, 'useClientProtocol'),
        'must not be true with h2UpgradePolicy UPGRADE',
      );
    }
    if (isFields(http.http2KeepAlive)) {
      const keepAlive = child(place, 'http2KeepAlive');
      for (const name of ['interval', 'timeout']) {
        if (http.http2KeepAlive[name] === undefined) {
          object.refuse(child(keepAlive, name), 'is missing');
        }
      }
      checkDurations(
        object,
        http.http2KeepAlive,
        ['interval', 'timeout'],
        keepAlive,
      );
    }
  }
  if (isFields(tcp)) {
    const place = child(path, 'tcp');
    refuseNegative(object, tcp, ['maxConnections'], place);
    checkDurations(
      object,
      tcp,
      ['connectTimeout', 'maxConnectionDuration'],
      place,
    );
    // No time at all switches it off.
    if (!/^0+(?:\.0*)?[a-z]*$/.test(textIn(tcp, 'idleTimeout'))) {
      checkDurations(object, tcp, ['idleTimeout'], place);
    }
    checkDurations(
      object,
      tcp.tcpKeepalive,
      ['time', 'interval'],
      child(place, 'tcpKeepalive'),
    );
  }
}

function checkTunnel(object: IstioObject, tunnel: Fields, path: string): void {
  if (!['', 'CONNECT', 'POST'].includes(textIn(tunnel, 'protocol'))) {
    object.refuse(child(path, 'protocol'), 'must be CONNECT or POST');
  }
  const host = textIn(tunnel, 'targetHost');
  if (wrongDomain(host) !== undefined && wrongAddress(host) !== undefined) {
    object.refuse(
      child(path, 'targetHost'),
      `"${host}" is neither a domain nor an IP address`,
    );
  }
  object.refuseIf(
    wrongPort(numberOf(tunnel, 'targetPort')),
    child(path, 'targetPort'),
  );
}
