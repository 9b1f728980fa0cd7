/**
 * Policies, rules and parts of rules that change nothing today: they select no
 * pod, name nobody, say what rules before them have decided already, or stand
 * where the network never looks. Each with its proof, and nothing where
 * something could not be seen that the proof would need.
 */
import { PodClass, Universe, describeRule } from '../../decisions';
import { UnknownOperatorError } from '../../selectors';
import type { ClusterSnapshot } from '../../snapshot';
import { CiliumView } from '../ciliumView';
import { cniOf, isIgnored } from '../cni';
import { connectionsOf } from '../connections';
import { calicoPoliciesInQuestion } from './calicoPolicies';
import { ciliumPoliciesInQuestion } from './ciliumPolicies';
import { auditReason, neverUnderSettings } from './ciliumSettings';
import { networkPoliciesInQuestion } from './networkPolicies';
import { nobody } from './peers';
import { stagedPolicies } from './stagedPolicies';
import { tieredPoliciesInQuestion } from './tieredPolicies';
import type {
  IneffectivePolicy,
  PolicyInQuestion,
  Reason,
  RuleInQuestion,
} from './types';
import {
  CALICO_KINDS,
  CILIUM_KINDS,
  TIERED_KINDS,
  unenforced,
} from './unenforced';
import { Uses } from './Uses';

/** What the proofs of one kind of policies rest on. */
interface Ground {
  universe: Universe;
  /** Absent where nobody can tell in which order the network asks. */
  uses?: Uses;
  /** Whether all pods and namespaces are in view. */
  isWhole: boolean;
}

/** Kind by kind, by namespace, name, and the order of the rules. */
export function ineffectivePolicies(
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  return [...underNetwork(snapshot), ...stagedPolicies(snapshot)];
}

function underNetwork(snapshot: ClusterSnapshot): IneffectivePolicy[] {
  const cni = snapshot.derive(cniOf);
  const connections = snapshot.derive(connectionsOf);
  const { universe } = connections;
  const isWhole =
    !snapshot.coverage.gap('Pod') && !snapshot.coverage.gap('Namespace');
  const ground: Ground = {
    universe,
    isWhole,
    ...(cni.name === 'undecided' ? {} : { uses: Uses.create(connections) }),
  };
  const judge = (policies: readonly PolicyInQuestion[], on: Ground) =>
    policies.flatMap(policy => judgePolicy(policy, on));
  const ofCilium = () => {
    const view = snapshot.derive(CiliumView.of);
    const kinds = CILIUM_KINDS.filter(kind => !isJustIgnored(kind, snapshot));
    return judge(ciliumPoliciesInQuestion(kinds, snapshot, view), {
      ...ground,
      universe: view.universe,
    });
  };
  const ofNetworkPolicy = (network: 'cilium' | 'other', never?: Reason) =>
    judge(
      networkPoliciesInQuestion(snapshot, universe, network, never),
      ground,
    );
  const ofTiers = () =>
    judge(
      TIERED_KINDS.filter(kind => !isIgnored(snapshot, kind)).flatMap(kind =>
        tieredPoliciesInQuestion(kind, snapshot, universe),
      ),
      ground,
    );
  switch (cni.name) {
    case 'cilium':
      return [
        ...ofCilium(),
        ...ofNetworkPolicy(
          'cilium',
          neverUnderSettings('NetworkPolicy', cni.settings) ??
            (cni.settings.audit ? auditReason() : undefined),
        ),
        ...unenforced(snapshot, [
          ...TIERED_KINDS,
          ...CILIUM_KINDS.filter(kind => isJustIgnored(kind, snapshot)),
          ...CALICO_KINDS,
        ]),
      ];
    case 'undecided':
      // Under Cilium rules count without their type in policyTypes: nothing is said of those.
      return [...ofCilium(), ...ofTiers(), ...ofNetworkPolicy('cilium')];
    default:
      return [
        ...ofTiers(),
        ...(isIgnored(snapshot, 'NetworkPolicy')
          ? []
          : ofNetworkPolicy('other')),
        ...(cni.name === 'calico'
          ? judge(calicoPoliciesInQuestion(snapshot, universe), ground)
          : []),
        ...unenforced(snapshot, [
          ...TIERED_KINDS,
          'NetworkPolicy',
          ...CILIUM_KINDS,
          ...(cni.name === 'calico' ? [] : CALICO_KINDS),
        ]),
      ];
  }
}

/** By the network, and no setting of the agent says it better. */
function isJustIgnored(
  kind: (typeof CILIUM_KINDS)[number],
  snapshot: ClusterSnapshot,
): boolean {
  const cni = snapshot.derive(cniOf);
  return (
    isIgnored(snapshot, kind) &&
    !(
      cni.name === 'cilium' &&
      (cni.settings.audit || neverUnderSettings(kind, cni.settings))
    )
  );
}

