/** `ValidateSidecar`: listeners, hosts, and what becomes of other calls. */
import { Fields, isFields, listOf } from '../json';
import { child, item } from '../problems';
import { IstioObject } from './Checks';
import { wrongNamespacedHost } from './hosts';
import { checkServerTls } from './serverTls';
import { checkSelector, eachOf, numberOf, textIn } from './shared';
import { checkConnectionPool } from './trafficPolicy';
import {
  isTls,
  protocolOf,
  wrongAddress,
  wrongDomain,
  wrongPort,
  wrongPortName,
  wrongProtocol,
  wrongSocket,
} from './values';
import { checkDestination } from './destination';

const SOCKET = 'unix://';

export function checkSidecar(object: IstioObject): void {
  const { spec } = object;
  checkSelector(
    object,
    spec.workloadSelector,
    'labels',
    'spec.workloadSelector',
  );
  const egress = eachOf(spec, 'egress', 'spec');
  const ingress = eachOf(spec, 'ingress', 'spec');
  if (
    egress.length === 0 &&
    ingress.length === 0 &&
    spec.outboundTrafficPolicy === undefined &&
    spec.inboundConnectionPool === undefined
  ) {
    object.refuse('spec', 'must not be empty');
    return;
  }
  const taken = new Set<number>();
  for (const { value, path } of ingress) {
    checkIngress(object, value, path, taken);
  }
  checkConnectionPool(
    object,
    spec.inboundConnectionPool,
    'spec.inboundConnectionPool',
  );
  checkEgress(object, egress);
  checkOutbound(object);
}

function checkIngress(
  object: IstioObject,
  listener: Fields,
  path: string,
  taken: Set<number>,
): void {
  const { port, tls } = listener;
  if (!isFields(port)) {
    object.refuse(child(path, 'port'), 'is missing');
    return;
  }
  checkPort(object, port, child(path, 'port'));
  object.refuseIf(wrongPort(numberOf(port, 'number')), `${path}.port.number`);
  const bind = textIn(listener, 'bind');
  if (bind !== '') {
    object.refuseIf(wrongAddress(bind), child(path, 'bind'));
  }
  if (taken.has(numberOf(port, 'number'))) {
    object.refuse(`${path}.port.number`, 'is that of another listener');
  }
  taken.add(numberOf(port, 'number'));
  const endpoint = textIn(listener, 'defaultEndpoint');
  if (endpoint !== '') {
    object.refuseIf(wrongEndpoint(endpoint), child(path, 'defaultEndpoint'));
  }
  if (isFields(tls)) {
    checkIngressTls(object, tls, port, child(path, 'tls'));
  }
  checkConnectionPool(
    object,
    listener.connectionPool,
    child(path, 'connectionPool'),
  );
}

function checkPort(object: IstioObject, port: Fields, path: string): void {
  if (numberOf(port, 'targetPort') > 0) {
    object.refuse(child(path, 'targetPort'), 'has no meaning in a Sidecar');
  }
  if (textIn(port, 'name') !== '') {
    object.refuseIf(wrongPortName(textIn(port, 'name')), child(path, 'name'));
  }
  object.refuseIf(
    wrongProtocol(textIn(port, 'protocol')),
    child(path, 'protocol'),
  );
}

const OWN_ADDRESSES = ['', '127.0.0.1', '0.0.0.0', '::1', '::'];

/** An own address and a port, or a socket. */
function wrongEndpoint(endpoint: string): string | undefined {
  if (endpoint.startsWith(SOCKET)) {
    return wrongSocket(endpoint.slice(SOCKET.length));
  }
  const [, bracketed, plain, port] =
    /^(?:\[([^\]]*)\]|([^:[\]]*)):(.*)$/.exec(endpoint) ?? [];
  if (port === undefined || !OWN_ADDRESSES.includes(bracketed ?? plain)) {
    return `"${endpoint}" must be an own address and a port, such as 127.0.0.1:8080, or a socket`;
  }
  return /^[+-]?\d+$/.test(port)
    ? wrongPort(Number(port))
    : `"${port}" is no port`;
}

