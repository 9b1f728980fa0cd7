/** What of the whole cluster bears on what every pod's own policies come to. */
import type { ClusterSnapshot, Resource, Service } from '../snapshot';
import { restOfCalico } from './calico';
import { apiServersOf, namesSomeService } from './cilium';
import { ClusterNetwork, Cni, cniOf, networkOf } from './cni';
import { connectionsOf } from './connections';

export interface NetworkFacts {
  network: ClusterNetwork;
  cni: Cni;
  apiServers?: readonly string[];
  /** Where the pods are that nobody thought of. */
  strangersPlace: string;
  /** Which decide themselves by their settings, and are named as evidence. */
  configurations: readonly Resource<'ConfigMap'>[];
  /** Those that rules may name, wherever they are. */
  services: readonly Service[];
  /** Of the namespaces that hold network sets, whose sets rules select by them. */
  labelsOfSets: readonly Readonly<Record<string, string>>[];
}

/** For `Control.facts`, of controls that ask only what is said of the subject's own side. */
export function networkFactsOf(snapshot: ClusterSnapshot): NetworkFacts {
  const apiServers = apiServersOf(snapshot);
  return {
    network: snapshot.derive(networkOf),
    cni: snapshot.derive(cniOf),
    ...(apiServers ? { apiServers } : {}),
    strangersPlace: snapshot.derive(connectionsOf).universe.strangersPlace,
    configurations: snapshot
      .all('ConfigMap')
      .filter(({ metadata }) => metadata.name === 'cilium-config'),
    services:
      namesSomeService(snapshot) || restOfCalico(snapshot).includes('Service')
        ? snapshot.all('Service')
        : [],
    labelsOfSets: [
      ...snapshot.namespacesOf([
        'NetworkSet.projectcalico.org',
        'NetworkSet.crd.projectcalico.org',
      ]),
    ]
      .sort()
      .map(namespace => snapshot.namespaceLabels(namespace)),
  };
}
