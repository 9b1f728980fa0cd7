/** `ValidateWorkloadEntry` and `ValidateWorkloadGroup`: workloads that are no pods, alone or as endpoints of a ServiceEntry. */
import { Fields, fieldOf, isFields, listOf } from '../json';
import { child, key } from '../problems';
import { IstioObject } from './Checks';
import { eachOf, numberOf, textIn } from './shared';
import {
  isAddress,
  wrongDomain,
  wrongLabelMap,
  wrongPort,
  wrongPortName,
  wrongSocket,
} from './values';

const SOCKET = 'unix://';

export function checkWorkloadEntry(object: IstioObject): void {
  checkWorkload(object, object.spec, 'spec', { mayBeDomain: true });
}

interface WorkloadRules {
  /** Names that its ports may have; any where the service is not known. */
  ports?: ReadonlySet<string>;
  mayBeDomain: boolean;
}

export function checkWorkload(
  object: IstioObject,
  workload: Fields,
  path: string,
  { ports, mayBeDomain }: WorkloadRules,
): void {
  const address = textIn(workload, 'address');
  if (address === '') {
    if (textIn(workload, 'network') === '') {
      object.refuse(child(path, 'address'), 'is missing');
      return;
    }
  } else if (address.startsWith(SOCKET)) {
    object.refuseIf(
      wrongSocket(address.slice(SOCKET.length)),
      child(path, 'address'),
    );
    if (isFields(workload.ports) && Object.keys(workload.ports).length > 0) {
      object.refuse(child(path, 'ports'), 'must not be set: a socket has none');
    }
    if (ports && ports.size !== 1) {
      object.refuse(
        child(path, 'address'),
        'is a socket, which needs a service of one port',
      );
    }
  } else if (
    !isAddress(address) &&
    (!mayBeDomain || wrongDomain(address) !== undefined)
  ) {
    object.refuse(
      child(path, 'address'),
      `"${address}" is no IP address${mayBeDomain ? ', and no domain' : ''}`,
    );
  }
  checkPortMap(object, workload, path, ports);
  checkLabelsOf(object, workload, path);
}

export function checkPortMap(
  object: IstioObject,
  workload: Fields,
  path: string,
  known: ReadonlySet<string> | undefined,
): void {
  const ports = fieldOf(workload, 'ports');
  for (const [name, port] of Object.entries(isFields(ports) ? ports : {})) {
    const place = key(child(path, 'ports'), name);
    if (known && !known.has(name)) {
      object.refuse(place, 'is no port of the service');
    }
    object.refuseIf(wrongPortName(name), place);
    object.refuseIf(wrongPort(Number(port)), place);
  }
}

export function checkLabelsOf(
  object: IstioObject,
  workload: Fields,
  path: string,
): void {
  if (isFields(workload.labels)) {
    object.refuseIf(wrongLabelMap(workload.labels), child(path, 'labels'));
  }
}

export function checkWorkloadGroup(object: IstioObject): void {
  const { spec } = object;
  if (!isFields(spec.template)) {
    object.refuse('spec.template', 'is missing');
    return;
  }
  const labels = fieldOf(spec.metadata, 'labels');
  if (isFields(labels)) {
    object.refuseIf(wrongLabelMap(labels), 'spec.metadata.labels');
  }
  if (isFields(spec.probe)) {
    checkProbe(object, spec.probe);
  }
}

const PROBE_NUMBERS = [
  ...['periodSeconds', 'initialDelaySeconds', 'timeoutSeconds'],
  ...['successThreshold', 'failureThreshold'],
];

function checkProbe(object: IstioObject, probe: Fields): void {
  for (const name of PROBE_NUMBERS) {
    if (numberOf(probe, name) < 0) {
      object.refuse(child('spec.probe', name), 'must not be negative');
    }
  }
  const { httpGet, tcpSocket, exec } = probe;
  if (isFields(httpGet)) {
    const path = 'spec.probe.httpGet';
    object.refuseIf(wrongPort(numberOf(httpGet, 'port')), child(path, 'port'));
    if (!['', 'HTTP', 'HTTPS'].includes(textIn(httpGet, 'scheme'))) {
      object.refuse(child(path, 'scheme'), 'must be HTTP or HTTPS');
    }
    for (const { value, path: place } of eachOf(httpGet, 'httpHeaders', path)) {
      if (!/^[-A-Za-z0-9]+$/.test(textIn(value, 'name'))) {
        object.refuse(child(place, 'name'), 'is no name of a header');
      }
    }
  } else if (isFields(tcpSocket)) {
    object.refuseIf(
      wrongPort(numberOf(tcpSocket, 'port')),
      'spec.probe.tcpSocket.port',
    );
  } else if (isFields(exec)) {
    if (listOf(exec, 'command').length === 0) {
      object.refuse('spec.probe.exec.command', 'is missing');
    }
  } else {
    object.refuse('spec.probe', 'must say how to probe');
  }
}
