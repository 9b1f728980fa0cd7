/** What stands between a write and the store: namespaces that must exist, webhooks, defaults. Changes the objects that it is given. */
import { applyDefaults } from '../admission/defaults';
import { mountServiceAccountToken } from '../admission/serviceAccountToken';
import { ApiError, notFound } from '../api/status';
import { resourceName, ServedKind } from '../kinds/servedKind';
import { ApiObject, recordAt, stringAt } from './apiObject';
import type { ObjectStore } from './ObjectStore';
import { ServiceAddresses } from './ServiceAddresses';

const NAMESPACES = { group: '', plural: 'namespaces' };

function isPod(kind: ServedKind): boolean {
  return kind.group === '' && kind.kind === 'Pod';
}

/** A Service that is written without its addresses keeps those it has. */
export function keepAddresses(
  kind: ServedKind,
  previous: ApiObject,
  object: ApiObject,
): void {
  const spec = recordAt(object, 'spec');
  const before = recordAt(previous, 'spec');
  if (kind.group !== '' || kind.kind !== 'Service' || !spec || !before) {
    return;
  }
  for (const field of ['clusterIP', 'clusterIPs']) {
    spec[field] ??= before[field];
  }
}

export class Admission {
  readonly #store: ObjectStore;
  readonly #mutatePod: (pod: ApiObject) => void;
  readonly #addresses = new ServiceAddresses();

  /** `mutatePod` is what webhooks do to a pod that is created. */
  static create(
    store: ObjectStore,
    mutatePod: (pod: ApiObject) => void,
  ): Admission {
    return new Admission(store, mutatePod);
  }

  private constructor(store: ObjectStore, mutatePod: (pod: ApiObject) => void) {
    this.#store = store;
    this.#mutatePod = mutatePod;
  }

  /** What happens to an object only when it is created. */
  mutate(kind: ServedKind, object: ApiObject): void {
    if (isPod(kind)) {
      this.#checkServiceAccount(object);
      this.#mutatePod(object);
    }
  }

  /** Throws where the namespace of a new object is not there, or is going. */
  checkNamespace(kind: ServedKind, object: ApiObject): void {
    const { namespace } = object.metadata;
    if (!namespace) {
      return;
    }
    const found = this.#store.get('namespaces', undefined, namespace);
    if (!found) {
      throw notFound(NAMESPACES, namespace);
    }
    if (found.metadata.deletionTimestamp) {
      throw new ApiError(
        403,
        'Forbidden',
        `${resourceName(kind)} "${
          object.metadata.name
        }" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
        { name: object.metadata.name, kind: kind.plural },
      );
    }
  }

  #checkServiceAccount({ metadata, spec }: ApiObject): void {
    const name =
      stringAt(spec, 'serviceAccountName') ||
      stringAt(spec, 'serviceAccount') ||
      'default';
    if (!this.#store.get('serviceaccounts', metadata.namespace, name)) {
      throw new ApiError(
        403,
        'Forbidden',
        `pods "${
          metadata.generateName ?? metadata.name
        }" is forbidden: error looking up service account ${
          metadata.namespace
        }/${name}: serviceaccount "${name}" not found`,
        { name: metadata.name, kind: 'pods' },
      );
    }
  }

  /** Fills in defaults, addresses and the token of a pod's account. */
  complete(kind: ServedKind, object: ApiObject): void {
    applyDefaults(kind, object, this.#addresses);
    if (isPod(kind)) {
      const { namespace } = object.metadata;
      const name = String(recordAt(object, 'spec')?.serviceAccountName);
      mountServiceAccountToken(
        object,
        this.#store.get('serviceaccounts', namespace, name),
      );
      object.status ??= { phase: 'Pending', qosClass: 'BestEffort' };
    }
  }
}
