/** What the detectors of NW-2 say, and what they look at. */
import type { Direction, PodClass } from '../../../decisions';
import type {
  CiliumText,
  CiliumTextsOfPod,
} from '../../../network/ciliumTexts';
import type { CiliumView } from '../../../network/ciliumView';
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  referenceTo,
  valueAt,
} from '../../../snapshot';
import type { Evidence, Severity, Witness } from '../../control';

/** A policy that does something else for a workload than it says. */
export interface Deception {
  severity: Severity;
  message: string;
  because: string;
  evidence: Evidence[];
  witness?: Witness;
  fix: string;
  /** It would not be one where the agent shuts every pod (`enable-policy: always`). */
  unlessAlways?: true;
}

export interface Selected {
  workload: Workload;
  /** The workload's. */
  name: string;
  pod: PodView;
  podClass: PodClass;
  texts: CiliumTextsOfPod;
  view: CiliumView;
  snapshot: ClusterSnapshot;
}

export type Detector = (selected: Selected) => Deception[];

/** `CiliumNetworkPolicy shop/orders`. */
export function describeText({ policy }: Pick<CiliumText, 'policy'>): string {
  return describeObject(referenceTo(policy));
}

export function fieldOfText(
  { policy }: Pick<CiliumText, 'policy'>,
  field: string,
): Evidence {
  return {
    object: referenceTo(policy),
    field,
    value: valueAt(policy, field) ?? null,
  };
}

/** What is open in a direction, as a witness. */
export function anybody(name: string, direction: Direction): Witness {
  return direction === 'ingress'
    ? { from: 'any pod in the cluster', to: name, port: null }
    : { from: name, to: 'any address', port: null };
}
