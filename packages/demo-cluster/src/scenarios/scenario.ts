/** A scenario: what it changes, and what to look at while it does. Its format is README.md's. */
import { basename } from 'node:path';
import type { Operation } from 'fast-json-patch';
import type {
  KubernetesObject,
  ObjectReference,
} from '@backstage-zero-trust/posture-engine';
import { readForbiddenRule } from '../cluster/clusterDefinition';
import { FieldError, FieldReader } from '../cluster/FieldReader';
import { listFiles, readDocument } from '../cluster/folder';
import { Fault, FAULT_TYPES } from '../faults/fault';
import { isRecord } from '../store/apiObject';

export type PatchContent =
  | { merge: Record<string, unknown> }
  | { json: Operation[] };

export type ScenarioChange =
  | { type: 'apply'; object: KubernetesObject }
  | { type: 'patch'; reference: ObjectReference; content: PatchContent }
  | { type: 'delete'; reference: ObjectReference }
  | { type: 'fault'; fault: Fault };

export interface Scenario {
  /** The file's name without its ending. */
  name: string;
  title: string;
  description: string;
  /** Name of the cluster that it happens in. */
  cluster: string;
  /** The catalog entity whose page shows it. */
  watch?: string;
  /** What is to be seen there. */
  expect?: string;
  changes: ScenarioChange[];
}

const FIELDS = [
  'title',
  'description',
  'cluster',
  'watch',
  'expect',
  'changes',
];
const LONGEST_DELAY = 600_000;
const ENDING = '.yaml';

/** All scenarios of a folder by name; throws an InputError that names file and field. */
export function readScenarios(folder: string): Map<string, Scenario> {
  return new Map(
    listFiles(folder, [ENDING]).map(file => {
      const name = basename(file, ENDING);
      return [name, readDocument(file, value => readScenario(name, value))];
    }),
  );
}

export function readScenario(name: string, value: unknown): Scenario {
  const fields = FieldReader.create(value, '', FIELDS);
  const changes = fields.list('changes') ?? [];
  if (changes.length === 0) {
    throw new FieldError('changes', 'must be a list with at least one change');
  }
  const watch = fields.string('watch');
  const expect = fields.string('expect');
  return {
    name,
    title: fields.requiredString('title'),
    description: fields.requiredString('description').trim(),
    cluster: fields.requiredString('cluster'),
    ...(watch ? { watch } : {}),
    ...(expect ? { expect: expect.trim() } : {}),
    changes: changes.map((change, index) =>
      readChange(change, `changes[${index}]`),
    ),
  };
}

function readChange(value: unknown, path: string): ScenarioChange {
  const fields = FieldReader.create(value, path, [
    'apply',
    'patch',
    'merge',
    'json',
    'delete',
    'fault',
  ]);
  const given = ['apply', 'patch', 'delete', 'fault'].filter(field =>
    fields.has(field),
  );
  if (given.length !== 1) {
    throw new FieldError(
      path,
      'must be exactly one of apply, patch, delete, fault',
    );
  }
  const [type] = given;
  if (type !== 'patch' && (fields.has('merge') || fields.has('json'))) {
    throw new FieldError(path, 'merge and json belong to a patch');
  }
  switch (type) {
    case 'apply':
      return {
        type,
        object: readObject(fields.value('apply'), fields.pathOf('apply')),
      };
    case 'patch':
      return {
        type,
        reference: readReference(fields.value('patch'), fields.pathOf('patch')),
        content: readPatch(fields, path),
      };
    case 'delete':
      return {
        type,
        reference: readReference(
          fields.value('delete'),
          fields.pathOf('delete'),
        ),
      };
    default:
      return {
        type: 'fault',
        fault: readFault(fields.value('fault'), fields.pathOf('fault')),
      };
  }
}

function readObject(value: unknown, path: string): KubernetesObject {
  if (!isRecord(value)) {
    throw new FieldError(path, 'must be an object as a manifest has it');
  }
  for (const field of ['apiVersion', 'kind']) {
    if (typeof value[field] !== 'string' || value[field] === '') {
      throw new FieldError(`${path}.${field}`, 'must be a non-empty text');
    }
  }
  const { metadata } = value;
  if (
    !isRecord(metadata) ||
    typeof metadata.name !== 'string' ||
    metadata.name === ''
  ) {
    throw new FieldError(`${path}.metadata.name`, 'must be a non-empty text');
  }
  return value as KubernetesObject;
}

function readReference(value: unknown, path: string): ObjectReference {
  const fields = FieldReader.create(value, path, [
    'apiVersion',
    'kind',
    'namespace',
    'name',
  ]);
  const namespace = fields.string('namespace');
  return {
    apiVersion: fields.requiredString('apiVersion'),
    kind: fields.requiredString('kind'),
    ...(namespace ? { namespace } : {}),
    name: fields.requiredString('name'),
  };
}

function readPatch(fields: FieldReader, path: string): PatchContent {
  const merge = fields.value('merge');
  const json = fields.list('json');
  if ((merge === undefined) === (json === undefined)) {
    throw new FieldError(path, 'a patch needs either merge or json');
  }
  if (json) {
    json.forEach((operation, index) => {
      const field = `${fields.pathOf('json')}[${index}]`;
      if (
        !isRecord(operation) ||
        typeof operation.op !== 'string' ||
        typeof operation.path !== 'string'
      ) {
        throw new FieldError(field, 'must be an operation with op and path');
      }
    });
    return { json: json as Operation[] };
  }
  if (!isRecord(merge)) {
    throw new FieldError(fields.pathOf('merge'), 'must be a map of fields');
  }
  return { merge };
}

export function readFault(value: unknown, path: string): Fault {
  const type = FieldReader.create(
    isRecord(value) ? { type: value.type } : value,
    path,
    ['type'],
  ).choice('type', FAULT_TYPES);
  switch (type) {
    case undefined:
      throw new FieldError(`${path}.type`, 'is required');
    case 'forbidden':
      return { type, ...readForbiddenRule(value, path, ['type']) };
    case 'slow':
    case 'cut-watch': {
      const fields = FieldReader.create(value, path, [
        'type',
        'milliseconds',
        'resources',
      ]);
      const milliseconds = fields.integer('milliseconds', 1, LONGEST_DELAY);
      const resources = fields.strings('resources');
      if (type === 'slow' && milliseconds === undefined) {
        throw new FieldError(fields.pathOf('milliseconds'), 'is required');
      }
      return {
        type,
        milliseconds,
        ...(resources ? { resources } : {}),
      } as Fault;
    }
    case 'malformed': {
      const resources = FieldReader.create(value, path, [
        'type',
        'resources',
      ]).strings('resources');
      return { type, ...(resources ? { resources } : {}) };
    }
    default:
      FieldReader.create(value, path, ['type']);
      return { type };
  }
}
