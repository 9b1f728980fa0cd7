/**
 * All controllers of a cluster behind one queue: a change makes what it
 * concerns due, and settling works the queue off until nothing is.
 */
import { isAmbient, withEnrolment } from '../admission/ambientEnrolment';
import { ApiObject, keyOf, stringAt } from '../store/apiObject';
import type { StoreChange } from '../store/ObjectStore';
import { ControllerContext, kindOf } from './context';
import { reconcileDeployment } from './deploymentController';
import { Kubelet } from './Kubelet';
import { reconcileNamespace } from './namespaceController';
import { POD_MAKERS, reconcilePods } from './podController';

interface Due {
  resource: string;
  namespace?: string;
  name: string;
}

const DEPLOYMENTS = 'deployments.apps';
const WORKLOADS = new Set([DEPLOYMENTS, ...Object.keys(POD_MAKERS)]);
/** More rounds than this mean that two controllers undo each other's work. */
const MOST_ROUNDS = 100_000;
const CNI_AGENT = 'system:serviceaccount:istio-system:istio-cni';

export class Controllers {
  readonly #context: ControllerContext;
  readonly #kubelet: Kubelet;
  readonly #due = new Map<string, Due>();
  /** What could not be done; tried again when an account or a namespace appears. */
  readonly #failed = new Map<string, Due>();
  /** Workloads that came with their pods, by uid, until their own generation changes. */
  readonly #kept = new Map<string, number | undefined>();
  #scheduled = false;
  #stopped = false;

  static create(context: ControllerContext): Controllers {
    const controllers = new Controllers(context);
    context.store.subscribe(change => controllers.#see(change));
    return controllers;
  }

  private constructor(context: ControllerContext) {
    this.#context = context;
    this.#kubelet = Kubelet.create(context);
  }

  /** Leaves the pods of workloads that have some as they are. */
  keepPresentPods(): void {
    const { store, garbage } = this.#context;
    for (const resource of WORKLOADS) {
      const below = resource === DEPLOYMENTS ? 'replicasets.apps' : 'pods';
      for (const { metadata } of store.list(resource)) {
        if (garbage.dependentsOf(metadata.uid, below).length > 0) {
          this.#kept.set(metadata.uid ?? '', metadata.generation);
        }
      }
    }
  }

  /** Works the queue off soon, after the present request. */
  schedule(): void {
    if (!this.#scheduled && !this.#stopped) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        if (!this.#stopped) {
          this.settle();
        }
      });
    }
  }

  /** Works the queue off. */
  settle(): void {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const [next] = this.#due;
      if (next) {
        this.#due.delete(next[0]);
        this.#attempt(next[1]);
      } else if (!this.#context.garbage.collect()) {
        return;
      }
    }
    throw new Error('the controllers do not settle');
  }

  stop(): void {
    this.#stopped = true;
  }

  /** What a controller cannot do, it tries again later; the rest goes on. */
  #attempt(due: Due): void {
    try {
      this.#reconcile(due);
    } catch {
      this.#failed.set(dueKey(due), due);
    }
  }

  #reconcile(due: Due): void {
    const { store } = this.#context;
    const { resource, namespace, name } = due;
    if (resource === 'namespaces') {
      reconcileNamespace(this.#context, name);
      return;
    }
    const object = store.get(resource, namespace, name);
    if (!object || object.metadata.deletionTimestamp) {
      return;
    }
    if (resource === 'pods') {
      this.#kubelet.run(namespace, name);
      this.#enrol(namespace, name);
      return;
    }
    const { uid = '', generation } = object.metadata;
    if (this.#kept.has(uid)) {
      if (this.#kept.get(uid) === generation) {
        return;
      }
      this.#kept.delete(uid);
    }
    if (resource === DEPLOYMENTS) {
      reconcileDeployment(this.#context, object);
    } else if (reconcilePods(this.#context, resource, object) !== undefined) {
      this.#failed.set(dueKey(due), due);
    }
  }

  #enrol(namespace: string | undefined, name: string): void {
    const { store, kinds, objects, dataPlane } = this.#context;
    const pod = store.get('pods', namespace, name);
    if (dataPlane !== 'ambient' || !pod) {
      return;
    }
    const enrolled = isAmbient(
      store.get('namespaces', undefined, namespace ?? ''),
      pod,
    );
    const changed = withEnrolment(pod, enrolled);
    if (changed) {
      objects.update(kindOf(kinds, 'pods'), changed, { user: CNI_AGENT });
    }
  }

  #see({ resource, type, object, previous }: StoreChange): void {
    const { namespace, name } = object.metadata;
    if (resource === 'namespaces') {
      this.#later({ resource, name });
      this.#retryFailed();
      if (previous) {
        this.#podsOf(name);
      }
    } else if (resource === 'nodes') {
      this.#all('daemonsets.apps');
      this.#all('pods');
    } else if (resource === 'serviceaccounts' && type !== 'MODIFIED') {
      this.#later({ resource: 'namespaces', name: namespace ?? '' });
      this.#retryFailed();
    } else if (resource === 'pods') {
      if (type !== 'DELETED') {
        this.#later({ resource, namespace, name });
      }
      this.#ownersOf(object);
    } else if (WORKLOADS.has(resource)) {
      if (type === 'DELETED') {
        this.#kept.delete(object.metadata.uid ?? '');
      } else {
        this.#later({ resource, namespace, name });
      }
      this.#ownersOf(object);
    }
    this.schedule();
  }

  #later(due: Due): void {
    this.#due.set(dueKey(due), due);
  }

  #retryFailed(): void {
    for (const due of this.#failed.values()) {
      this.#later(due);
    }
    this.#failed.clear();
  }

  #all(resource: string): void {
    for (const { metadata } of this.#context.store.list(resource)) {
      this.#later({
        resource,
        namespace: metadata.namespace,
        name: metadata.name,
      });
    }
  }

  #podsOf(namespace: string): void {
    for (const pod of this.#context.store.list('pods')) {
      if (
        pod.metadata.namespace === namespace &&
        stringAt(pod, 'status', 'phase')
      ) {
        this.#later({ resource: 'pods', namespace, name: pod.metadata.name });
      }
    }
  }

  #ownersOf({ metadata }: ApiObject): void {
    for (const owner of metadata.ownerReferences ?? []) {
      const kind = this.#context.kinds.ofManifest(owner.apiVersion, owner.kind);
      const resource =
        kind &&
        (kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`);
      if (resource && WORKLOADS.has(resource)) {
        this.#later({
          resource,
          namespace: metadata.namespace,
          name: owner.name,
        });
      }
    }
  }
}

function dueKey({ resource, namespace, name }: Due): string {
  return `${resource}/${keyOf(namespace, name)}`;
}
