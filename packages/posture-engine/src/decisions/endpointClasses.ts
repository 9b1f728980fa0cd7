/** The ends of connections as policies tell them apart: classes of pods, of addresses outside, and of nodes. */
import type { LabelSelector, PodView } from '../snapshot';
import type { AddressRange } from './addresses';
import type { PortSet } from './PortSet';

type Labels = Readonly<Record<string, string>>;

/** Pods that no policy tells apart. What is said of one holds for all. */
export interface PodClass {
  kind: 'pods';
  id: number;
  /** Of the first pod; the pods' namespaces differ only where no policy can tell. */
  namespace: string;
  namespaceLabels: Labels;
  labels: Labels;
  /** Their network is their node's: policies for pods do not select them. */
  hostNetwork: boolean;
  /** The ports behind the names that policies use. */
  namedPorts: ReadonlyMap<string, PortSet>;
  pods: readonly PodView[];
}

export interface ExternalClass {
  kind: 'external';
  id: number;
  ranges: readonly AddressRange[];
}

/**
 * Nodes as a pod sees them, in networks where policies tell a pod's own node
 * from the others. Which class a node is in depends on the pod at the other
 * end: `Universe.between` knows.
 */
export interface NodeClass {
  kind: 'node';
  id: number;
  /** The node that the pod runs on. */
  own: boolean;
  /** Whether the API server runs on it. */
  apiServer: boolean;
}

export type EndpointClass = PodClass | ExternalClass | NodeClass;

/** One end of a connection: a pod, or an address. */
export type Endpoint = PodView | string;

/** A peer of a rule by labels; a selector left out takes everything, `namespace` one namespace by its name. */
export interface PodPeer {
  namespace?: string;
  namespaceSelector?: LabelSelector;
  podSelector?: LabelSelector;
}
