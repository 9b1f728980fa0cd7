/** What follows from connections: blast radii, and which namespaces reach which. */
import type { ConnectionCaveat, PortRange, WorkloadRef } from './connections';

/** Where somebody can go who takes over one of an entity's workloads. */
export interface WorkloadBlastRadius {
  cluster: string;
  workload: WorkloadRef;
  entityRef?: string;
  title?: string;
  owner?: string;
  /** Workloads reached directly, and in any number of hops, for certain. */
  direct: number;
  total: number;
  /** How many more if everything that nobody can tell of is open. */
  possible: number;
  /** All workloads of the cluster but this one. */
  outOf: number;
  /** Whether some address outside is reached. */
  outside: boolean;
}

export interface ReachedWorkload {
  workload: WorkloadRef;
  entityRef?: string;
  title?: string;
  /** 1: reached directly. */
  hops: number;
  via: WorkloadRef;
  ports: PortRange[];
  certain: boolean;
}

export interface EntityBlastRadius {
  items: (WorkloadBlastRadius & {
    /** By hops; at most 200. */
    reached: ReachedWorkload[];
  })[];
  /** As of connections. */
  caveats: ConnectionCaveat[];
  evaluatedAt?: string;
}

export interface BlastRadiusQuery {
  cluster?: string;
  search?: string;
  offset?: number;
  /** At most 100; 20 if omitted. */
  limit?: number;
}

/** The widest first. */
export interface BlastRadiusList {
  items: WorkloadBlastRadius[];
  totalCount: number;
  /** As of connections, for the clusters of the items. */
  caveats: ConnectionCaveat[];
}

/** Which namespaces reach which, in one cluster. */
export interface NamespaceMatrix {
  cluster: string;
  /** Sorted; rows are sources, columns destinations. */
  namespaces: { name: string; workloads: number }[];
  /** Only what is not closed: indices into `namespaces`. */
  cells: NamespaceCell[];
  /** As of connections. */
  caveats: string[];
  evaluatedAt?: string;
}

export interface NamespaceCell {
  from: number;
  to: number;
  /** Pairs of workloads with some port open, out of `pairs`. */
  open: number;
  /** Pairs of which nobody can tell. */
  unknown: number;
  pairs: number;
}