const NOT_IN_INGRESS = [
  ...['subjectAltNames', 'credentialName', 'credentialNames'],
  'tlsCertificates',
];

function checkIngressTls(
  object: IstioObject,
  tls: Fields,
  port: Fields,
  path: string,
): void {
  for (const name of NOT_IN_INGRESS) {
    if (textIn(tls, name) !== '' || listOf(tls, name).length > 0) {
      object.refuse(child(path, name), 'is not supported in a Sidecar');
    }
  }
  if (tls.httpsRedirect === true) {
    object.refuse(
      child(path, 'httpsRedirect'),
      'is not supported in a Sidecar',
    );
  }
  const mode = textIn(tls, 'mode');
  if (mode === 'ISTIO_MUTUAL' || mode === 'AUTO_PASSTHROUGH') {
    object.refuse(child(path, 'mode'), `must not be ${mode} in a Sidecar`);
  }
  if (!isTls(protocolOf(textIn(port, 'protocol')))) {
    object.refuse(path, 'must not be set: the port speaks no TLS');
  }
  checkServerTls(object, tls, path);
}

function checkEgress(
  object: IstioObject,
  egress: readonly { value: Fields; path: string }[],
): void {
  const ports = new Set<number>();
  const sockets = new Set<string>();
  egress.forEach(({ value: listener, path }, index) => {
    if (isFields(listener.port)) {
      checkEgressPort(object, listener, listener.port, path);
      const number = numberOf(listener.port, 'number');
      const bind = textIn(listener, 'bind');
      if (number === 0 ? sockets.has(bind) : ports.has(number)) {
        object.refuse(child(path, 'port'), 'is that of another listener');
      }
      (number === 0 ? sockets : ports).add(
        (number === 0 ? bind : number) as never,
      );
    } else if (index < egress.length - 1) {
      object.refuse(path, 'without a port must be the last listener');
    }
    const hosts = listOf(listener, 'hosts').map(String);
    if (hosts.length === 0) {
      object.refuse(child(path, 'hosts'), 'must not be empty');
    }
    hosts.forEach((host, at) =>
      object.refuseIf(
        wrongNamespacedHost(host, false),
        item(child(path, 'hosts'), at),
      ),
    );
  });
}

function checkEgressPort(
  object: IstioObject,
  listener: Fields,
  port: Fields,
  path: string,
): void {
  checkPort(object, port, child(path, 'port'));
  const bind = textIn(listener, 'bind');
  if (numberOf(port, 'number') !== 0) {
    object.refuseIf(wrongPort(numberOf(port, 'number')), `${path}.port.number`);
    if (bind !== '') {
      object.refuseIf(wrongAddress(bind), child(path, 'bind'));
    }
    return;
  }
  object.refuseIf(
    bind.startsWith(SOCKET)
      ? wrongSocket(bind.slice(SOCKET.length))
      : 'must be a socket where the port is 0',
    child(path, 'bind'),
  );
  if (!['', 'DEFAULT', 'NONE'].includes(textIn(listener, 'captureMode'))) {
    object.refuse(
      child(path, 'captureMode'),
      'must be DEFAULT or NONE for a socket',
    );
  }
}

function checkOutbound(object: IstioObject): void {
  const policy = object.spec.outboundTrafficPolicy;
  if (!isFields(policy) || !isFields(policy.egressProxy)) {
    return;
  }
  const path = 'spec.outboundTrafficPolicy.egressProxy';
  if (textIn(policy, 'mode') !== 'ALLOW_ANY') {
    object.refuse(path, 'may stand with mode ALLOW_ANY only');
    return;
  }
  object.refuseIf(
    wrongDomain(textIn(policy.egressProxy, 'host')),
    child(path, 'host'),
  );
  if (isFields(policy.egressProxy.port)) {
    checkDestination(object, policy.egressProxy, path);
  } else {
    object.refuse(child(path, 'port'), 'is missing');
  }
}
