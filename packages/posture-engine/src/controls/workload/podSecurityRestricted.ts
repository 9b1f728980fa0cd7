/**
 * WL-1: every pod of the workload meets the restricted Pod Security Standard of
 * the latest version, as it runs, injected and ephemeral containers included.
 * What enforces it for the namespace is the enforcement of a pass: a pod that
 * meets the standard is no less safe today where nothing holds the next one to
 * it.
 */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  locateField,
  sameValue,
} from '../../snapshot';
import {
  PodSecurityViolation,
  evaluatePodSecurity,
  podSecurityPolicyOf,
} from '../../workloads';
import { Control, Edit, Evidence, Judgement } from '../control';
import { enumerate, worstFirst } from '../wording';
import { Consequence, consequenceOf } from './consequences';
import { ISTIO_REPAIR, isInjected } from './injected';
import { NamespaceEnforcement, enforcementOf } from './namespaceEnforcement';

interface Problem extends PodSecurityViolation, Consequence {
  evidence: Evidence[];
  /** What Istio's injection added, and the team cannot repair in its own manifest. */
  injected: boolean;
}

export const podSecurityRestricted: Control = {
  id: 'WL-1',
  title: 'Pods meet the restricted standard',
  pillar: 'workload',
  severity: 'high',
  scope: 'workload',
  question:
    'Do all containers run with no more rights than they need, so that a break-in stays inside?',
  why: 'A container with more rights than it needs turns a flaw in the service into control over the node, and over everything that runs there.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 5' },
    {
      framework: 'CISA ZTMM v2',
      requirement:
        'Applications and Workloads: secure application development and deployment workflow',
    },
    { framework: 'CIS Kubernetes 1.12', requirement: '5.2' },
    { framework: 'NSA/CISA KHG', requirement: 'Kubernetes pod security' },
    { framework: 'PCI DSS 4.0', requirement: '2.2' },
    { framework: 'NIST SP 800-53 r5', requirement: 'CM-6, CM-7, SI-7' },
  ],
  needs: [{ kind: 'Namespace', in: 'namespace' }],
  evaluate(workload, snapshot) {
    const problems = problemsOf(workload);
    const enforcement = enforcementOf(workload.reference.namespace, snapshot);
    return [
      problems.length === 0
        ? pass(workload, enforcement)
        : fail(workload, problems, enforcement, snapshot),
    ];
  },
};

/** Of all pods, worst first; pods that share a field's value share its evidence. */
function problemsOf(workload: Workload): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const pod of workload.pods) {
    const found = [false, true].flatMap(injected =>
      violationsOf(workload, pod, injected).map(violation => ({
        violation,
        injected,
      })),
    );
    for (const { violation, injected } of found) {
      const key = `${violation.message} ${JSON.stringify(violation.offences)}`;
      if (!seen.has(key)) {
        seen.add(key);
        const consequence = consequenceOf(violation.check, violation.offences);
        problems.push({
          ...violation,
          ...consequence,
          ...(injected ? { severity: 'medium' } : {}),
          injected,
          evidence: violation.offences.map(({ field, value }) => ({
            ...locateField(workload, pod, field),
            value,
          })),
        });
      }
    }
  }
  return worstFirst(problems);
}

/** Of the pod with its own containers, or of what Istio's containers add to that. */
function violationsOf(
  workload: Workload,
  pod: PodView,
  injected: boolean,
): PodSecurityViolation[] {
  const { violations } = evaluatePodSecurity(pod, {
    level: 'restricted',
    version: 'latest',
    only: container => isInjected(workload, pod, container) === injected,
  });
  return violations.filter(
    ({ check, offences }) =>
      // On the node's network every port is a host port. To say so too would
      // add nothing, and differ between a manifest and its pods.
      !(check === 'hostPorts' && pod.spec.hostNetwork) &&
      // The pod's own fields are the team's.
      !(injected && offences.some(({ container }) => container === undefined)),
  );
}

function pass(
  workload: Workload,
  { evidence, sentence, enforcement }: NamespaceEnforcement,
): Judgement {
  return {
    verdict: 'pass',
    message: `A break-in into ${workload.reference.name} stays inside its containers: all of them meet the restricted Pod Security Standard. ${sentence}`,
    evidence,
    enforcement,
  };
}