function judgePolicy(
  policy: PolicyInQuestion,
  ground: Ground,
): IneffectivePolicy[] {
  const { object, path = 'spec', never, idle } = policy;
  const of = ({ field, because, provenBy }: Reason): IneffectivePolicy => ({
    object,
    field,
    because,
    provenBy: provenBy ?? [{ object, field }],
  });
  if (never) {
    return [{ ...of(never), field: path, provenBy: of(never).provenBy }];
  }
  const selected = selectedBy(policy, ground);
  if (selected === undefined) {
    return idle.map(of);
  }
  if (selected.length === 0) {
    if (policy.selectsOthers) {
      return idle.map(of);
    }
    return [
      of({
        field: path,
        because: selectsNobody(policy, ground),
        provenBy: [{ object, field: policy.subjectField }],
      }),
    ];
  }
  return [
    ...idle.map(of),
    ...readableRules(policy).flatMap(rule =>
      judgeRule(policy, rule, selected, ground).map(of),
    ),
  ];
}

/** None where a selector cannot be evaluated: the decisions say so where it matters. */
function readableRules({ rules }: PolicyInQuestion): readonly RuleInQuestion[] {
  try {
    return rules();
  } catch (error) {
    if (error instanceof UnknownOperatorError) {
      return [];
    }
    throw error;
  }
}

/** The pods that a policy is for; undefined where nobody can tell them all. */
function selectedBy(
  policy: PolicyInQuestion,
  { universe, uses, isWhole }: Ground,
): readonly PodClass[] | undefined {
  const { namespace } = policy.object;
  const isDoubtful =
    namespace === undefined
      ? (uses?.doubtsIn.size ?? 0) > 0
      : uses?.doubtsIn.has(namespace);
  if (!isWhole || isDoubtful) {
    return undefined;
  }
  try {
    return (
      namespace === undefined
        ? universe.podClasses
        : universe.classesIn(namespace)
    ).filter(pod => !pod.hostNetwork && policy.selects(pod));
  } catch {
    // A selector that cannot be evaluated: the decisions say so where it matters.
    return undefined;
  }
}

function selectsNobody(
  { object: { namespace }, selects }: PolicyInQuestion,
  { universe }: Ground,
): string {
  if (universe.podClasses.some(pod => pod.hostNetwork && selects(pod))) {
    return 'it selects only pods on the network of their nodes, where it does not apply';
  }
  return namespace === undefined
    ? 'it selects no pod'
    : `it selects no pod of namespace ${namespace}`;
}

function judgeRule(
  { object }: PolicyInQuestion,
  rule: RuleInQuestion,
  selected: readonly PodClass[],
  { universe, uses }: Ground,
): Reason[] {
  const { field, direction, known, peers, namedPorts, whenUnused } = rule;
  if (known === 'effective') {
    return [];
  }
  if (known) {
    return [known];
  }
  const use = uses?.of(object, field);
  const strangers = new Set(universe.strangers.map(({ id }) => id));
  const empty = peers.filter(({ classes }) =>
    [...classes].every(id => strangers.has(id)),
  );
  if (peers.length > 0 && empty.length === peers.length) {
    return [
      {
        field,
        because: [...new Set(empty.map(({ because }) => because))].join(
          ', and ',
        ),
      },
    ];
  }
  const unknownNames = namedPorts.filter(
    ({ name }) => !isPortOfSome(name, direction, selected, peers, universe),
  );
  const noPort = (name: string) =>
    direction === 'ingress'
      ? `no pod that the policy selects has a port of the name ${name}`
      : `no destination has a port of the name ${name}`;
  if (
    !rule.hasOtherPorts &&
    namedPorts.length > 0 &&
    unknownNames.length === namedPorts.length
  ) {
    return [{ field, because: noPort(unknownNames[0].name) }];
  }
  if (uses && !use) {
    return [
      whenUnused?.() ?? {
        field,
        because: 'no pod that the policy selects is subject to it',
      },
    ];
  }
  if (use && use !== 'effective') {
    return [
      use.coveredBy.length > 0
        ? {
            field,
            because: `${use.coveredBy
              .map(describeRule)
              .join(' and ')} decides all of it before`,
            provenBy: use.coveredBy,
          }
        : whenUnused?.() ?? { field, because: nobody(direction) },
    ];
  }
  return [
    ...empty.map(peer => ({ field: peer.field, because: peer.because })),
    ...unknownNames.map(port => ({
      field: port.field,
      because: noPort(port.name),
    })),
  ];
}

function isPortOfSome(
  name: string,
  direction: RuleInQuestion['direction'],
  selected: readonly PodClass[],
  peers: RuleInQuestion['peers'],
  universe: Universe,
): boolean {
  if (direction === 'ingress') {
    return selected.some(({ namedPorts }) => namedPorts.has(name));
  }
  return universe.podClasses.some(
    ({ id, namedPorts }) =>
      namedPorts.has(name) &&
      (peers.length === 0 || peers.some(({ classes }) => classes.has(id))),
  );
}
