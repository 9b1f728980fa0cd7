/** A running cluster: its store, controllers and server, and the ways to change it and to make it fail. */
import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import {
  groupOf,
  KubernetesObject,
  ObjectReference,
} from '@backstage-zero-trust/posture-engine';
import { decodeObject } from '../admission/decode';
import type { ApiServer, RequestLogEntry } from '../api/ApiServer';
import { jsonPatch, mergePatch } from '../api/patches';
import type { Watches } from '../api/watches';
import type { Controllers } from '../controllers/Controllers';
import { cutBy } from '../faults/cutBy';
import type { Fault } from '../faults/fault';
import type { FaultInjector } from '../faults/FaultInjector';
import type { KindRegistry } from '../kinds/KindRegistry';
import { resourceName, ServedKind } from '../kinds/servedKind';
import { ApiObject, recordAt } from '../store/apiObject';
import type { PatchContent } from '../scenarios/scenario';
import type { Change } from '../store/writes';
import type { ObjectService } from '../store/ObjectService';
import type { ObjectStore } from '../store/ObjectStore';
import { assembleCluster } from './assembleCluster';
import { ClusterDefinition, readClusterDefinition } from './clusterDefinition';
import { InputError, LocatedObject, readClusterFolder } from './folder';
import { kubeconfig } from './kubeconfig';
import { seedCluster } from './seed';

export interface DemoClusterOptions extends Partial<ClusterDefinition> {
  /** Default: the folder's name. */
  name?: string;
  /** A folder as README.md describes it. */
  folder?: string;
  /** Objects beside those of the folder; they need their Namespace too. */
  objects?: readonly KubernetesObject[];
  /** Default: a free port. */
  port?: number;
  /** Hears every change, whoever makes it. */
  onChange?: (change: Change) => void;
}

export type TokenOwner = 'admin' | 'reader';

const DEMO_USER = 'demo';

/** Ends a fault that was begun. */
export type EndFault = () => Promise<void>;

export class DemoCluster {
  readonly name: string;
  readonly definition: ClusterDefinition;
  /** May do everything. */
  readonly adminToken = randomBytes(24).toString('base64url');
  /** May get, list and watch everything that the definition does not forbid. */
  readonly readerToken = randomBytes(24).toString('base64url');
  readonly #store: ObjectStore;
  readonly #kinds: KindRegistry;
  readonly #objects: ObjectService;
  readonly #controllers: Controllers;
  readonly #faults: FaultInjector;
  readonly #watches: Watches;
  readonly #server: ApiServer;
  #url = '';

  /** Throws an InputError that names file, document and field where the input cannot be served. */
  static async start(options: DemoClusterOptions): Promise<DemoCluster> {
    const {
      name,
      folder,
      objects = [],
      port,
      onChange = () => {},
      ...own
    } = options;
    const read = folder === undefined ? undefined : readClusterFolder(folder);
    const definition = readClusterDefinition({ ...read?.definition, ...own });
    const cluster = new DemoCluster(
      checkName(name ?? basename(folder ?? 'demo')),
      definition,
      onChange,
    );
    const given = objects.map((object, index) => ({
      file: 'objects',
      document: index + 1,
      object,
    }));
    cluster.#fill([...(read?.objects ?? []), ...given]);
    await cluster.#listen(port);
    return cluster;
  }

  private constructor(
    name: string,
    definition: ClusterDefinition,
    onChange: (change: Change) => void,
  ) {
    this.name = name;
    this.definition = definition;
    const parts = assembleCluster({
      name,
      definition,
      tokens: { admin: this.adminToken, reader: this.readerToken },
      onChange,
    });
    this.#store = parts.store;
    this.#kinds = parts.kinds;
    this.#objects = parts.objects;
    this.#controllers = parts.controllers;
    this.#faults = parts.faults;
    this.#watches = parts.watches;
    this.#server = parts.server;
  }

  /** `http://127.0.0.1:PORT`; of a cluster that is down, a port where nothing listens. */
  get url(): string {
    return this.#url;
  }

  /** The latest requests, oldest first. */
  get requests(): readonly RequestLogEntry[] {
    return this.#server.log;
  }

  /** How many watches are open. */
  get openWatches(): number {
    return this.#watches.count;
  }

  /** How many objects it holds. */
  get objectCount(): number {
    return this.#kinds
      .all()
      .reduce(
        (sum, kind) => sum + this.#store.list(resourceName(kind)).length,
        0,
      );
  }

  get faults(): Fault[] {
    return this.#faults.all();
  }

  /** Whether its port answers. */
  get isUp(): boolean {
    return !this.definition.down && this.#faults.active('down').length === 0;
  }

  kubeconfig(account: TokenOwner = 'reader'): string {
    return kubeconfig([this], account);
  }

  tokenOf(account: TokenOwner): string {
    return account === 'admin' ? this.adminToken : this.readerToken;
  }

