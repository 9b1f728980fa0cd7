/** The metadata that all objects have: it is decoded strictly, and its names, labels and owners checked. */
import { Findings } from './findings';
import { Fields, copyOf, fieldOf, isFields, listOf, textOf } from './json';
import {
  WrongName,
  wrongLabel,
  wrongLabelValue,
  wrongQualifiedName,
} from './names';
import { child, item, key } from './problems';
import { Schema } from './structural/Schema';
import { pruneFields } from './structural/fields';
import { checkValue } from './structural/values';

const TEXT: Schema = { type: 'string' };
const INTEGER: Schema = { type: 'integer', format: 'int64' };
const MOMENT: Schema = { type: 'string', format: 'date-time' };
const TEXTS: Schema = { type: 'object', additionalProperties: TEXT };

const OWNER: Schema = {
  type: 'object',
  properties: {
    apiVersion: TEXT,
    kind: TEXT,
    name: TEXT,
    uid: TEXT,
    controller: { type: 'boolean' },
    blockOwnerDeletion: { type: 'boolean' },
  },
};

const MANAGED_FIELDS: Schema = {
  type: 'object',
  properties: {
    manager: TEXT,
    operation: TEXT,
    apiVersion: TEXT,
    time: MOMENT,
    fieldsType: TEXT,
    fieldsV1: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
    },
    subresource: TEXT,
  },
};

/** `k8s.io/apimachinery/pkg/apis/meta/v1.ObjectMeta`. */
export const OBJECT_META: Schema = {
  type: 'object',
  properties: {
    name: TEXT,
    generateName: TEXT,
    namespace: TEXT,
    selfLink: TEXT,
    uid: TEXT,
    resourceVersion: TEXT,
    generation: INTEGER,
    creationTimestamp: MOMENT,
    deletionTimestamp: MOMENT,
    deletionGracePeriodSeconds: INTEGER,
    labels: TEXTS,
    annotations: TEXTS,
    ownerReferences: { type: 'array', items: OWNER },
    finalizers: { type: 'array', items: TEXT },
    managedFields: { type: 'array', items: MANAGED_FIELDS },
  },
};

const MOST_ANNOTATIONS = 256 * 1024;

/** What an object's own metadata must be; embedded objects need less. */
export interface MetadataRules {
  wrongName: WrongName;
  /** Whether it must have a name, or the beginning of one. */
  named: boolean;
}

/** Checks metadata and gives it back without nulls and unknown fields. */
export function checkMetadata(
  value: unknown,
  path: string,
  rules: MetadataRules,
  findings: Findings,
): Fields {
  if (!isFields(value)) {
    if (value !== undefined && value !== null) {
      findings.add(path, 'must be an object', 'shape');
    }
    return {};
  }
  const metadata = copyOf(value);
  findings.problems.push(...pruneFields(metadata, OBJECT_META, path));
  const shape = new Findings();
  checkValue(metadata, OBJECT_META, path, shape);
  findings.addAll(shape);
  if (shape.problems.length === 0) {
    checkNames(metadata, path, rules, findings);
    checkLabels(fieldOf(metadata, 'labels'), child(path, 'labels'), findings);
    checkAnnotations(metadata, path, findings);
    checkOwners(metadata, path, findings);
    checkFinalizers(metadata, path, findings);
  }
  return metadata;
}

function checkNames(
  metadata: Fields,
  path: string,
  { wrongName, named }: MetadataRules,
  findings: Findings,
): void {
  const name = textOf(metadata, 'name') ?? '';
  const beginning = textOf(metadata, 'generateName') ?? '';
  if (name !== '') {
    report(wrongName(name), child(path, 'name'), findings);
  } else if (named && beginning === '') {
    findings.add(child(path, 'name'), 'is missing', 'shape');
  }
  if (beginning !== '') {
    // A random end follows, so a dash may stand last.
    report(
      wrongName(beginning.replace(/-$/, 'a')),
      child(path, 'generateName'),
      findings,
    );
  }
  const namespace = textOf(metadata, 'namespace') ?? '';
  if (namespace !== '') {
    report(wrongLabel(namespace), child(path, 'namespace'), findings);
  }
  if (named && (textOf(metadata, 'resourceVersion') ?? '') !== '') {
    findings.add(
      child(path, 'resourceVersion'),
      'must not be set on an object that is to be created',
    );
  }
  if (Number(fieldOf(metadata, 'generation') ?? 0) < 0) {
    findings.add(child(path, 'generation'), 'must not be negative');
  }
}

/** Labels of an object, or those that a selector asks for. */
export function checkLabels(
  labels: unknown,
  path: string,
  findings: Findings,
): void {
  for (const [name, value] of Object.entries(isFields(labels) ? labels : {})) {
    report(wrongQualifiedName(name), key(path, name), findings);
    if (typeof value === 'string') {
      report(wrongLabelValue(value), key(path, name), findings);
    }
  }
}

function checkAnnotations(
  metadata: Fields,
  path: string,
  findings: Findings,
): void {
  const annotations = fieldOf(metadata, 'annotations');
  let size = 0;
  for (const [name, value] of Object.entries(
    isFields(annotations) ? annotations : {},
  )) {
    report(
      wrongQualifiedName(name.toLowerCase()),
      key(child(path, 'annotations'), name),
      findings,
    );
    size += new TextEncoder().encode(`${name}${value}`).length;
  }
  if (size > MOST_ANNOTATIONS) {
    findings.add(
      child(path, 'annotations'),
      `has more than ${MOST_ANNOTATIONS} bytes`,
      'shape',
    );
  }
}

function checkOwners(metadata: Fields, path: string, findings: Findings): void {
  const owners = listOf(metadata, 'ownerReferences');
  owners.forEach((owner, index) => {
    const place = item(child(path, 'ownerReferences'), index);
    for (const name of ['apiVersion', 'kind', 'name', 'uid']) {
      if ((textOf(owner, name) ?? '') === '') {
        findings.add(child(place, name), 'is missing', 'shape');
      }
    }
    if ((textOf(owner, 'apiVersion') ?? '').split('/').length > 2) {
      findings.add(
        child(place, 'apiVersion'),
        'must be a group and a version, or a version',
      );
    }
    if (
      textOf(owner, 'kind') === 'Event' &&
      textOf(owner, 'apiVersion') === 'v1'
    ) {
      findings.add(place, 'must not be an Event');
    }
  });
  if (
    owners.filter(owner => fieldOf(owner, 'controller') === true).length > 1
  ) {
    findings.add(
      child(path, 'ownerReferences'),
      'must not have more than one controller',
    );
  }
}

function checkFinalizers(
  metadata: Fields,
  path: string,
  findings: Findings,
): void {
  const finalizers = listOf(metadata, 'finalizers');
  finalizers.forEach((finalizer, index) => {
    if (typeof finalizer === 'string') {
      report(
        wrongQualifiedName(finalizer),
        item(child(path, 'finalizers'), index),
        findings,
      );
    }
  });
  if (
    finalizers.includes('orphan') &&
    finalizers.includes('foregroundDeletion')
  ) {
    findings.add(
      child(path, 'finalizers'),
      'must not hold both orphan and foregroundDeletion',
    );
  }
}

/** Adds what is wrong with a field, if anything is. */
export function report(
  wrong: string | undefined,
  field: string,
  findings: Findings,
): void {
  if (wrong !== undefined) {
    findings.add(field, wrong);
  }
}