function fail(
  workload: Workload,
  problems: readonly Problem[],
  { evidence, label }: NamespaceEnforcement,
  snapshot: ClusterSnapshot,
): Judgement {
  const own = problems.filter(({ injected }) => !injected);
  const { severity } = problems[0];
  return {
    verdict: 'fail',
    severity,
    message:
      own.length === 0
        ? injectedMessage(workload, problems)
        : `Whoever breaks into ${workload.reference.name} ${powersOf(
            own.filter(problem => problem.severity === severity),
          )}.`,
    because: becauseOf(workload, problems, isRefused(workload, snapshot)),
    evidence: distinct([
      ...problems.flatMap(problem => problem.evidence),
      ...evidence,
    ]),
    ...(severity === 'critical' || severity === 'high'
      ? {
          witness: {
            from: describeObject(workload.reference),
            to: 'the node it runs on',
            action: problems[0].power,
          },
        }
      : {}),
    fix: {
      summary: summaryOf(workload, problems, label),
      ...editsOf(workload, own),
    },
  };
}

/** Only where they repair all that is the team's own. */
function editsOf(
  { object }: Workload,
  problems: readonly Problem[],
): { edits?: Edit[] } {
  const edits = problems.flatMap(({ evidence, value }) =>
    evidence.map(({ object: at, field }) => ({ object: at, field, value })),
  );
  const areWhole =
    edits.length > 0 &&
    edits.every(
      ({ object: at, value }) => value !== undefined && sameValue(at, object),
    );
  return areWhole ? { edits } : {};
}

/** All of them: each is a reason of its own. */
function powersOf(problems: readonly Problem[]): string {
  const powers = unique(problems.map(({ power }) => power));
  return enumerate(powers, powers.length);
}

/** The worst in words; the evidence has them all. */
function becauseOf(
  workload: Workload,
  problems: readonly Problem[],
  isRefusedNow: boolean,
): string {
  const { namespace } = workload.reference;
  const worst = problems.filter(
    ({ severity }) => severity === problems[0].severity,
  );
  const milder = problems.length - worst.length;
  return [
    `The restricted Pod Security Standard does not allow ${describeObject(
      workload.object,
    )} as it is: ${unique(worst.map(({ message }) => message)).join('; ')}${
      milder > 0 ? `; and ${milder} milder` : ''
    }.`,
    ...(isRefusedNow
      ? [
          `Namespace ${namespace} refuses such pods, so new ones will not start.`,
        ]
      : []),
  ].join(' ');
}

function summaryOf(
  workload: Workload,
  problems: readonly Problem[],
  label: string | undefined,
): string {
  const own = problems.filter(({ injected }) => !injected);
  const changed = own.filter(problem => isChange(workload, problem));
  const written = own.filter(problem => !isChange(workload, problem));
  const pods = unique(
    changed.flatMap(problem =>
      problem.evidence.map(({ object }) => describeObject(object)),
    ),
  );
  return [
    ...(written.length > 0
      ? [
          `In ${describeObject(workload.object)}, ${unique(
            written.map(({ repair }) => repair),
          ).join('; ')}.`,
        ]
      : []),
    ...(pods.length > 0
      ? [
          `${enumerate(
            pods,
          )} is not what its template says: find out what changed it, and delete it, so that a clean one takes its place.`,
        ]
      : []),
    ...(problems.length > own.length ? [ISTIO_REPAIR] : []),
    ...(label === undefined ? [] : [`Then ${label}, so that it stays so.`]),
  ].join(' ');
}

/** Whether the template is right, and only a pod of it wrong: a debug container, say, or what another webhook added. */
function isChange(workload: Workload, { evidence }: Problem): boolean {
  return (
    workload.template !== undefined &&
    evidence.every(({ object }) => object.kind === 'Pod')
  );
}

function injectedMessage(
  workload: Workload,
  problems: readonly Problem[],
): string {
  const containers = unique(
    problems.flatMap(({ offences }) =>
      offences.flatMap(({ container }) => container ?? []),
    ),
  );
  return `Every pod of ${
    workload.reference.name
  } carries rights that only Istio's own container ${enumerate(
    containers,
  )} needs: whoever breaks in there ${powersOf(problems)}.`;
}

/** Whether the namespace's own policy, in its own version, would refuse a pod. */
function isRefused(workload: Workload, snapshot: ClusterSnapshot): boolean {
  const { enforce } = podSecurityPolicyOf(
    snapshot.namespaceLabels(workload.reference.namespace),
  );
  return workload.pods.some(pod => !evaluatePodSecurity(pod, enforce).allowed);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function distinct(evidence: readonly Evidence[]): Evidence[] {
  const byText = new Map(evidence.map(item => [JSON.stringify(item), item]));
  return [...byText.values()];
}
