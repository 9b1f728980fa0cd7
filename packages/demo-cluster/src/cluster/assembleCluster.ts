/** Puts the parts of a cluster together. */
import { getsSidecar, injectSidecar } from '../admission/sidecarInjection';
import { ApiServer } from '../api/ApiServer';
import { Authenticator } from '../api/authentication';
import { Authorizer } from '../api/authorization';
import { Discovery } from '../api/discovery';
import { ResourceApi } from '../api/ResourceApi';
import { Reviews } from '../api/reviews';
import { Watches } from '../api/watches';
import { Controllers } from '../controllers/Controllers';
import { GarbageCollector } from '../controllers/GarbageCollector';
import { FaultInjector } from '../faults/FaultInjector';
import { KindRegistry } from '../kinds/KindRegistry';
import type { ApiObject } from '../store/apiObject';
import { ObjectService } from '../store/ObjectService';
import { ObjectStore } from '../store/ObjectStore';
import type { Change } from '../store/writes';
import type { ClusterDefinition } from './clusterDefinition';

export interface ClusterParts {
  store: ObjectStore;
  kinds: KindRegistry;
  objects: ObjectService;
  controllers: Controllers;
  faults: FaultInjector;
  watches: Watches;
  server: ApiServer;
}

export interface AssembleClusterOptions {
  name: string;
  definition: ClusterDefinition;
  tokens: { admin: string; reader: string };
  onChange: (change: Change) => void;
}

export function assembleCluster(options: AssembleClusterOptions): ClusterParts {
  const { name, definition, tokens, onChange } = options;
  const store = new ObjectStore();
  const kinds = KindRegistry.create(store);
  const faults = new FaultInjector();
  const watches = Watches.create(store);
  const objects = ObjectService.create({
    store,
    seed: name,
    mutatePod: injectionOf(store, definition),
    onChange,
  });
  const garbage = GarbageCollector.create({ store, kinds, objects });
  const { dataPlane, forbidden, kubernetesVersion } = definition;
  const controllers = Controllers.create({
    store,
    kinds,
    objects,
    garbage,
    dataPlane,
  });
  const authorizer = Authorizer.create({ kinds, forbidden, faults });
  const server = ApiServer.create({
    kubernetesVersion,
    authenticator: Authenticator.create(tokens),
    authorizer,
    discovery: Discovery.create(kinds),
    faults,
    kinds,
    resources: ResourceApi.create({ store, objects, garbage }),
    reviews: Reviews.create({ authorizer, kinds }),
    watches,
  });
  return { store, kinds, objects, controllers, faults, watches, server };
}

/** Istio's injection webhook, where the cluster has a mesh. */
function injectionOf(
  store: ObjectStore,
  { dataPlane, nativeSidecars }: ClusterDefinition,
): (pod: ApiObject) => void {
  return pod => {
    const name = pod.metadata.namespace ?? '';
    const namespace = store.get('namespaces', undefined, name);
    if (dataPlane !== 'none' && getsSidecar(namespace, pod)) {
      injectSidecar(pod, nativeSidecars);
    }
  };
}
