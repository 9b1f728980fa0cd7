/** What the server must know of a kind to serve it, and how a CustomResourceDefinition says the same. */
import {
  ApiObject,
  isRecord,
  listAt,
  recordAt,
  stringAt,
} from '../store/apiObject';

/** A column that `kubectl get` prints. Priority above 0 shows only with `-o wide`. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date';
  description?: string;
  /** A path such as `.spec.host`, or a function for what a path cannot say. */
  value: string | ((object: ApiObject) => string | number | boolean);
  priority?: number;
}

export interface ServedKind {
  group: string;
  /** The first is the one that objects are stored in and that discovery prefers. */
  versions: readonly string[];
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  /** Whether `/status` is a subresource, so that a write to the object leaves the status alone. */
  status: boolean;
  scale: boolean;
  /** Whether a change of anything but metadata and status counts `metadata.generation` up. */
  generation: boolean;
  /** Whether deleting answers with the object instead of a Status. */
  returnsDeleted: boolean;
  /** Field selectors beside metadata.name and metadata.namespace. */
  fieldSelectors: readonly string[];
  columns: readonly Column[];
  /** Served because a CustomResourceDefinition says so. */
  custom: boolean;
}

/** `deployments.apps`; `pods` for the core group. */
export function resourceName(kind: { group: string; plural: string }): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The definition that makes an API server serve a kind; without a schema, since nothing here validates by one. */
export function customResourceDefinitionOf(kind: ServedKind): ApiObject {
  const { group, plural, singular, shortNames, categories } = kind;
  const names = {
    plural,
    singular,
    kind: kind.kind,
    listKind: `${kind.kind}List`,
    ...(shortNames.length > 0 ? { shortNames: [...shortNames] } : {}),
    ...(categories.length > 0 ? { categories: [...categories] } : {}),
  };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names,
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      conversion: { strategy: 'None' },
      versions: kind.versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
          },
        },
        ...(kind.status ? { subresources: { status: {} } } : {}),
        ...(kind.columns.length > 0
          ? {
              additionalPrinterColumns: kind.columns.map(column => ({
                name: column.name,
                type: column.type,
                jsonPath: column.value,
              })),
            }
          : {}),
      })),
    },
  };
}

/** What a CustomResourceDefinition makes served, or undefined where it does not say enough. */
export function kindOfCustomResourceDefinition(
  definition: ApiObject,
): ServedKind | undefined {
  const spec = recordAt(definition, 'spec');
  const names = recordAt(spec, 'names');
  const group = stringAt(spec, 'group');
  const plural = stringAt(names, 'plural');
  const kind = stringAt(names, 'kind');
  const served = listAt(spec, 'versions')
    .filter(isRecord)
    .filter(version => version.served === true);
  if (!group || !plural || !kind || served.length === 0) {
    return undefined;
  }
  const strings = (values: unknown[]) =>
    values.filter((value): value is string => typeof value === 'string');
  const stored = served.findIndex(version => version.storage === true);
  const [first] = served.splice(Math.max(stored, 0), 1);
  const versions = [first, ...served];
  return {
    group,
    versions: versions.map(version => String(version.name)),
    kind,
    plural,
    singular: stringAt(names, 'singular') ?? kind.toLowerCase(),
    shortNames: strings(listAt(names, 'shortNames')),
    categories: strings(listAt(names, 'categories')),
    namespaced: stringAt(spec, 'scope') === 'Namespaced',
    status: recordAt(first, 'subresources', 'status') !== undefined,
    scale: false,
    generation: true,
    returnsDeleted: false,
    fieldSelectors: [],
    columns: columnsOf(
      listAt(first, 'additionalPrinterColumns').filter(isRecord),
    ),
    custom: true,
  };
}

function columnsOf(columns: Record<string, unknown>[]): Column[] {
  if (columns.length === 0) {
    return [
      { name: 'Age', type: 'date', value: '.metadata.creationTimestamp' },
    ];
  }
  return columns.map(column => ({
    name: String(column.name),
    type: column.type as Column['type'],
    value: String(column.jsonPath),
    ...(typeof column.description === 'string'
      ? { description: column.description }
      : {}),
    ...(typeof column.priority === 'number'
      ? { priority: column.priority }
      : {}),
  }));
}
