/** The checks of an API server that manifests of teams run into. Everything else is taken as it is. */
import { invalid } from '../api/status';
import type { ServedKind } from '../kinds/servedKind';
import { ApiObject, isRecord, listAt, recordAt } from '../store/apiObject';
import {
  isSubdomain,
  keyProblems,
  SUBDOMAIN_RULE,
  valueProblems,
} from '../store/labelSyntax';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_RULE = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;

const TEMPLATED = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
]);

type Cause = { reason: string; field: string; message: string };

function required(field: string, detail = ''): Cause {
  return {
    reason: 'FieldValueRequired',
    field,
    message: detail === '' ? 'Required value' : `Required value: ${detail}`,
  };
}

function nameCauses(kind: ServedKind, name: string): Cause[] {
  if (name === '') {
    return [required('metadata.name', 'name or generateName is required')];
  }
  if (kind.group === 'rbac.authorization.k8s.io') {
    return [];
  }
  const label = kind.kind === 'Namespace';
  if (label ? LABEL.test(name) && name.length <= 63 : isSubdomain(name)) {
    return [];
  }
  return [
    {
      reason: 'FieldValueInvalid',
      field: 'metadata.name',
      message: `Invalid value: "${name}": ${
        label ? LABEL_RULE : SUBDOMAIN_RULE
      }`,
    },
  ];
}

function containerCauses(spec: unknown, path: string): Cause[] {
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) {
    return [required(`${path}.containers`)];
  }
  return containers.flatMap((container, index) => {
    const field = `${path}.containers[${index}]`;
    return ['name', 'image']
      .filter(key => !isRecord(container) || !container[key])
      .map(key => required(`${field}.${key}`));
  });
}

function templateCauses(object: ApiObject): Cause[] {
  const selector = recordAt(object, 'spec', 'selector');
  const labels = recordAt(object, 'spec', 'template', 'metadata', 'labels');
  const causes = containerCauses(
    recordAt(object, 'spec', 'template', 'spec'),
    'spec.template.spec',
  );
  causes.unshift(...labelCauses(labels, 'spec.template.metadata.labels'));
  const wanted = Object.entries(recordAt(selector, 'matchLabels') ?? {});
  if (!selector || wanted.some(([key, value]) => labels?.[key] !== value)) {
    causes.unshift({
      reason: 'FieldValueInvalid',
      field: 'spec.template.metadata.labels',
      message: `Invalid value: ${JSON.stringify(
        labels ?? null,
      )}: \`selector\` does not match template \`labels\``,
    });
  }
  return selector ? causes : [required('spec.selector'), ...causes];
}

function invalidValue(field: string, value: unknown, problem: string): Cause {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${JSON.stringify(value)}: ${problem}`,
  };
}

function labelCauses(labels: unknown, field: string): Cause[] {
  return Object.entries(isRecord(labels) ? labels : {}).flatMap(
    ([key, value]) => [
      ...keyProblems(key).map(problem => invalidValue(field, key, problem)),
      ...(typeof value === 'string'
        ? valueProblems(value)
        : ['must be a text']
      ).map(problem => invalidValue(field, value, problem)),
    ],
  );
}

/** An owner that is not named whole would be found by nobody. */
function ownerCauses({ metadata }: ApiObject): Cause[] {
  const owners: readonly unknown[] = metadata.ownerReferences ?? [];
  return owners.flatMap((owner, index) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter(
        field =>
          !isRecord(owner) ||
          typeof owner[field] !== 'string' ||
          owner[field] === '',
      )
      .map(field =>
        invalidValue(
          `metadata.ownerReferences[${index}].${field}`,
          isRecord(owner) ? owner[field] ?? '' : '',
          `${field} must not be empty`,
        ),
      ),
  );
}

function replicaCauses(object: ApiObject): Cause[] {
  const replicas = recordAt(object, 'spec')?.replicas ?? 0;
  return typeof replicas === 'number' &&
    Number.isInteger(replicas) &&
    replicas >= 0
    ? []
    : [
        invalidValue(
          'spec.replicas',
          replicas,
          'must be greater than or equal to 0',
        ),
      ];
}

/** Throws the 422 that the object deserves. */
export function validateObject(kind: ServedKind, object: ApiObject): void {
  const causes = [
    ...nameCauses(kind, object.metadata.name),
    ...labelCauses(object.metadata.labels, 'metadata.labels'),
    ...ownerCauses(object),
  ];
  if (kind.group === 'apps' && TEMPLATED.has(kind.kind)) {
    causes.push(...templateCauses(object), ...replicaCauses(object));
  } else if (kind.kind === 'Pod' && kind.group === '') {
    causes.push(...containerCauses(recordAt(object, 'spec'), 'spec'));
  }
  if (causes.length > 0) {
    const { group, kind: kindName } = kind;
    throw invalid({
      group,
      kind: kindName,
      name: object.metadata.name,
      causes,
    });
  }
}
