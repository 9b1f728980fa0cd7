/** Which policies have a say about a pod, in the order in which the network asks them. */
import type { ObjectReference } from '../snapshot';
import type { Connections } from './Connections';
import { DIRECTIONS, Direction, Effect, rulesOf } from './tier';
import type { PodClass } from './endpointClasses';

export interface SelectingPolicy {
  /** What people call its kind, such as `network-policy`. */
  layer: string;
  object: ObjectReference;
  direction: Direction;
  /** Whether it shuts what no rule opens. */
  isolates: boolean;
  /** What its rules do, each once, in their order. */
  effects: readonly Effect[];
}

export interface SelectingPolicies {
  policies: readonly SelectingPolicy[];
  /** What could not be seen or evaluated, so that others may have a say too. Sentences without a full stop. */
  unknown: readonly string[];
}

export function selectingPolicies(
  connections: Connections,
  pod: PodClass,
): SelectingPolicies {
  const found = new Map<string, SelectingPolicy & { effects: Effect[] }>();
  const unknown = new Set<string>();
  const entryOf = (
    layer: string,
    object: ObjectReference,
    direction: Direction,
  ) => {
    const key = JSON.stringify([layer, object, direction]);
    const entry = found.get(key) ?? {
      layer,
      object,
      direction,
      isolates: false,
      effects: [],
    };
    found.set(key, entry);
    return entry;
  };
  for (const direction of DIRECTIONS) {
    for (const answer of connections.answers(pod, direction)) {
      for (const { decidedBy, effect, reason } of rulesOf(answer)) {
        if (!decidedBy) {
          unknown.add(reason ?? 'nobody can tell');
        } else if (isPolicy(decidedBy.object)) {
          const { layer, object } = decidedBy;
          const { effects } = entryOf(layer, object, direction);
          if (!effects.includes(effect)) {
            effects.push(effect);
          }
        }
      }
      for (const { layer, object } of answer.otherwise.effect === 'deny'
        ? answer.otherwise.decidedBy
        : []) {
        if (isPolicy(object)) {
          entryOf(layer, object, direction).isolates = true;
        }
      }
    }
  }
  return { policies: [...found.values()], unknown: [...unknown] };
}

/** Settings of the network decide too, and select nobody. */
function isPolicy({ kind }: ObjectReference): boolean {
  return kind !== 'ConfigMap';
}
