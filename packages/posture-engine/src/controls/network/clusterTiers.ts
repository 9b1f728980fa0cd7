/** NW-3: the cluster's own policies do for the workload what they say, and open nothing that its own policies close. */
import { DIRECTIONS, decideDirection } from '../../decisions';
import { adminChangesOf } from '../../network/adminTier';
import { networkOf } from '../../network/cni';
import { CONNECTION_NEEDS } from '../../network/connectionNeeds';
import { connectionsOf } from '../../network/connections';
import { networkFactsOf } from '../../network/networkFacts';
import { isSubject } from '../../network/tieredPolicyTier';
import {
  ClusterSnapshot,
  PodView,
  TieredPolicy,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, sentence, worstFirst } from '../wording';
import {
  Breach,
  KINDS,
  SelectedPolicy,
  TierQuestion,
  breachesOf,
  ignoredPolicy,
  narrowOpenings,
} from './clusterTierBreaches';
import { enforcementOf } from './enforcementOf';
import { evidenceOf } from './evidenceOfPolicies';

export const clusterTiers: Control = {
  id: 'NW-3',
  title: 'Policies of the cluster hold',
  pillar: 'network',
  severity: 'high',
  scope: 'workload',
  question:
    'Do the policies of the whole cluster hold for the service, and leave closed what its own policies close?',
  why: 'A policy of the cluster is asked before those of a namespace. One that allows too much opens a service whatever its team has written, and one that comes too late, or is not enforced, protects nobody who relies on it.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 4' },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-4' },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-7(5)' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: segmentation' },
    { framework: 'NSA/CISA KHG', requirement: 'Network separation' },
  ],
  needs: CONNECTION_NEEDS,
  facts: networkFactsOf,
  isIdle: hasNoPolicies,
  evaluate(workload, snapshot) {
    const { name } = workload.reference;
    const selected = selectedPods(workload, snapshot);
    if (selected.policies.length === 0) {
      return [
        notApplicable(`No policy of the cluster selects the pods of ${name}.`),
      ];
    }
    if (selected.pods.length === 0) {
      return [
        notApplicable(
          `${name} uses the network of its nodes, where policies of the cluster do not apply.`,
        ),
      ];
    }
    const questions = questionsAbout(workload, selected.pods, snapshot);
    const breaches = [
      ...selected.policies.flatMap(
        policy => ignoredPolicy(workload, policy, snapshot) ?? [],
      ),
      ...questions.flatMap(breachesOf),
    ];
    if (breaches.length > 0) {
      return [failure(breaches)];
    }
    const doubt =
      doubtfulKind(selected.policies, snapshot) ??
      questions.flatMap(question => doubtOf(question) ?? [])[0];
    return [
      doubt
        ? { verdict: 'unknown', ...doubt }
        : proof(workload, selected.policies, questions, snapshot),
    ];
  },
};

function hasNoPolicies(snapshot: ClusterSnapshot): boolean {
  return KINDS.every(
    kind => !snapshot.coverage.gap(kind) && snapshot.all(kind).length === 0,
  );
}

function notApplicable(message: string): Judgement {
  return { verdict: 'not-applicable', message, evidence: [] };
}

/** The policies with rules whose subject some pod is, and those of its pods that they can apply to. */
function selectedPods(
  { pods }: Workload,
  snapshot: ClusterSnapshot,
): { policies: SelectedPolicy[]; pods: PodView[] } {
  const policies = new Map<TieredPolicy, SelectedPolicy>();
  const selected = new Set<PodView>();
  for (const kind of KINDS) {
    for (const policy of snapshot.all(kind).filter(counts)) {
      for (const pod of pods) {
        const { labels, namespace } = pod;
        if (
          isSubject(policy, {
            labels,
            namespaceLabels: snapshot.namespaceLabels(namespace),
          })
        ) {
          policies.set(policy, { kind, object: referenceTo(policy) });
          if (!pod.spec.hostNetwork) {
            selected.add(pod);
          }
        }
      }
    }
  }
  return { policies: [...policies.values()], pods: [...selected] };
}

