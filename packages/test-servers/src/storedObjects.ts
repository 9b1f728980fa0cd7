/**
 * Objects as a cluster that has run for a while holds them: with creation times
 * of their own and a status. The API takes neither from its clients, so the API
 * server is only asked whether it would take an object, and what it would make
 * of it; that is then written where it stores objects.
 */
import { KubernetesServers } from './KubernetesServers';

export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    creationTimestamp?: string;
    [field: string]: unknown;
  };
  status?: unknown;
  [field: string]: unknown;
}

/** Where the API and etcd keep a kind. */
interface Place {
  plural: string;
  /** In etcd, below `/registry`; the API's own group and plural where left out. */
  folder?: string;
}

/** Kinds that tests store; a kind of a CustomResourceDefinition needs its plural only. */
const PLACES: Readonly<Record<string, Place>> = {
  Namespace: { plural: 'namespaces', folder: 'namespaces' },
  Pod: { plural: 'pods', folder: 'pods' },
  Service: { plural: 'services', folder: 'services/specs' },
  EndpointSlice: { plural: 'endpointslices', folder: 'endpointslices' },
  AuthorizationPolicy: { plural: 'authorizationpolicies' },
  DestinationRule: { plural: 'destinationrules' },
  Gateway: { plural: 'gateways' },
  PeerAuthentication: { plural: 'peerauthentications' },
  RequestAuthentication: { plural: 'requestauthentications' },
  ServiceEntry: { plural: 'serviceentries' },
  Sidecar: { plural: 'sidecars' },
  VirtualService: { plural: 'virtualservices' },
};

export class StoredObjects {
  /** Of a cluster without controllers, which would look after objects that they find. */
  static create(servers: KubernetesServers): StoredObjects {
    return new StoredObjects(servers);
  }

  #keys: string[] = [];

  private constructor(private readonly servers: KubernetesServers) {}

  /**
   * Puts these objects in the place of those that were stored before. Resolves
   * with what the API server made of them; those that it refuses are left out.
   * Namespaces must exist or stand first in the list.
   */
  async replace(objects: readonly StoredObject[]): Promise<StoredObject[]> {
    await this.#transaction(
      this.#keys.map(key => ({ requestDeleteRange: { key: base64(key) } })),
    );
    const admitted = await Promise.all(
      objects.map(object => this.#admit(object)),
    );
    const stored = admitted.filter(object => object !== undefined);
    this.#keys = stored.map(keyOf);
    await this.#transaction(
      stored.map(object => ({
        requestPut: {
          key: base64(keyOf(object)),
          value: base64(JSON.stringify(object)),
        },
      })),
    );
    await this.#seen(stored);
    return stored;
  }

  async #admit(object: StoredObject): Promise<StoredObject | undefined> {
    const { status, body } = await this.servers.request<StoredObject>(
      `${pathOf(object)}?dryRun=All&fieldValidation=Strict`,
      { method: 'POST', body: object },
    );
    if (status === 422) {
      return undefined;
    }
    if (status !== 201) {
      throw new Error(
        `the API server answers ${status}: ${JSON.stringify(body)}`,
      );
    }
    const { creationTimestamp } = object.metadata;
    return {
      ...body,
      metadata: {
        ...body.metadata,
        ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      },
      ...(object.status === undefined ? {} : { status: object.status }),
    };
  }

  /** The API server answers lists from memory, which follows etcd a moment later. */
  async #seen(objects: readonly StoredObject[]): Promise<void> {
    const last = new Map(
      objects.map(object => [`${object.apiVersion} ${object.kind}`, object]),
    );
    for (const object of last.values()) {
      const { name, namespace, uid } = object.metadata;
      const selector = `fieldSelector=metadata.name=${name}`;
      for (;;) {
        const { body } = await this.servers.request<{ items: StoredObject[] }>(
          `${pathOf(object)}?resourceVersion=0&${selector}`,
        );
        const found = body.items.some(
          ({ metadata }) =>
            metadata.namespace === namespace && metadata.uid === uid,
        );
        if (found) {
          break;
        }
      }
    }
  }

  /** etcd takes 128 operations at once. */
  async #transaction(operations: readonly object[]): Promise<void> {
    for (let from = 0; from < operations.length; from += 128) {
      const response = await fetch(`${this.servers.etcdUrl}/v3/kv/txn`, {
        method: 'POST',
        body: JSON.stringify({ success: operations.slice(from, from + 128) }),
      });
      if (!response.ok) {
        throw new Error(`etcd answers ${await response.text()}`);
      }
    }
  }
}

function placeOf({
  apiVersion,
  kind,
}: StoredObject): Place & { group: string } {
  const place = PLACES[kind];
  if (!place) {
    throw new Error(`nobody said where objects of kind ${kind} are stored`);
  }
  const slash = apiVersion.indexOf('/');
  return { ...place, group: slash < 0 ? '' : apiVersion.slice(0, slash) };
}

function pathOf(object: StoredObject): string {
  const { plural, group } = placeOf(object);
  const { namespace } = object.metadata;
  return [
    group === '' ? '/api' : '/apis',
    object.apiVersion,
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    plural,
  ].join('/');
}

function keyOf(object: StoredObject): string {
  const { plural, group, folder = `${group}/${plural}` } = placeOf(object);
  const { namespace, name } = object.metadata;
  return [
    '/registry',
    folder,
    ...(namespace === undefined ? [] : [namespace]),
    name,
  ].join('/');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
