/** What a control is, and what it may answer. */
import {
  ClusterSnapshot,
  JsonValue,
  KindName,
  KubernetesObject,
  MissingAccess,
  ObjectReference,
  Workload,
} from '../snapshot';

/** The parts of zero trust that controls belong to, in the order people read them. */
export const PILLARS = [
  'identity',
  'authentication',
  'authorization',
  'network',
  'secrets',
  'workload',
  'policy',
  'monitoring',
  'edge',
] as const;
export type Pillar = (typeof PILLARS)[number];

/** From worst to least. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const VERDICTS = [
  'fail',
  'unknown',
  'exempt',
  'pass',
  'not-applicable',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** How real a control is, from nothing to seen at work. */
export const ENFORCEMENTS = [
  'absent',
  'declared',
  'loaded',
  'enforced',
  'observed',
] as const;
export type Enforcement = (typeof ENFORCEMENTS)[number];

/** One field of one object that a verdict rests on. */
export interface Evidence {
  object: ObjectReference;
  /** Path from the object's root, such as `spec.mtls.mode`; '' for the object as a whole. */
  field: string;
  /** Null where the field is absent, and its absence is the point. */
  value: JsonValue;
}

/** A concrete way in that a failure leaves open: somebody, somewhere, somehow. */
export interface Witness {
  from: string;
  to: string;
  /** Null: any port that nothing names. */
  port?: number | null;
  protocol?: string;
  transport?: 'mtls' | 'plaintext';
  /** What the caller can do, such as a method and path or a node's files. */
  action?: string;
}

/** What to do about a failure. */
export interface Fix {
  /** One or two sentences that say what to change and what it costs. */
  summary: string;
  /** Objects to add, where the repair can be said as whole objects. */
  objects?: KubernetesObject[];
  /** Fields to set in objects that are there. */
  edits?: Edit[];
}

/** One field of an object that is there. */
export interface Edit {
  object: ObjectReference;
  /** Path from the object's root, as evidence has it; what is missing on the way is made. */
  field: string;
  /** Left out to take the field away. */
  value?: JsonValue;
}

interface JudgementBase {
  /** For controls of scope `port`: the container port; null stands for all ports that nothing names. */
  port?: number | null;
  /** A sentence about consequences, with real names, that stands without a manual. */
  message: string;
  evidence: Evidence[];
  /** Defaults to the control's own; a finding may be worse or milder than its control in general. */
  severity?: Severity;
  enforcement?: Enforcement;
}

/** The answer of a control for one subject. A failure says what to do; the judge adds what all findings share. */
export type Judgement =
  | (JudgementBase & { verdict: 'pass' })
  | (JudgementBase & {
      verdict: 'fail';
      /** Which object and field, in a sentence. */
      because?: string;
      witness?: Witness;
      fix: Fix;
    })
  | (JudgementBase & {
      verdict: 'unknown';
      /** The rights that somebody would have to grant. */
      missing?: MissingAccess[];
    })
  | (JudgementBase & { verdict: 'not-applicable' });

/**
 * A kind that must have been seen for a verdict to be possible, and where:
 * in the subject's namespace, in the mesh's root namespace too, in the
 * namespace of Istio's control plane (nothing is needed there where MeshConfig
 * was stated), or everywhere. Of Namespaces the one in the subject's namespace
 * is that of the name.
 */
export interface Need {
  kind: KindName;
  in: 'namespace' | 'mesh' | 'control-plane' | 'cluster';
  /** The control answers without it too, and says itself what it then cannot tell. */
  optional?: boolean;
  /** It must have been seen everywhere, but what changes in other namespaces is of no account unless it shows in `Control.facts`. */
  elsewhere?: 'facts';
}

/** A requirement of a framework that a control contributes to. */
export interface Reference {
  framework:
    | 'NIST SP 800-207'
    | 'NIST SP 800-207A'
    | 'NIST SP 800-53 r5'
    | 'CISA ZTMM v2'
    | 'CIS Kubernetes 1.12'
    | 'NSA/CISA KHG'
    | 'PCI DSS 4.0';
  requirement: string;
}

/** One question about every workload, or about every port of it. One file each; the folder is the catalogue. */
export interface Control {
  /** Such as `AN-2`: the pillar's letters and a number that never changes. */
  id: string;
  title: string;
  pillar: Pillar;
  severity: Severity;
  scope: 'workload' | 'port';
  /** What is decided, as a question that a service owner understands. */
  question: string;
  /** What a failure means for the service. */
  why: string;
  references: readonly Reference[];
  needs: readonly Need[];
  /**
   * What else of the cluster all its answers rest on, as plain data; asked as
   * `snapshot.derive(facts)`. Where it changes, every answer may.
   */
  facts?: (snapshot: ClusterSnapshot) => unknown;
  /**
   * Whether it was seen that a cluster has nothing of what the control is about,
   * so that its answers rest on the workload alone and no other need counts;
   * asked as `snapshot.derive(isIdle)`.
   */
  isIdle?: (snapshot: ClusterSnapshot) => boolean;
  /**
   * Pure. Called once per workload, after all needs were found covered; scope
   * `port` answers once per port, and with nothing where there is no port.
   */
  evaluate(workload: Workload, snapshot: ClusterSnapshot): Judgement[];
}
