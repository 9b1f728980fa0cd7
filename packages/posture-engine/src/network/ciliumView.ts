/**
 * What Cilium's policies come to for single pods, rule by rule: for whoever
 * asks not whether a connection passes, but what became of a rule.
 */
import {
  Direction,
  PodClass,
  TierRule,
  Universe,
  keyOfNamedPorts,
} from '../decisions';
import {
  CiliumPolicy,
  ClusterSnapshot,
  describeObject,
  referenceTo,
} from '../snapshot';
import { cniOf } from './cni';
import { connectionsOf } from './connections';
import {
  CILIUM_DEFAULTS,
  CiliumPolicies,
  CiliumSettings,
  CompiledRule,
  Peers,
  PolicySpec,
  RefusedPolicy,
  apiServersOf,
  ciliumConnections,
  compileRule,
  forSubject,
} from './cilium';
import { CoveringRule, coverage } from './ineffective/coverage';

/** A rule as it bears on one pod. */
export interface RuleOnPod {
  spec: PolicySpec;
  rule: CompiledRule;
}

/** What became of a rule that looks into requests. */
export type Layer7Outcome =
  | 'refuses'
  /** Nothing shuts the direction, so that what it does not name passes too. */
  | { refusesNothing: 'open' }
  /** These let every request of the same peers through. */
  | { refusesNothing: 'plain'; by: readonly CoveringRule[] }
  /** Nobody ever comes as far. */
  | { refusesNothing: 'denied'; by: readonly CoveringRule[] }
  | { refusesNothing: 'nobody' };

export class CiliumView {
  /** Use as `snapshot.derive(CiliumView.of)`. */
  static of(this: void, snapshot: ClusterSnapshot): CiliumView {
    const cni = snapshot.derive(cniOf);
    const settings = cni.name === 'cilium' ? cni.settings : CILIUM_DEFAULTS;
    const { universe } =
      cni.name === 'cilium'
        ? snapshot.derive(connectionsOf)
        : ciliumConnections(snapshot, settings);
    return new CiliumView(
      settings,
      cni.name === 'undecided' ? cni.reason : undefined,
      cni.name === 'cilium' && cni.assumed === true,
      universe,
      CiliumPolicies.create(snapshot, settings),
      Peers.create(universe, settings, apiServersOf(snapshot)),
    );
  }

  readonly #compiled = new Map<string, readonly CompiledRule[]>();
  #specs: ReadonlyMap<string, PolicySpec> | undefined;
  #refusals: ReadonlyMap<string, RefusedPolicy> | undefined;
  readonly #byPod = new Map<string, Selection>();
  readonly #selections = new Map<string, Selection>();

  private constructor(
    readonly settings: CiliumSettings,
    /** Why nobody can tell the settings; those of an agent that is told nothing are assumed then. */
    readonly settingsUnseen: string | undefined,
    /** Whether nothing but its policies shows that Cilium is there. */
    readonly isAssumed: boolean,
    readonly universe: Universe,
    readonly policies: CiliumPolicies,
    readonly peers: Peers,
  ) {}

