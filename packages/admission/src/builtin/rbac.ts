/** `pkg/apis/rbac/validation`: rules of roles, and who gets them. */
import { Findings } from '../findings';
import { Fields, fieldOf, isFields, listOf, textOf } from '../json';
import { report } from '../metadata';
import { wrongPathSegment, wrongSubdomain } from '../names';
import { child, item } from '../problems';
import { checkLabelSelector } from './selectors';

const GROUP = 'rbac.authorization.k8s.io';

export function checkRole(object: Fields, findings: Findings): void {
  const isNamespaced = textOf(object, 'kind') === 'Role';
  listOf(object, 'rules').forEach((rule, index) => {
    const path = item('rules', index);
    const has = (name: string) => listOf(rule, name).length > 0;
    const needs = (name: string) => {
      if (!has(name)) {
        findings.add(child(path, name), 'must not be empty');
      }
    };
    needs('verbs');
    if (!has('nonResourceURLs')) {
      needs('apiGroups');
      needs('resources');
      return;
    }
    if (isNamespaced) {
      findings.add(
        child(path, 'nonResourceURLs'),
        'must not be in a Role: paths are in no namespace',
      );
    }
    if (has('apiGroups') || has('resources') || has('resourceNames')) {
      findings.add(
        child(path, 'nonResourceURLs'),
        'must not stand beside resources',
      );
    }
  });
  const aggregation = fieldOf(object, 'aggregationRule');
  if (isFields(aggregation)) {
    const selectors = listOf(aggregation, 'clusterRoleSelectors');
    const path = 'aggregationRule.clusterRoleSelectors';
    if (selectors.length === 0) {
      findings.add(path, 'must not be empty');
    }
    selectors.forEach((selector, index) =>
      checkLabelSelector(selector, item(path, index), findings),
    );
  }
}

export function checkBinding(object: Fields, findings: Findings): void {
  const isNamespaced = textOf(object, 'kind') === 'RoleBinding';
  const role = fieldOf(object, 'roleRef');
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  const name = textOf(role, 'name') ?? '';
  // Left out, it is the only group that there is.
  if (!['', GROUP].includes(textOf(role, 'apiGroup') ?? '')) {
    findings.add('roleRef.apiGroup', `must be ${GROUP}`);
  }
  if (!kinds.includes(textOf(role, 'kind') ?? '')) {
    findings.add('roleRef.kind', `must be ${kinds.join(' or ')}`);
  }
  report(
    name === '' ? 'is missing' : wrongPathSegment(name),
    'roleRef.name',
    findings,
  );
  listOf(object, 'subjects').forEach((subject, index) =>
    checkSubject(subject, isNamespaced, item('subjects', index), findings),
  );
}

function checkSubject(
  subject: unknown,
  isNamespaced: boolean,
  path: string,
  findings: Findings,
): void {
  const name = textOf(subject, 'name') ?? '';
  const group = textOf(subject, 'apiGroup') ?? '';
  if (name === '') {
    findings.add(child(path, 'name'), 'is missing');
  }
  switch (textOf(subject, 'kind')) {
    case 'ServiceAccount':
      if (name !== '') {
        report(wrongSubdomain(name), child(path, 'name'), findings);
      }
      if (group !== '') {
        findings.add(child(path, 'apiGroup'), 'must be empty');
      }
      if (!isNamespaced && (textOf(subject, 'namespace') ?? '') === '') {
        findings.add(child(path, 'namespace'), 'is missing');
      }
      break;
    case 'User':
    case 'Group':
      if (group !== '' && group !== GROUP) {
        findings.add(child(path, 'apiGroup'), `must be ${GROUP}`);
      }
      break;
    default:
      findings.add(
        child(path, 'kind'),
        'must be ServiceAccount, User or Group',
      );
  }
}
