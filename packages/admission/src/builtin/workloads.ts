/** The rules of pods, and of what makes them, that people meet; there are many more. */
import { Findings } from '../findings';
import { Fields, fieldOf, isFields, listOf, textOf } from '../json';
import { checkLabels, report } from '../metadata';
import { wrongLabel, wrongLabelValue, wrongSubdomain } from '../names';
import { child, item } from '../problems';
import { checkContainers } from './containers';
import { checkLabelSelector } from './selectors';

type Check = (object: Fields, findings: Findings) => void;

export const PART_OF_PODS: Readonly<Record<string, Check>> = {
  CronJob: checkCronJob,
  DaemonSet: checkSelecting,
  Deployment: checkSelecting,
  Job: (object, findings) =>
    checkJob(fieldOf(object, 'spec'), 'spec', findings),
  Pod: (object, findings) =>
    checkPodSpec(fieldOf(object, 'spec'), 'spec', findings),
  ReplicaSet: checkSelecting,
  ReplicationController: (object, findings) =>
    checkTemplate(
      fieldOf(fieldOf(object, 'spec'), 'template'),
      'spec.template',
      findings,
      ['Always'],
    ),
  StatefulSet: checkSelecting,
};

/** Kinds with a selector that must choose their own pods. */
function checkSelecting(object: Fields, findings: Findings): void {
  const { spec } = object;
  const selector = fieldOf(spec, 'selector');
  const template = fieldOf(spec, 'template');
  const labels = fieldOf(fieldOf(template, 'metadata'), 'labels');
  const replicas = fieldOf(spec, 'replicas');
  if (typeof replicas === 'number' && replicas < 0) {
    findings.add('spec.replicas', 'must not be negative');
  }
  if (!isFields(selector)) {
    findings.add('spec.selector', 'is missing');
  } else {
    const before = findings.problems.length;
    checkLabelSelector(selector, 'spec.selector', findings);
    if (
      Object.keys(fieldsIn(selector, 'matchLabels')).length === 0 &&
      listOf(selector, 'matchExpressions').length === 0
    ) {
      findings.add('spec.selector', 'must not be empty');
    } else if (
      findings.problems.length === before &&
      !selects(selector, isFields(labels) ? labels : {})
    ) {
      findings.add(
        'spec.template.metadata.labels',
        'must be those that spec.selector asks for',
      );
    }
  }
  checkTemplate(template, 'spec.template', findings, ['Always']);
}

function fieldsIn(value: unknown, name: string): Fields {
  const fields = fieldOf(value, name);
  return isFields(fields) ? fields : {};
}

function selects(selector: Fields, labels: Fields): boolean {
  return (
    Object.entries(fieldsIn(selector, 'matchLabels')).every(
      ([name, value]) => fieldOf(labels, name) === value,
    ) &&
    listOf(selector, 'matchExpressions').every(requirement => {
      const value = fieldOf(labels, textOf(requirement, 'key') ?? '');
      const isListed = listOf(requirement, 'values').includes(value);
      switch (textOf(requirement, 'operator')) {
        case 'In':
          return isListed;
        case 'NotIn':
          return !isListed;
        case 'Exists':
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}

function checkCronJob(object: Fields, findings: Findings): void {
  const { spec } = object;
  const schedule = textOf(spec, 'schedule') ?? '';
  if (!/^@\w+|^(?:\S+\s+){4}\S+$/.test(schedule.trim())) {
    findings.add(
      'spec.schedule',
      schedule === '' ? 'is missing' : 'must have five fields, or be @daily',
    );
  }
  if (
    !['', 'Allow', 'Forbid', 'Replace'].includes(
      textOf(spec, 'concurrencyPolicy') ?? '',
    )
  ) {
    findings.add('spec.concurrencyPolicy', 'must be Allow, Forbid or Replace');
  }
  checkJob(
    fieldOf(fieldOf(spec, 'jobTemplate'), 'spec'),
    'spec.jobTemplate.spec',
    findings,
  );
}

function checkJob(spec: unknown, path: string, findings: Findings): void {
  checkTemplate(fieldOf(spec, 'template'), child(path, 'template'), findings, [
    'OnFailure',
    'Never',
  ]);
}

function checkTemplate(
  template: unknown,
  path: string,
  findings: Findings,
  policies: readonly string[],
): void {
  if (!isFields(template)) {
    findings.add(path, 'is missing');
    return;
  }
  const labels = fieldOf(fieldOf(template, 'metadata'), 'labels');
  checkLabels(labels, `${path}.metadata.labels`, findings);
  // Left out, it is Always.
  const policy = textOf(fieldOf(template, 'spec'), 'restartPolicy') || 'Always';
  if (!policies.includes(policy)) {
    findings.add(
      `${path}.spec.restartPolicy`,
      `must be ${policies.join(' or ')}`,
    );
  }
  checkPodSpec(fieldOf(template, 'spec'), child(path, 'spec'), findings);
}

const RESTART = ['', 'Always', 'OnFailure', 'Never'];
const DNS = ['', 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];

function checkPodSpec(spec: unknown, path: string, findings: Findings): void {
  if (!isFields(spec)) {
    findings.add(child(path, 'containers'), 'is missing');
    return;
  }
  const volumes = new Set<string>();
  listOf(spec, 'volumes').forEach((volume, index) => {
    const name = textOf(volume, 'name') ?? '';
    const place = item(child(path, 'volumes'), index);
    report(
      name === '' ? 'is missing' : wrongLabel(name),
      child(place, 'name'),
      findings,
    );
    if (volumes.has(name)) {
      findings.add(child(place, 'name'), `is "${name}", as another is called`);
    }
    volumes.add(name);
    if (Object.keys(isFields(volume) ? volume : {}).length > 2) {
      findings.add(place, 'must be of one type only');
    }
  });
  checkContainers(spec, path, volumes, findings);
  for (const [name, known] of [
    ['restartPolicy', RESTART],
    ['dnsPolicy', DNS],
  ] as const) {
    if (!known.includes(textOf(spec, name) ?? '')) {
      findings.add(
        child(path, name),
        `must be ${known.filter(Boolean).join(', ')}`,
      );
    }
  }
  const account = textOf(spec, 'serviceAccountName') ?? '';
  if (account !== '') {
    report(
      wrongSubdomain(account),
      child(path, 'serviceAccountName'),
      findings,
    );
  }
  const selector = fieldsIn(spec, 'nodeSelector');
  for (const value of Object.values(selector)) {
    report(
      wrongLabelValue(String(value)),
      child(path, 'nodeSelector'),
      findings,
    );
  }
}
