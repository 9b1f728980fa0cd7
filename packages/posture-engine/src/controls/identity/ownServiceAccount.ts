/** ID-1: the workload runs as an account that is its own. */
import { accountOf, usersOfAccount } from '../../identity/serviceAccounts';
import {
  ClusterSnapshot,
  PodView,
  WORKLOAD_KINDS,
  Workload,
  describeObject,
  shownView,
} from '../../snapshot';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, worstFirst } from '../wording';

type Failure = Extract<Judgement, { verdict: 'fail' }> &
  Required<Pick<Judgement, 'severity'>>;

const PART_OF = 'app.kubernetes.io/part-of';

export const ownServiceAccount: Control = {
  id: 'ID-1',
  title: 'Own service account',
  pillar: 'identity',
  severity: 'high',
  scope: 'workload',
  question: 'Does the service run as an account that no other workload uses?',
  why: 'The account is what the mesh, SPIFFE and Vault know the service by. Workloads that share one cannot be told apart: what one of them may do, all may.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 1' },
    { framework: 'NIST SP 800-207', requirement: 'Tenet 6' },
    { framework: 'NIST SP 800-207A', requirement: 'Service identity' },
    { framework: 'NIST SP 800-53 r5', requirement: 'IA-9' },
    { framework: 'CISA ZTMM v2', requirement: 'Identity: authentication' },
    { framework: 'CIS Kubernetes 1.12', requirement: '5.1.5' },
    { framework: 'PCI DSS 4.0', requirement: '8.6' },
  ],
  needs: [
    { kind: 'ServiceAccount', in: 'namespace' },
    ...WORKLOAD_KINDS.map(kind => ({ kind, in: 'namespace' as const })),
  ],
  evaluate(workload, snapshot) {
    // Pods of one account share its verdict.
    const podByAccount = new Map(
      [...workload.pods].reverse().map(pod => [accountOf(pod), pod]),
    );
    const failures = [...podByAccount.values()].flatMap(
      pod => failureOf(workload, pod, snapshot) ?? [],
    );
    if (failures.length > 0) {
      return [worstFirst(failures)[0]];
    }
    const { namespace, name } = workload.reference;
    const accounts = [...podByAccount.keys()].reverse();
    return [
      {
        verdict: 'pass',
        message: `${name} runs as its own account ${enumerate(
          accounts.map(account => `${namespace}/${account}`),
        )}, which no other workload uses.`,
        evidence: [accountEvidence(workload, workload.pods[0])],
      },
    ];
  },
};

function accountEvidence(workload: Workload, pod: PodView): Evidence {
  const view = shownView(workload, pod, accountOf);
  return {
    object: view.object,
    field: `${view.path}spec.serviceAccountName`,
    value: view.spec.serviceAccountName ?? null,
  };
}

function failureOf(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): Failure | undefined {
  const { name, namespace } = workload.reference;
  const account = accountOf(pod);
  const others = usersOfAccount(snapshot, namespace, account).filter(
    other => other !== workload,
  );
  const evidence = [accountEvidence(workload, pod)];
  if (account === 'default') {
    return onDefaultAccount(workload, others, evidence);
  }
  if (others.length > 0) {
    return onSharedAccount(workload, account, others, evidence);
  }
  if (!snapshot.get('ServiceAccount', account, namespace)) {
    return {
      verdict: 'fail',
      severity: 'low',
      message: `No new pod of ${name} can start: its account ${namespace}/${account} does not exist.`,
      because: `${describeObject({
        kind: evidence[0].object.kind,
        namespace,
        name: evidence[0].object.name,
      })} names a service account that is not there.`,
      evidence,
      fix: {
        summary: `Create ServiceAccount ${namespace}/${account}. It costs nothing.`,
        objects: [
          {
            apiVersion: 'v1',
            kind: 'ServiceAccount',
            metadata: { name: account, namespace },
            automountServiceAccountToken: false,
          },
        ],
      },
    };
  }
  return undefined;
}

function onDefaultAccount(
  workload: Workload,
  others: readonly Workload[],
  evidence: Evidence[],
): Failure {
  const { name, namespace } = workload.reference;
  const shared =
    others.length > 0
      ? ` Today ${namesOf(others)} ${
          others.length === 1 ? 'does' : 'do'
        } so too.`
      : '';
  return {
    verdict: 'fail',
    severity: 'high',
    message: `Nobody can tell ${name} from any other workload in ${namespace} that names no account: they all run as ${namespace}/default.`,
    because: `The pods of ${name} name no service account of their own.${shared}`,
    evidence,
    witness: {
      from: `any pod in ${namespace} without an account of its own`,
      to: name,
      action: `presents the identity of ${name}`,
    },
    fix: fixOf(workload),
  };
}

function onSharedAccount(
  workload: Workload,
  account: string,
  others: readonly Workload[],
  evidence: Evidence[],
): Failure {
  const { name, namespace } = workload.reference;
  const app = partOf(workload);
  const oneApp =
    app !== undefined && others.every(other => partOf(other) === app);
  const label = [workload, ...others].length === 2 ? 'Both' : 'All of them';
  return {
    verdict: 'fail',
    severity: oneApp ? 'medium' : 'high',
    message: `${namesOf(others)} can do everything in the name of ${name}: ${
      others.length === 1 ? 'it runs' : 'they run'
    } as the same account ${namespace}/${account}.`,
    because: `${label} set serviceAccountName to ${account}${
      oneApp ? `, as parts of ${app}` : ''
    }.`,
    evidence: [
      ...evidence,
      ...others.slice(0, 3).map(other => accountEvidence(other, other.pods[0])),
    ],
    witness: {
      from: others[0].reference.name,
      to: name,
      action: `presents the identity of ${name}`,
    },
    fix: fixOf(workload),
  };
}

function namesOf(workloads: readonly Workload[]): string {
  return enumerate(
    workloads.map(({ reference: { kind, name } }) => `${kind} ${name}`),
  );
}

/** The application that a workload says it belongs to. */
function partOf({ template, pods }: Workload): string | undefined {
  return (template ?? pods[0]).labels[PART_OF];
}

function fixOf({ reference: { name, namespace } }: Workload) {
  return {
    summary: `Give ${name} a service account of its own and name it in serviceAccountName. Policies, role bindings and Vault roles that name the old account must name the new one as well before the pods restart.`,
    objects: [
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name, namespace },
        automountServiceAccountToken: false,
      },
    ],
  };
}
