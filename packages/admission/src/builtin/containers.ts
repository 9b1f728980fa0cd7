/** Containers of a pod: names, images, ports, variables, volumes and resources. */
import { Findings } from '../findings';
import { Fields, fieldOf, isFields, listOf, textOf } from '../json';
import { report } from '../metadata';
import { wrongLabel, wrongQualifiedName } from '../names';
import { child, item, key } from '../problems';
import { parseQuantity } from '../quantities';
import { PROTOCOLS, wrongPortName, wrongPortNumber } from './ports';

const POD_FIELD =
  /^(?:metadata\.(?:name|namespace|uid|(?:labels|annotations)\['.+'\])|spec\.(?:nodeName|serviceAccountName|host)|status\.(?:hostIPs?|podIPs?))$/;
const RESOURCE = /^(?:cpu|memory|ephemeral-storage|hugepages-.+)$/;
const PULL_POLICIES = ['', 'Always', 'IfNotPresent', 'Never'];

export function checkContainers(
  spec: Fields,
  path: string,
  volumes: ReadonlySet<string>,
  findings: Findings,
): void {
  if (listOf(spec, 'containers').length === 0) {
    findings.add(child(path, 'containers'), 'must not be empty');
  }
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers']) {
    listOf(spec, list).forEach((container, index) => {
      const place = item(child(path, list), index);
      const name = textOf(container, 'name') ?? '';
      report(
        name === '' ? 'is missing' : wrongLabel(name),
        child(place, 'name'),
        findings,
      );
      if (names.has(name)) {
        findings.add(
          child(place, 'name'),
          `is "${name}", as another is called`,
        );
      }
      names.add(name);
      if (isFields(container)) {
        checkContainer(container, place, volumes, findings);
      }
    });
  }
}

function checkContainer(
  container: Fields,
  path: string,
  volumes: ReadonlySet<string>,
  findings: Findings,
): void {
  const image = textOf(container, 'image') ?? '';
  if (image === '' || image !== image.trim()) {
    findings.add(
      child(path, 'image'),
      image === '' ? 'is missing' : 'must not have spaces around it',
    );
  }
  if (!PULL_POLICIES.includes(textOf(container, 'imagePullPolicy') ?? '')) {
    findings.add(
      child(path, 'imagePullPolicy'),
      `must be ${PULL_POLICIES.filter(Boolean).join(', ')}`,
    );
  }
  checkPorts(container, path, findings);
  listOf(container, 'env').forEach((variable, index) => {
    const place = item(child(path, 'env'), index);
    const name = textOf(variable, 'name') ?? '';
    if (name === '' || !/^[ -<>-~]+$/.test(name)) {
      findings.add(
        child(place, 'name'),
        name === '' ? 'is missing' : 'must be printable, and without =',
      );
    }
    const source = fieldOf(variable, 'valueFrom');
    if (isFields(source)) {
      if ((textOf(variable, 'value') ?? '') !== '') {
        findings.add(place, 'must have only one of value and valueFrom');
      }
      if (Object.keys(source).length !== 1) {
        findings.add(child(place, 'valueFrom'), 'must name one source');
      }
      const field = textOf(source.fieldRef, 'fieldPath') ?? '';
      if (isFields(source.fieldRef) && !POD_FIELD.test(field)) {
        findings.add(
          `${place}.valueFrom.fieldRef.fieldPath`,
          `"${field}" is no field of a pod that a variable may have`,
        );
      }
    }
  });
  const mounts = new Set<string>();
  listOf(container, 'volumeMounts').forEach((mount, index) => {
    const place = item(child(path, 'volumeMounts'), index);
    const name = textOf(mount, 'name') ?? '';
    const at = textOf(mount, 'mountPath') ?? '';
    if (!volumes.has(name)) {
      findings.add(child(place, 'name'), `"${name}" is no volume of the pod`);
    }
    if (at === '' || mounts.has(at)) {
      findings.add(
        child(place, 'mountPath'),
        at === '' ? 'is missing' : 'is that of another volume',
      );
    }
    mounts.add(at);
  });
  checkResources(
    fieldOf(container, 'resources'),
    child(path, 'resources'),
    findings,
  );
}

function checkPorts(container: Fields, path: string, findings: Findings): void {
  const names = new Set<string>();
  listOf(container, 'ports').forEach((port, index) => {
    const place = item(child(path, 'ports'), index);
    const name = textOf(port, 'name') ?? '';
    const host = fieldOf(port, 'hostPort') ?? 0;
    if (name !== '') {
      report(wrongPortName(name), child(place, 'name'), findings);
      if (names.has(name)) {
        findings.add(
          child(place, 'name'),
          `is "${name}", as another is called`,
        );
      }
      names.add(name);
    }
    report(
      wrongPortNumber(fieldOf(port, 'containerPort')),
      child(place, 'containerPort'),
      findings,
    );
    if (host !== 0) {
      report(wrongPortNumber(host), child(place, 'hostPort'), findings);
    }
    if (!PROTOCOLS.includes(textOf(port, 'protocol') || 'TCP')) {
      findings.add(child(place, 'protocol'), `must be ${PROTOCOLS.join(', ')}`);
    }
  });
}

function checkResources(
  resources: unknown,
  path: string,
  findings: Findings,
): void {
  const limits = fieldOf(resources, 'limits');
  for (const list of ['limits', 'requests']) {
    const values = fieldOf(resources, list);
    for (const [name, value] of Object.entries(
      isFields(values) ? values : {},
    )) {
      report(
        RESOURCE.test(name) || name.includes('/')
          ? wrongQualifiedName(name)
          : 'must be cpu, memory, ephemeral-storage, or have a domain in front',
        key(child(path, list), name),
        findings,
      );
      const amount = parseQuantity(String(value))?.nano ?? 0n;
      const limit = fieldOf(limits, name);
      if (amount < 0n) {
        findings.add(key(child(path, list), name), 'must not be negative');
      }
      if (
        list === 'requests' &&
        limit !== undefined &&
        amount > (parseQuantity(String(limit))?.nano ?? 0n)
      ) {
        findings.add(
          key(child(path, list), name),
          'must not be more than its limit',
        );
      }
    }
  }
}
