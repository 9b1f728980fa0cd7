/** ID-2: the workload gets no token for the cluster's API that it did not ask for. */
import {
  TokenMount,
  accountOf,
  hasAutomountedToken,
  projectedTokensOf,
  serviceAccountOf,
  tokenMountOf,
} from '../../identity/serviceAccounts';
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, locateForPeople } from '../wording';

const INJECT = 'vault.hashicorp.com/agent-inject';
const TOKEN_VOLUME =
  'vault.hashicorp.com/agent-service-account-token-volume-name';
const AUTOMOUNT = 'spec.automountServiceAccountToken';

export const tokenMount: Control = {
  id: 'ID-2',
  title: 'No unasked API token',
  pillar: 'identity',
  severity: 'medium',
  scope: 'workload',
  question:
    'Do the pods run without a token for the cluster’s API that nobody asked for?',
  why: 'Whoever takes over a container can read its token and speak to the cluster’s API, and to everything else that accepts it, as the service.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 6' },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-6' },
    { framework: 'CISA ZTMM v2', requirement: 'Identity: access management' },
    { framework: 'CIS Kubernetes 1.12', requirement: '5.1.6' },
    {
      framework: 'NSA/CISA KHG',
      requirement: 'Authentication and authorization',
    },
  ],
  needs: [{ kind: 'ServiceAccount', in: 'namespace' }],
  evaluate(workload, snapshot) {
    for (const pod of workload.pods) {
      const mount = tokenMountOf(snapshot, pod);
      if (mount.mounted) {
        return [mounted(workload, pod, mount, snapshot)];
      }
    }
    const stale = workload.pods.find(hasAutomountedToken);
    return [stale ? outdated(workload, stale) : proof(workload, snapshot)];
  },
};

function evidenceOf(
  workload: Workload,
  pod: PodView,
  { decidedBy }: TokenMount,
  snapshot: ClusterSnapshot,
): Evidence[] {
  const account = serviceAccountOf(snapshot, pod);
  if (decidedBy === 'account' && account) {
    return [
      {
        object: referenceTo(account),
        field: 'automountServiceAccountToken',
        value: account.automountServiceAccountToken ?? null,
      },
    ];
  }
  return [locateForPeople(workload, pod, AUTOMOUNT)];
}

function mounted(
  workload: Workload,
  pod: PodView,
  mount: TokenMount,
  snapshot: ClusterSnapshot,
): Judgement {
  const { name, namespace } = workload.reference;
  const account = `${namespace}/${accountOf(pod)}`;
  const evidence = evidenceOf(workload, pod, mount, snapshot);
  const reason = {
    pod: `${describeObject(
      evidence[0].object,
    )} sets automountServiceAccountToken to true.`,
    account: `ServiceAccount ${account} sets automountServiceAccountToken to true.`,
    default: `Neither the pods of ${name} nor ServiceAccount ${account} set automountServiceAccountToken, and the default is true.`,
  }[mount.decidedBy];
  return {
    verdict: 'fail',
    message: `Whoever takes over a container of ${name} holds a token for the API of the cluster, as ${account}.`,
    because: reason,
    evidence,
    witness: {
      from: `a process in a container of ${name}`,
      to: 'the API of the cluster',
      action: `reads the token of ${account} and calls the API with it`,
    },
    fix: { summary: fixFor(workload, pod) },
  };
}

function fixFor({ reference: { name } }: Workload, pod: PodView): string {
  const off = `Set automountServiceAccountToken to false in the pod template of ${name}.`;
  const api = `If ${name} does call the API, mount a projected serviceAccountToken with a short life in the one container that needs it.`;
  return needsVaultVolume(pod)
    ? `${off} Its Vault agent uses this token: add a projected serviceAccountToken volume with the audience of Vault, and name it in the annotation ${TOKEN_VOLUME}, or no new pod will start. ${api}`
    : `${off} The pods restart once. ${api}`;
}

/** The injector takes the automounted token unless it is told of another, and refuses pods that have neither. */
function needsVaultVolume({ annotations }: PodView): boolean {
  return (
    /^(1|t|T|true|TRUE|True)$/.test(annotations[INJECT] ?? '') &&
    annotations[TOKEN_VOLUME] === undefined
  );
}

/** Switched off after the pod was made: the token stays in it until it restarts. */
function outdated(workload: Workload, pod: PodView): Judgement {
  const { name } = workload.reference;
  return {
    verdict: 'fail',
    message: `Pod ${pod.name} of ${name} still holds a token for the API of the cluster, which new pods no longer get.`,
    because: `automountServiceAccountToken is false by now, but the pod was made before that.`,
    evidence: [{ object: pod.object, field: 'spec.volumes', value: null }],
    fix: { summary: `Restart ${name}.` },
  };
}

function proof(workload: Workload, snapshot: ClusterSnapshot): Judgement {
  const { name } = workload.reference;
  const [pod] = workload.pods;
  // What people wrote: a mesh adds a token of its own to the pods.
  const view = pod.template ?? workload.template ?? pod;
  const tokens = projectedTokensOf(view);
  const asked = tokens.length
    ? `; it asks by itself for ${
        tokens.length === 1 ? 'a token' : 'tokens'
      } that only ${enumerate([
        ...new Set(tokens.map(({ audience }) => audience ?? 'the API')),
      ])} accepts`
    : '';
  const vault = workload.pods.some(needsVaultVolume)
    ? ` Its Vault agent has no token to log in with: the annotation ${TOKEN_VOLUME} must name a projected one, or no new pod will start.`
    : '';
  return {
    verdict: 'pass',
    message: `No container of ${name} is given a token for the API of the cluster${asked}.${vault}`,
    evidence: [
      ...evidenceOf(workload, pod, tokenMountOf(snapshot, pod), snapshot),
      ...tokens.map(({ field }) => locateForPeople(workload, view, field)),
    ],
  };
}
