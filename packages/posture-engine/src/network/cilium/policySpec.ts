/** What all policies that Cilium enforces are to it: one shape for NetworkPolicy, CiliumNetworkPolicy and its cluster-wide form. */
import type {
  Condition,
  Direction,
  Protocol,
  RequestTest,
} from '../../decisions';
import type { LabelSelector, ObjectReference } from '../../snapshot';
import type { PeerSelector } from './selectors';

export type CiliumLayer =
  | 'network-policy'
  | 'cilium-network-policy'
  | 'cilium-clusterwide-network-policy';

/** One spec of one object. */
export interface PolicySpec {
  /** Unlike that of any other spec. */
  key: string;
  layer: CiliumLayer;
  object: ObjectReference;
  /** The only namespace it holds in. */
  namespace?: string;
  /** Over the labels of identities. */
  subject: LabelSelector;
  /** It is for nodes, of which pods see nothing. */
  forNodes: boolean;
  directions: Readonly<Record<Direction, DirectionSpec>>;
}

export interface DirectionSpec {
  rules: readonly PolicyRuleSpec[];
  /** The field that shuts what no rule opens; absent where nothing does. */
  defaultDeny?: string;
}

export interface PolicyRuleSpec {
  effect: 'allow' | 'deny';
  /** Path from the object's root. */
  field: string;
  peers: readonly PeerTerm[];
  /** Absent: every port of every protocol. */
  ports?: readonly PortTerm[];
  /** What must hold above ports and addresses. */
  layer7?: Layer7;
}

export type PeerTerm =
  | { kind: 'everyone' }
  | ({ kind: 'labels' } & PeerSelector)
  | { kind: 'entity'; entity: string }
  | { kind: 'block'; cidr: string; except: readonly string[] }
  /** Addresses that only DNS answers tell. */
  | { kind: 'names'; conditions: readonly Condition[] }
  /** Somebody, and nobody here can tell who. */
  | {
      kind: 'undecided';
      among: 'anyone' | 'outside' | 'nodes';
      reason: string;
    };

export interface PortTerm {
  protocols: readonly Protocol[];
  /** 0 is every port; a name is in lower case. */
  port: number | string;
  endPort?: number;
}

export interface Layer7 {
  /** What a proxy takes the connection for, such as `HTTP request`; absent where none stands in the way. */
  proxied?: string;
  /** One must hold; none: whatever the proxy understands. */
  conditions: readonly Condition[];
  /** How HTTP requests meet them, at least one; absent where they say nothing of the conditions. */
  requests?: readonly RequestTest[];
}

/** A policy that Cilium does not take, so that nothing of it holds. */
export interface RefusedPolicy {
  object: ObjectReference;
  field: string;
  reason: string;
}
