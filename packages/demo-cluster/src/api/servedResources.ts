/** What is served, as groups, versions and resources: what every form of discovery is written from. */
import type { KindRegistry } from '../kinds/KindRegistry';
import type { ServedKind } from '../kinds/servedKind';

/** Resources that are asked, not stored. */
const REVIEWS: Record<string, { resource: string; kind: string }[]> = {
  'authorization.k8s.io': [
    { resource: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview' },
    { resource: 'selfsubjectrulesreviews', kind: 'SelfSubjectRulesReview' },
  ],
  'authentication.k8s.io': [
    { resource: 'selfsubjectreviews', kind: 'SelfSubjectReview' },
  ],
};

const OBJECT_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
/** The order in which the real server lists the verbs of custom resources. */
const CUSTOM_VERBS = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
];
const SUBRESOURCE_VERBS = ['get', 'patch', 'update'];

export interface Resource {
  name: string;
  singular: string;
  namespaced: boolean;
  group: string;
  version: string;
  kind: string;
  verbs: readonly string[];
  custom: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
}

export interface Group {
  name: string;
  versions: { name: string; resources: Resource[] }[];
}

function verbsOf(kind: ServedKind): string[] {
  if (kind.custom) {
    return CUSTOM_VERBS;
  }
  return kind.group === '' && kind.plural === 'namespaces'
    ? OBJECT_VERBS.filter(verb => verb !== 'deletecollection')
    : OBJECT_VERBS;
}

function resourcesOf(kind: ServedKind, version: string): Resource[] {
  const shared = {
    namespaced: kind.namespaced,
    group: kind.group,
    version,
    kind: kind.kind,
    custom: kind.custom,
    shortNames: kind.shortNames,
    categories: kind.categories,
  };
  const below = (name: string, more: Partial<Resource> = {}): Resource => ({
    ...shared,
    name: `${kind.plural}/${name}`,
    singular: '',
    verbs: SUBRESOURCE_VERBS,
    shortNames: [],
    categories: [],
    ...more,
  });
  const verbs = verbsOf(kind);
  return [
    { ...shared, name: kind.plural, singular: kind.singular, verbs },
    ...(kind.scale
      ? [below('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' })]
      : []),
    ...(kind.status ? [below('status')] : []),
  ];
}

/** Every group with its versions, the preferred one first. */
export function servedGroups(kinds: KindRegistry): Group[] {
  const groups = [...kinds.groups()].map(([name, versions]) => ({
    name,
    versions: versions.map(version => ({
      name: version,
      resources: kinds
        .all()
        .filter(kind => kind.group === name && kind.versions.includes(version))
        .sort((left, right) => (left.plural < right.plural ? -1 : 1))
        .flatMap(kind => resourcesOf(kind, version)),
    })),
  }));
  const reviews = Object.entries(REVIEWS).map(([name, asked]) => ({
    name,
    versions: [
      {
        name: 'v1',
        resources: asked.map(({ resource, kind }) => ({
          name: resource,
          singular: kind.toLowerCase(),
          namespaced: false,
          group: name,
          version: 'v1',
          kind,
          verbs: ['create'],
          custom: false,
          shortNames: [],
          categories: [],
        })),
      },
    ],
  }));
  return [...groups, ...reviews];
}