  /** What Cilium makes of a spec of an object; undefined where it takes nothing of the object. */
  specOf(
    { kind, metadata }: CiliumPolicy,
    path: string,
  ): PolicySpec | undefined {
    this.#specs ??= new Map(this.policies.specs.map(spec => [spec.key, spec]));
    return this.#specs.get(
      `${kind}/${metadata.namespace ?? ''}/${metadata.name}/${path}`,
    );
  }

  refusalOf(policy: CiliumPolicy): RefusedPolicy | undefined {
    this.#refusals ??= new Map(
      this.policies.refused.map(refusal => [
        describeObject(refusal.object),
        refusal,
      ]),
    );
    return this.#refusals.get(describeObject(referenceTo(policy)));
  }

  /** The specs of all kinds that have rules for a pod in a direction, or shut it. */
  specsFor(pod: PodClass, direction: Direction): readonly PolicySpec[] {
    return this.#selectionOf(pod, direction).specs;
  }

  /** The same list for all pods of which the same policies say the same. */
  rulesFor(pod: PodClass, direction: Direction): readonly RuleOnPod[] {
    return this.#selectionOf(pod, direction).rules;
  }

  isShut(pod: PodClass, direction: Direction): boolean {
    return (
      this.settings.enforcement === 'always' ||
      this.#selectionOf(pod, direction).isShut
    );
  }

  /** What a rule of the pod with conditions refuses of what its peers ask of it. */
  outcomeOf(
    rule: CompiledRule,
    pod: PodClass,
    direction: Direction,
  ): Layer7Outcome {
    const selection = this.#selectionOf(pod, direction);
    const known = selection.outcomes.get(rule);
    if (known) {
      return known;
    }
    const outcome = computeOutcome(
      rule,
      selection,
      this.isShut(pod, direction),
    );
    selection.outcomes.set(rule, outcome);
    return outcome;
  }

  #selectionOf(pod: PodClass, direction: Direction): Selection {
    const place = `${direction} ${pod.id}`;
    let selection = this.#byPod.get(place);
    if (!selection) {
      const specs = pod.hostNetwork
        ? []
        : this.policies.selecting(
            pod.namespace,
            this.peers.labelsOf(pod),
            direction,
          );
      const key = [
        direction,
        ...specs.map(spec => spec.key),
        keyOfNamedPorts(pod, direction),
      ].join('\u0000');
      selection =
        this.#selections.get(key) ?? this.#select(specs, pod, direction);
      this.#selections.set(key, selection);
      this.#byPod.set(place, selection);
    }
    return selection;
  }

  #select(
    specs: readonly PolicySpec[],
    pod: PodClass,
    direction: Direction,
  ): Selection {
    return {
      specs,
      rules: specs.flatMap(spec =>
        this.#rulesOf(spec, direction).flatMap(compiled => {
          const rule = forSubject(compiled, pod);
          return rule ? { spec, rule } : [];
        }),
      ),
      isShut: specs.some(
        ({ directions }) => directions[direction].defaultDeny !== undefined,
      ),
      outcomes: new Map(),
    };
  }

  #rulesOf(spec: PolicySpec, direction: Direction): readonly CompiledRule[] {
    const key = `${direction} ${spec.key}`;
    let rules = this.#compiled.get(key);
    if (!rules) {
      rules = spec.directions[direction].rules.flatMap(rule =>
        compileRule(spec, rule, direction, this.peers, this.universe),
      );
      this.#compiled.set(key, rules);
    }
    return rules;
  }
}

/** What the same policies say of pods in a direction. */
interface Selection {
  specs: readonly PolicySpec[];
  rules: readonly RuleOnPod[];
  isShut: boolean;
  /** Filled as they are asked for. */
  outcomes: Map<CompiledRule, Layer7Outcome>;
}

function computeOutcome(
  { peers, ports }: CompiledRule,
  { rules }: Selection,
  isShut: boolean,
): Layer7Outcome {
  if (peers.isEmpty || ports.isEmpty) {
    return { refusesNothing: 'nobody' };
  }
  const plain: readonly TierRule[] = rules
    .map(({ rule }) => rule)
    .filter(({ doubt, layer7 }) => doubt === undefined && !layer7);
  const denials = plain.filter(({ effect }) => effect === 'deny');
  const denied = coverage({ peers, ports }, denials);
  if (!denied.isLeft) {
    return { refusesNothing: 'denied', by: denied.coveredBy };
  }
  if (!isShut) {
    return { refusesNothing: 'open' };
  }
  const allows = plain.filter(({ effect }) => effect === 'allow');
  return coverage({ peers, ports }, [...denials, ...allows]).isLeft
    ? 'refuses'
    : {
        refusesNothing: 'plain',
        by: coverage({ peers, ports }, allows).coveredBy,
      };
}
