/** What the server serves, as clients discover it: the old documents and the aggregated one. */
import type { KindRegistry } from '../kinds/KindRegistry';
import { apiVersionOf } from '../kinds/servedKind';
import { parseAccept } from './mediaTypes';
import { Group, Resource, servedGroups } from './servedResources';
import { unknownResource } from './status';

const AGGREGATED = 'APIGroupDiscoveryList';
const DISCOVERY_GROUP = 'apidiscovery.k8s.io';

export interface DiscoveryAnswer {
  contentType: string;
  body: unknown;
}

export class Discovery {
  readonly #kinds: KindRegistry;

  static create(kinds: KindRegistry): Discovery {
    return new Discovery(kinds);
  }

  private constructor(kinds: KindRegistry) {
    this.#kinds = kinds;
  }

  /** The answer for `/api`, `/apis` and what is below them down to a version; undefined where that is not what the path is. */
  answer(
    path: string,
    accept: string | undefined,
  ): DiscoveryAnswer | undefined {
    const parts = path.split('/').filter(part => part !== '');
    const [root, ...rest] = parts;
    if (root === 'api' && rest.length === 0) {
      return this.#root(
        servedGroups(this.#kinds).filter(({ name }) => name === ''),
        accept,
      );
    }
    if (root === 'apis' && rest.length === 0) {
      return this.#root(
        servedGroups(this.#kinds).filter(({ name }) => name !== ''),
        accept,
      );
    }
    if (root === 'api' && rest.length === 1) {
      return json(this.#resourceList('', rest[0]));
    }
    if (root === 'apis' && rest.length === 1) {
      const group = servedGroups(this.#kinds).find(
        ({ name }) => name === rest[0],
      );
      if (!group || group.name === '') {
        return undefined;
      }
      return json({
        kind: 'APIGroup',
        apiVersion: 'v1',
        ...groupDocument(group),
      });
    }
    if (root === 'apis' && rest.length === 2) {
      return json(this.#resourceList(rest[0], rest[1]));
    }
    return undefined;
  }

  #root(groups: Group[], accept: string | undefined): DiscoveryAnswer {
    const wanted = parseAccept(accept).find(
      ({ type, parameters }) =>
        type === 'application/json' &&
        (parameters.as === undefined ||
          (parameters.as === AGGREGATED &&
            parameters.g === DISCOVERY_GROUP &&
            parameters.v === 'v2')),
    );
    if (wanted?.parameters.as === AGGREGATED) {
      return {
        contentType: `application/json;g=${DISCOVERY_GROUP};v=v2;as=${AGGREGATED}`,
        body: {
          kind: AGGREGATED,
          apiVersion: `${DISCOVERY_GROUP}/v2`,
          metadata: {},
          items: groups.map(aggregated),
        },
      };
    }
    const [core] = groups;
    return json(
      core?.name === ''
        ? {
            kind: 'APIVersions',
            versions: core.versions.map(({ name }) => name),
            serverAddressByClientCIDRs: [],
          }
        : {
            kind: 'APIGroupList',
            apiVersion: 'v1',
            groups: groups.map(groupDocument),
          },
    );
  }

  #resourceList(groupName: string, versionName: string): unknown {
    const version = servedGroups(this.#kinds)
      .find(({ name }) => name === groupName)
      ?.versions.find(({ name }) => name === versionName);
    if (!version) {
      throw unknownResource();
    }
    return {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: apiVersionOf(groupName, versionName),
      resources: version.resources.map(resource => ({
        name: resource.name,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        ...(resource.group === groupName
          ? {}
          : { group: resource.group, version: resource.version }),
        kind: resource.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length > 0
          ? { shortNames: resource.shortNames }
          : {}),
        ...(resource.categories.length > 0
          ? { categories: resource.categories }
          : {}),
      })),
    };
  }
}

function json(body: unknown): DiscoveryAnswer {
  return { contentType: 'application/json', body };
}

function groupDocument({ name, versions }: Group) {
  const documents = versions.map(version => ({
    groupVersion: apiVersionOf(name, version.name),
    version: version.name,
  }));
  return { name, versions: documents, preferredVersion: documents[0] };
}

function aggregated({ name, versions }: Group): unknown {
  return {
    metadata: name === '' ? {} : { name },
    versions: versions.map(version => {
      const top = version.resources.filter(
        resource => !resource.name.includes('/'),
      );
      return {
        version: version.name,
        resources: top.map(resource => ({
          resource: resource.name,
          responseKind: responseKind(resource, name, version.name),
          scope: resource.namespaced ? 'Namespaced' : 'Cluster',
          singularResource: resource.singular,
          verbs: resource.verbs,
          ...(resource.shortNames.length > 0
            ? { shortNames: resource.shortNames }
            : {}),
          ...(resource.categories.length > 0
            ? { categories: resource.categories }
            : {}),
          ...subresources(version.resources, resource.name, name, version.name),
        })),
        freshness: 'Current',
      };
    }),
  };
}

/** Built-in kinds name their group and version only where those are not the ones they are listed under. */
function responseKind(
  resource: Resource,
  listedGroup: string,
  listedVersion: string,
) {
  const { group, version, kind, custom } = resource;
  return custom || group !== listedGroup || version !== listedVersion
    ? { group, version, kind }
    : { group: '', version: '', kind };
}

function subresources(
  resources: readonly Resource[],
  parent: string,
  listedGroup: string,
  listedVersion: string,
) {
  const below = resources.filter(({ name }) => name.startsWith(`${parent}/`));
  return below.length === 0
    ? {}
    : {
        subresources: below.map(resource => ({
          subresource: resource.name.slice(parent.length + 1),
          responseKind: responseKind(resource, listedGroup, listedVersion),
          verbs: resource.verbs,
        })),
      };
}
