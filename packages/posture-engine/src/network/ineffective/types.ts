/** What is said of a policy that does nothing, and what each kind of policy must tell so that it can be said. */
import type { ClassSet, Direction, PodClass } from '../../decisions';
import type { ObjectReference } from '../../snapshot';

/** One field of one object. */
export interface FieldReference {
  object: ObjectReference;
  field: string;
}

/** A policy, or a part of one, that changes nothing today. */
export interface IneffectivePolicy extends FieldReference {
  /** `spec` for a whole policy, else the part, such as `spec.ingress[1]` or `spec.ingress[1].from[0]`. */
  field: string;
  /** In a sentence, with the objects that make it so. */
  because: string;
  /** The fields that make it so, its own or those of others; none where it follows from what somebody stated. */
  provenBy: readonly FieldReference[];
}

/** Why something never has an effect, whatever the pods are. */
export interface Reason {
  field: string;
  because: string;
  /** Its own field if left out. */
  provenBy?: readonly FieldReference[];
}

/** One item of a rule's list of peers. */
export interface PeerInQuestion {
  field: string;
  classes: ClassSet;
  /** Why it names nobody, if it does. */
  because: string;
}

export interface RuleInQuestion {
  direction: Direction;
  /** As the tiers write it into what they decide. */
  field: string;
  /** Empty where everybody is meant, or items cannot be told apart. */
  peers: readonly PeerInQuestion[];
  /** Names of ports that it asks for, and by which a pod may have none. */
  namedPorts: readonly { field: string; name: string }[];
  /** Whether numbers stand beside the names, or no ports are asked for at all. */
  hasOtherPorts: boolean;
  /** What is known of it without the decisions. */
  known?: 'effective' | Reason;
  /** Why no tier ever came to it, where that has a reason of its own. */
  whenUnused?: () => Reason;
}

export interface PolicyInQuestion {
  object: ObjectReference;
  /** The spec, if not `spec`. */
  path?: string;
  /** Why nothing of it counts. */
  never?: Reason;
  /** Parts without an effect beside those that rules are judged by. */
  idle: readonly Reason[];
  /** Whether it is for a pod on a network of its own. */
  selects(pod: PodClass): boolean;
  /** Whether it may also be for what is no pod. */
  selectsOthers: boolean;
  /** The field that says whom it selects. */
  subjectField: string;
  /** Throws as `matchesSelector` does, where a rule has a selector that nobody can evaluate. */
  rules(): readonly RuleInQuestion[];
}
