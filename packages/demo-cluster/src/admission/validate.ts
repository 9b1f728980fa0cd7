/** The checks of an API server that manifests of teams run into. Everything else is taken as it is. */
import { ApiError, badRequest, invalid } from '../api/status';
import { apiVersionOf, ServedKind } from '../kinds/servedKind';
import { ApiObject, isRecord, listAt, recordAt } from '../store/apiObject';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const SUBDOMAIN_RULE = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const LABEL_RULE = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;

const TEMPLATED = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
]);

/** What a request says an object must be. */
export interface ExpectedHeader {
  kind: ServedKind;
  version: string;
  namespace?: string;
  name?: string;
}

/** Checks that a body is an object of the kind that its path names, and returns it. */
export function checkHeader(body: unknown, expected: ExpectedHeader): ApiObject {
  const { kind, version, namespace, name } = expected;
  if (!isRecord(body)) {
    throw badRequest('the object provided is unrecognized (must be of type Object)');
  }
  const apiVersion = apiVersionOf(kind.group, version);
  const header = { apiVersion, kind: kind.kind, ...body };
  if (header.apiVersion !== apiVersion || header.kind !== kind.kind) {
    throw badRequest(
      kind.custom && header.kind !== kind.kind
        ? `the kind in the data (${String(header.kind)}) does not match the expected kind (${kind.kind})`
        : `the API version in the data (${String(
            header.apiVersion,
          )}) does not match the expected API version (${apiVersion})`,
    );
  }
  const metadata = body.metadata ?? {};
  if (!isRecord(metadata)) {
    throw undecodable(kind, 'metadata', 'an object');
  }
  checkStrings(metadata, kind);
  if (namespace !== undefined && metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request`,
    );
  }
  if (name !== undefined && metadata.name && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`,
    );
  }
  return {
    ...header,
    metadata: {
      ...metadata,
      name: String(metadata.name ?? name ?? ''),
      ...(kind.namespaced && namespace ? { namespace } : {}),
    },
  } as ApiObject;
}

function undecodable(kind: ServedKind, field: string, expected: string): ApiError {
  return badRequest(
    `${kind.kind} in version "${kind.versions[0]}" cannot be handled as a ${kind.kind}: ${field} must be ${expected}`,
  );
}

function checkStrings(metadata: Record<string, unknown>, kind: ServedKind): void {
  for (const field of ['name', 'generateName', 'namespace', 'resourceVersion', 'uid']) {
    const value = metadata[field];
    if (value !== undefined && value !== null && typeof value !== 'string') {
      throw undecodable(kind, `metadata.${field}`, 'a string');
    }
  }
  for (const field of ['labels', 'annotations']) {
    const map = metadata[field];
    if (map === undefined || map === null) {
      continue;
    }
    if (!isRecord(map)) {
      throw undecodable(kind, `metadata.${field}`, 'a map of strings');
    }
    for (const [key, value] of Object.entries(map)) {
      if (typeof value !== 'string') {
        throw undecodable(kind, `metadata.${field}[${key}]`, 'a string');
      }
    }
  }
  for (const field of ['ownerReferences', 'finalizers', 'managedFields']) {
    const list = metadata[field];
    if (list !== undefined && list !== null && !Array.isArray(list)) {
      throw undecodable(kind, `metadata.${field}`, 'a list');
    }
  }
}

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
  if ((label ? LABEL : SUBDOMAIN).test(name) && name.length <= (label ? 63 : 253)) {
    return [];
  }
  return [
    {
      reason: 'FieldValueInvalid',
      field: 'metadata.name',
      message: `Invalid value: "${name}": ${label ? LABEL_RULE : SUBDOMAIN_RULE}`,
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
  const labels = recordAt(object, 'spec', 'template', 'metadata', 'labels') ?? {};
  const causes = containerCauses(
    recordAt(object, 'spec', 'template', 'spec'),
    'spec.template.spec',
  );
  if (!selector) {
    return [required('spec.selector'), ...causes];
  }
  const wanted = Object.entries(recordAt(selector, 'matchLabels') ?? {});
  if (wanted.some(([key, value]) => labels[key] !== value)) {
    causes.unshift({
      reason: 'FieldValueInvalid',
      field: 'spec.template.metadata.labels',
      message: `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``,
    });
  }
  return causes;
}

/** Throws the 422 that the object deserves. */
export function validateObject(kind: ServedKind, object: ApiObject): void {
  const causes = nameCauses(kind, object.metadata.name);
  if (kind.group === 'apps' && TEMPLATED.has(kind.kind)) {
    causes.push(...templateCauses(object));
  } else if (kind.kind === 'Pod' && kind.group === '') {
    causes.push(...containerCauses(recordAt(object, 'spec'), 'spec'));
  }
  if (causes.length > 0) {
    const { group, kind: kindName } = kind;
    throw invalid({ group, kind: kindName, name: object.metadata.name, causes });
  }
}
