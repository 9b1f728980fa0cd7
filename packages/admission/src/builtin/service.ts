/** The rules of `ValidateService` that people meet: types, ports and names. */
import { Findings } from '../findings';
import { Fields, fieldOf, isFields, listOf, textOf } from '../json';
import { checkLabels, report } from '../metadata';
import { wrongLabel, wrongQualifiedName, wrongSubdomain } from '../names';
import { child, item } from '../problems';
import { PROTOCOLS, wrongPort, wrongPortNumber } from './ports';

const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];

export function checkService(object: Fields, findings: Findings): void {
  const spec = isFields(object.spec) ? object.spec : {};
  const type = textOf(spec, 'type') || 'ClusterIP';
  const ports = listOf(spec, 'ports');
  const isHeadless = textOf(spec, 'clusterIP') === 'None';
  if (!TYPES.includes(type)) {
    findings.add('spec.type', `must be ${TYPES.join(', ')}`);
    return;
  }
  if (ports.length === 0 && !isHeadless && type !== 'ExternalName') {
    findings.add('spec.ports', 'must not be empty');
  }
  if (type === 'ExternalName') {
    const name = (textOf(spec, 'externalName') ?? '').replace(/\.$/, '');
    report(
      name === '' ? 'is missing' : wrongSubdomain(name.toLowerCase()),
      'spec.externalName',
      findings,
    );
  }
  if (isHeadless && (type === 'LoadBalancer' || type === 'NodePort')) {
    findings.add('spec.clusterIP', `must not be None for type ${type}`);
  }
  checkLabels(fieldOf(spec, 'selector'), 'spec.selector', findings);
  if (
    !['', 'None', 'ClientIP'].includes(textOf(spec, 'sessionAffinity') ?? '')
  ) {
    findings.add('spec.sessionAffinity', 'must be None or ClientIP');
  }
  checkPorts(ports, findings);
}

function checkPorts(ports: readonly unknown[], findings: Findings): void {
  const names = new Set<string>();
  const numbers = new Set<string>();
  ports.forEach((port, index) => {
    const path = item('spec.ports', index);
    const name = textOf(port, 'name') ?? '';
    const protocol = textOf(port, 'protocol') || 'TCP';
    const number = fieldOf(port, 'port');
    const target = fieldOf(port, 'targetPort');
    const wrong = (field: string, message: string | undefined) =>
      report(message, child(path, field), findings);
    if (name !== '') {
      wrong('name', wrongLabel(name));
    } else if (ports.length > 1) {
      wrong('name', 'is missing: there are several ports');
    }
    if (name !== '' && names.has(name)) {
      wrong('name', `is "${name}", as another is called`);
    }
    names.add(name);
    wrong('port', wrongPortNumber(number));
    if (!PROTOCOLS.includes(protocol)) {
      wrong('protocol', `must be ${PROTOCOLS.join(', ')}`);
    }
    // 0 and '' mean the port itself.
    if (target !== undefined && target !== 0 && target !== '') {
      wrong('targetPort', wrongPort(target));
    }
    const identity = `${protocol} ${number}`;
    if (numbers.has(identity)) {
      findings.add(path, 'has the number and protocol of another port');
    }
    numbers.add(identity);
    const application = textOf(port, 'appProtocol');
    if (application !== undefined) {
      wrong('appProtocol', wrongQualifiedName(application));
    }
  });
}
