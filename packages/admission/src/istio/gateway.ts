/** `ValidateGateway`: servers, their ports, hosts and certificates. */
import { Fields, isFields, listOf } from '../json';
import { child, item } from '../problems';
import { IstioObject } from './Checks';
import { wrongNamespacedHost } from './hosts';
import { checkServerTls } from './serverTls';
import { eachOf, numberOf, textIn } from './shared';
import {
  isHttp,
  isLabel,
  isTls,
  protocolOf,
  wrongAddress,
  wrongPort,
  wrongSocket,
} from './values';

const SOCKET = 'unix://';

export function checkGateway(object: IstioObject): void {
  if (!isLabel(object.name)) {
    object.refuse('metadata.name', 'must be a label, without dots');
  }
  const servers = eachOf(object.spec, 'servers', 'spec');
  if (servers.length === 0) {
    object.refuse('spec.servers', 'must not be empty');
  }
  const names = new Set<string>();
  for (const { value: server, path } of servers) {
    checkServer(object, server, path);
    if (isFields(server.port)) {
      const name = textIn(server.port, 'name');
      if (names.has(name)) {
        object.refuse(
          `${path}.port.name`,
          `is "${name}", as another is called`,
        );
      }
      names.add(name);
    }
  }
}

function checkServer(object: IstioObject, server: Fields, path: string): void {
  const hosts = listOf(server, 'hosts').map(String);
  if (hosts.length === 0) {
    object.refuse(child(path, 'hosts'), 'must not be empty');
  }
  hosts.forEach((host, index) =>
    object.refuseIf(
      wrongNamespacedHost(host, true),
      item(child(path, 'hosts'), index),
    ),
  );
  const { port, tls } = server;
  checkBind(object, server, path);
  if (isFields(tls)) {
    checkServerTls(object, tls, child(path, 'tls'));
  }
  if (isFields(port) && checkPort(object, port, server, child(path, 'port'))) {
    checkTlsOfPort(object, port, tls, path);
  }
}

/** Whether the port is right, so that its protocol says something. */
function checkPort(
  object: IstioObject,
  port: Fields,
  server: Fields,
  path: string,
): boolean {
  const wrong: [field: string, message: string | undefined][] = [
    [
      'protocol',
      protocolOf(textIn(port, 'protocol'))
        ? undefined
        : `"${textIn(port, 'protocol')}" is no protocol that Istio knows`,
    ],
    [
      'number',
      numberOf(port, 'number') > 0 || !textIn(server, 'bind').startsWith(SOCKET)
        ? wrongPort(numberOf(port, 'number'))
        : undefined,
    ],
    [
      'targetPort',
      numberOf(port, 'targetPort') > 0
        ? 'has no meaning at a gateway'
        : undefined,
    ],
    ['name', textIn(port, 'name') === '' ? 'is missing' : undefined],
  ];
  for (const [field, message] of wrong) {
    object.refuseIf(message, child(path, field));
  }
  return wrong.every(([, message]) => message === undefined);
}

function checkBind(object: IstioObject, server: Fields, path: string): void {
  const bind = textIn(server, 'bind');
  if (bind.startsWith(SOCKET)) {
    object.refuseIf(
      wrongSocket(bind.slice(SOCKET.length)),
      child(path, 'bind'),
    );
    if (numberOf(server.port, 'number') !== 0) {
      object.refuse(`${path}.port.number`, 'must be 0 for a socket');
    }
  } else if (bind !== '') {
    object.refuseIf(wrongAddress(bind), child(path, 'bind'));
  }
}

function checkTlsOfPort(
  object: IstioObject,
  port: Fields,
  tls: unknown,
  path: string,
): void {
  const protocol = protocolOf(textIn(port, 'protocol'));
  const place = child(path, 'tls');
  if (isTls(protocol)) {
    if (!isFields(tls)) {
      object.refuse(place, 'is missing: HTTPS and TLS need it');
    }
  } else if (isFields(tls)) {
    const mode = textIn(tls, 'mode') || 'PASSTHROUGH';
    const passes = mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH';
    const hasFiles = ['caCertificates', 'privateKey', 'serverCertificate'].some(
      name => textIn(tls, name) !== '',
    );
    if (!isHttp(protocol) || !passes || hasFiles) {
      object.refuse(place, 'must not be set: the port speaks no TLS');
    }
  }
}
