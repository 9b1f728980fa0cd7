/** What `cluster.yaml` says of a cluster. */
import type { ForbiddenRule } from '../api/accessRules';
import type { DataPlane } from '../controllers/context';
import { OPTIONAL_GROUPS } from '../kinds/optionalKinds';
import { FieldError, FieldReader } from './FieldReader';

export interface ClusterDefinition {
  title?: string;
  dataPlane: DataPlane;
  nativeSidecars: boolean;
  /** Optional API groups that are served beside those of the data plane. */
  apiGroups: readonly string[];
  kubernetesVersion: string;
  nodes: number;
  down: boolean;
  /** What the reader account may not read. */
  forbidden: readonly ForbiddenRule[];
}

const DATA_PLANES: readonly DataPlane[] = ['none', 'sidecar', 'ambient'];

const ISTIO_GROUPS = [
  'extensions.istio.io',
  'networking.istio.io',
  'security.istio.io',
  'telemetry.istio.io',
];

const GROUPS_OF: Record<DataPlane, readonly string[]> = {
  none: [],
  sidecar: ISTIO_GROUPS,
  ambient: [...ISTIO_GROUPS, 'gateway.networking.k8s.io'],
};

const FIELDS = [
  'title',
  'dataPlane',
  'nativeSidecars',
  'apiGroups',
  'kubernetesVersion',
  'nodes',
  'down',
  'forbidden',
];

/**
 * Reads `cluster.yaml`: a definition in the form of a Kubernetes object, named
 * as its folder; throws a {@link FieldError}.
 */
export function readClusterDocument(
  value: unknown,
  folder: string,
): ClusterDefinition {
  const fields = FieldReader.create(value, '', [
    'apiVersion',
    'kind',
    'metadata',
    'spec',
  ]);
  fields.requiredString('apiVersion');
  fields.choice('apiVersion', ['demo.zero-trust.backstage.io/v1']);
  fields.requiredString('kind');
  fields.choice('kind', ['DemoCluster']);
  const name = FieldReader.create(fields.value('metadata') ?? {}, 'metadata', [
    'name',
  ]).requiredString('name');
  if (name !== folder) {
    throw new FieldError(
      'metadata.name',
      `must be the name of the folder, ${folder}; it is ${name}`,
    );
  }
  return readClusterDefinition(fields.value('spec'), 'spec');
}

/** Checks a definition and fills in what it leaves out; throws a {@link FieldError}. */
export function readClusterDefinition(
  value: unknown,
  path = '',
): ClusterDefinition {
  const fields = FieldReader.create(value ?? {}, path, FIELDS);
  const dataPlane = fields.choice('dataPlane', DATA_PLANES) ?? 'none';
  const apiGroups = fields.strings('apiGroups') ?? [];
  apiGroups.forEach((group, index) => {
    if (!OPTIONAL_GROUPS.includes(group)) {
      throw new FieldError(
        fields.pathOf(`apiGroups[${index}]`),
        `${group} is not an optional group; those are ${OPTIONAL_GROUPS.join(
          ', ',
        )}`,
      );
    }
  });
  const kubernetesVersion = fields.string('kubernetesVersion') ?? 'v1.37.2';
  if (!/^v\d+\.\d+\.\d+/.test(kubernetesVersion)) {
    throw new FieldError(
      fields.pathOf('kubernetesVersion'),
      'must be a version such as v1.37.2',
    );
  }
  const title = fields.string('title');
  return {
    ...(title === undefined ? {} : { title }),
    dataPlane,
    nativeSidecars: fields.boolean('nativeSidecars') ?? true,
    apiGroups,
    kubernetesVersion,
    nodes: fields.integer('nodes', 0, 1000) ?? 2,
    down: fields.boolean('down') ?? false,
    forbidden: (fields.list('forbidden') ?? []).map((rule, index) =>
      readForbiddenRule(rule, fields.pathOf(`forbidden[${index}]`)),
    ),
  };
}

export function readForbiddenRule(
  value: unknown,
  path: string,
  more: readonly string[] = [],
): ForbiddenRule {
  const fields = FieldReader.create(value, path, [
    ...more,
    'resources',
    'namespaces',
    'verbs',
  ]);
  const resources = fields.strings('resources');
  const namespaces = fields.strings('namespaces');
  const verbs = fields.strings('verbs');
  return {
    ...(resources ? { resources } : {}),
    ...(namespaces ? { namespaces } : {}),
    ...(verbs ? { verbs } : {}),
  };
}

/** All optional groups that a cluster serves. */
export function servedGroups({
  dataPlane,
  apiGroups,
}: Pick<ClusterDefinition, 'dataPlane' | 'apiGroups'>): string[] {
  return [...new Set([...GROUPS_OF[dataPlane], ...apiGroups])].sort();
}