/** Without rules a policy changes nothing; of baseline admin policies the API knows one only. */
function counts({ kind, metadata, spec }: TieredPolicy): boolean {
  return (
    DIRECTIONS.some(direction => (spec?.[direction]?.length ?? 0) > 0) &&
    (kind !== 'BaselineAdminNetworkPolicy' || metadata.name === 'default')
  );
}

/** One for each class of pods and direction. */
function questionsAbout(
  workload: Workload,
  pods: readonly PodView[],
  snapshot: ClusterSnapshot,
): TierQuestion[] {
  const connections = snapshot.derive(connectionsOf);
  const classes = new Set(
    pods.flatMap(pod => connections.universe.classOfPod(pod) ?? []),
  );
  return [...classes].flatMap(podClass =>
    DIRECTIONS.map(direction => ({
      workload,
      podClass,
      direction,
      snapshot,
      connections,
      changes: adminChangesOf(
        connections,
        podClass,
        direction,
        (kind, name) =>
          kind === 'AdminNetworkPolicy' ||
          (kind === 'ClusterNetworkPolicy' &&
            snapshot.get(kind, name)?.spec?.tier === 'Admin'),
      ),
    })),
  );
}

interface Doubt {
  message: string;
  evidence: Evidence[];
}

function doubtfulKind(
  policies: readonly SelectedPolicy[],
  snapshot: ClusterSnapshot,
): Doubt | undefined {
  const network = snapshot.derive(networkOf);
  if (network.state === 'unknown') {
    return undefined;
  }
  for (const { kind, object } of policies) {
    const { answer, because } = network.enforces[kind];
    if (answer === 'unknown') {
      return {
        message: `Cannot be told: whether ${
          network.title
        } enforces ${describeObject(object)}: ${because}.`,
        evidence: [...network.evidence],
      };
    }
  }
  return undefined;
}

/** Where policies of the cluster leave it open what they come to, such as two of the same priority. */
function doubtOf({
  connections,
  podClass,
  direction,
  snapshot,
}: TierQuestion): Doubt | undefined {
  for (const { ports, unknown } of connections.relation(podClass, direction)) {
    const [id] = unknown;
    const [range] = ports.ranges();
    if (id !== undefined) {
      const peer = connections.universe.get(id);
      const { decidedBy, reason } = decideDirection(
        connections,
        {
          ...(direction === 'ingress'
            ? { source: peer, destination: podClass }
            : { source: podClass, destination: peer }),
          protocol: range.protocol,
          port: range.from,
        },
        direction,
      );
      const fields = decidedBy.filter(
        ({ effect, object }) =>
          effect === 'unknown' && KINDS.some(kind => kind === object.kind),
      );
      if (fields.length > 0) {
        return {
          message: `Cannot be told: ${reason}.`,
          evidence: evidenceOf(snapshot, fields),
        };
      }
    }
  }
  return undefined;
}

function failure(breaches: readonly Breach[]): Judgement {
  const ordered = worstFirst(breaches);
  const [{ severity, witness }] = ordered;
  return {
    verdict: 'fail',
    severity,
    message: sentence(ordered.map(({ message }) => message)),
    because: sentence(ordered.map(({ because }) => because)),
    evidence: ordered.flatMap(({ evidence }) => evidence),
    ...(witness ? { witness } : {}),
    fix: { summary: sentence(ordered.map(({ fix }) => fix)) },
  };
}

function proof(
  { reference: { name } }: Workload,
  policies: readonly SelectedPolicy[],
  questions: readonly TierQuestion[],
  snapshot: ClusterSnapshot,
): Judgement {
  const references = policies.map(({ object }) => object);
  const { enforcement, words } = enforcementOf(references, snapshot);
  return {
    verdict: 'pass',
    enforcement,
    message: sentence([
      `The policies of the cluster hold for ${name} as written (${enumerate(
        references.map(describeObject),
      )})${words}.`,
      ...questions.flatMap(narrowOpenings),
    ]),
    evidence: evidenceOf(
      snapshot,
      references.map(object => ({ object, field: 'spec.subject' })),
    ),
  };
}