  serves(apiVersion: string, kind: string): boolean {
    return this.#kinds.ofManifest(apiVersion, kind) !== undefined;
  }

  /** An object as the cluster holds it, or undefined. */
  get(reference: ObjectReference): ApiObject | undefined {
    const kind = this.#kindOf(reference);
    return this.#store.get(
      resourceName(kind),
      namespaceOf(kind, reference.namespace),
      reference.name,
    );
  }

  /**
   * Creates the object, or replaces it where it exists. With a `uid` or
   * `status` of its own it is taken as a backup is restored. The pods that it
   * asks for are there when this returns.
   */
  apply(object: KubernetesObject): ApiObject {
    const kind = this.#kindOf(object);
    const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
    const input = decodeObject(object, { kind, version });
    const { namespace, name, uid } = input.metadata;
    const existing = this.#store.get(
      resourceName(kind),
      namespaceOf(kind, namespace),
      name,
    );
    const restored =
      existing !== undefined ||
      uid !== undefined ||
      (kind.status && recordAt(input, 'status') !== undefined);
    const result = restored
      ? this.#objects.restore(kind, input, {
          user: DEMO_USER,
          verb: existing ? 'update' : 'create',
        })
      : this.#objects.create(kind, input, { user: DEMO_USER });
    this.#controllers.settle();
    return result;
  }

  /** Changes an object that must exist, by a JSON merge patch or a JSON patch. */
  patch(reference: ObjectReference, content: PatchContent): ApiObject {
    const kind = this.#kindOf(reference);
    const current = this.#objects.get(
      kind,
      namespaceOf(kind, reference.namespace),
      reference.name,
    );
    const body =
      'merge' in content
        ? mergePatch(current, content.merge)
        : jsonPatch(current, content.json);
    const input = decodeObject(body, {
      kind,
      version: kind.versions[0],
      ...(kind.namespaced ? { namespace: current.metadata.namespace } : {}),
      name: reference.name,
    });
    const result = this.#objects.update(kind, input, {
      user: DEMO_USER,
      verb: 'patch',
    });
    this.#controllers.settle();
    return result;
  }

  /** Deletes an object and what it owns; throws where it is not there. */
  delete(reference: ObjectReference): ApiObject {
    const kind = this.#kindOf(reference);
    const removed = this.#objects.delete(
      kind,
      namespaceOf(kind, reference.namespace),
      reference.name,
      { user: DEMO_USER },
    );
    this.#controllers.settle();
    return removed;
  }

  /** Makes the server misbehave until the returned function is called. */
  async fault(fault: Fault): Promise<EndFault> {
    if (fault.type === 'expired') {
      this.#store.compact();
      return async () => {};
    }
    const once = fault.type === 'cut-watch' && fault.milliseconds === undefined;
    if (!once) {
      this.#faults.begin(fault);
    }
    cutBy(fault, this.#watches);
    if (fault.type === 'down') {
      await this.#server.close();
    }
    return () => this.#endFault(fault);
  }

  async clearFaults(): Promise<void> {
    for (const fault of this.#faults.all()) {
      await this.#endFault(fault);
    }
  }

  /** Ends every connection and listens no more. */
  async stop(): Promise<void> {
    this.#controllers.stop();
    await this.#server.close();
  }

  async #endFault(fault: Fault): Promise<void> {
    const wasUp = this.isUp;
    this.#faults.end(fault);
    if (!wasUp && this.isUp) {
      await this.#server.listen();
    }
  }

  #fill(content: readonly LocatedObject[]): void {
    seedCluster({
      name: this.name,
      definition: this.definition,
      kinds: this.#kinds,
      objects: this.#objects,
      content,
    });
    this.#controllers.keepPresentPods();
    this.#controllers.settle();
    // What was before the start is not history that a client may ask for.
    this.#store.compact();
  }

  async #listen(port: number | undefined): Promise<void> {
    this.#url = await this.#server.listen(port);
    if (!this.isUp) {
      await this.#server.close();
    }
  }

  #kindOf({
    apiVersion,
    kind,
  }: {
    apiVersion: string;
    kind: string;
  }): ServedKind {
    const served = this.#kinds.ofManifest(apiVersion, kind);
    if (!served) {
      throw new Error(
        `cluster ${this.name} does not serve ${kind} in ${
          groupOf(apiVersion) || 'the core group'
        } (${apiVersion})`,
      );
    }
    return served;
  }
}

function namespaceOf(kind: ServedKind, namespace: string | undefined) {
  return kind.namespaced ? namespace ?? 'default' : undefined;
}

/** Names of nodes, contexts and configuration are made of it. */
function checkName(name: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/.test(name)) {
    throw new InputError([
      {
        file: name,
        document: 1,
        field: '',
        message:
          'the name of a cluster, as that of its folder, is of lower case letters, digits and "-"',
      },
    ]);
  }
  return name;
}
