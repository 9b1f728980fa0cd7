/** NW-4: something enforces the network policies that are meant for the workload. */
import {
  ClusterNetwork,
  KnownNetwork,
  POLICY_APIS,
  UnknownNetwork,
  networkOf,
} from '../../network/cni';
import { OTHER_POLICY_KINDS } from '../../network/otherPolicies';
import {
  PodView,
  WORKLOAD_KINDS,
  Workload,
  describeObject,
  sameValue,
} from '../../snapshot';
import { Control, Judgement } from '../control';
import { enumerate, locateForPeople, sentence } from '../wording';
import { Meant, doubt, meantFor, policyEvidence } from './enforcementDoubt';

export const enforcement: Control = {
  id: 'NW-4',
  title: 'Network policies are enforced',
  pillar: 'network',
  severity: 'critical',
  scope: 'workload',
  question:
    'Does the network of the cluster enforce network policies for this service?',
  why: 'Kubernetes accepts network policies also where nothing enforces them. Then every one of them is a wish, and any pod reaches any other.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 3' },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-7(5)' },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-4' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: segmentation' },
    { framework: 'CIS Kubernetes 1.12', requirement: '5.3.1' },
    { framework: 'NSA/CISA KHG', requirement: 'Network separation' },
    { framework: 'PCI DSS 4.0', requirement: '1.2' },
  ],
  // What of them bears on the network as a whole is in `facts`.
  needs: [
    ...(
      [
        ...WORKLOAD_KINDS,
        'Node',
        'ConfigMap',
        'NetworkPolicy',
        'ServiceAccount',
      ] as const
    ).map(kind => ({ kind, in: 'namespace', optional: true } as const)),
    { kind: 'Namespace', in: 'namespace', optional: true },
    ...OTHER_POLICY_KINDS.map(need => ({ ...need, optional: true })),
  ],
  facts: networkOf,
  evaluate(workload, snapshot) {
    const onPods = workload.pods.filter(({ spec }) => !spec.hostNetwork);
    const onHost = workload.pods.find(({ spec }) => spec.hostNetwork);
    const network = snapshot.derive(networkOf);
    if (onPods.length === 0 && onHost) {
      return [
        isAgent(workload, network)
          ? itself(workload)
          : onHostNetwork(workload, onHost),
      ];
    }
    if (network.state === 'unknown') {
      return [notRecognised(network)];
    }
    if (enforcesNothing(network)) {
      return [nothingEnforced(workload, network)];
    }
    const meant = meantFor(snapshot, onPods, network);
    const ignored = meant.filter(({ enforces }) => enforces.answer === 'no');
    if (ignored.length > 0) {
      return [kindNotEnforced(workload, network, ignored)];
    }
    return [
      (onHost && onHostNetwork(workload, onHost)) ??
        doubt(workload, onPods, network, meant, snapshot) ??
        proof(workload, network),
    ];
  },
};

/** Of a network that enforces anything; the agent of any other is a workload like all. */
function isAgent({ object }: Workload, network: ClusterNetwork): boolean {
  return (
    network.state === 'known' &&
    !enforcesNothing(network) &&
    network.evidence.some(one => sameValue(one.object, object))
  );
}

function enforcesNothing({ enforces }: KnownNetwork): boolean {
  return POLICY_APIS.every(api => enforces[api].answer === 'no');
}

function itself({ reference: { name } }: Workload): Judgement {
  return {
    verdict: 'not-applicable',
    message: `${name} is what enforces network policies here, and they do not apply to it.`,
    evidence: [],
  };
}

function onHostNetwork(workload: Workload, pod: PodView): Judgement {
  return {
    verdict: 'unknown',
    message: `Cannot be told: ${workload.reference.name} uses the network of its nodes, where network policies do not apply. Only the firewall of the nodes decides who reaches it.`,
    evidence: [locateForPeople(workload, pod, 'spec.hostNetwork')],
  };
}

function notRecognised({
  reason,
  evidence,
  missing,
}: UnknownNetwork): Judgement {
  return {
    verdict: 'unknown',
    message: `Cannot be told: ${reason}. The network of the cluster can be stated, under zeroTrust.clusters.networks in the configuration or with --cni on the command line.`,
    evidence: [...evidence],
    ...(missing.length > 0 ? { missing: [...missing] } : {}),
  };
}

function nothingEnforced(workload: Workload, network: KnownNetwork): Judgement {
  const { name } = workload.reference;
  const { title, enforces } = network;
  const because = enforces.NetworkPolicy.because;
  return {
    verdict: 'fail',
    message: `Any pod in the cluster can open connections to every port of ${name}, whatever network policies say: ${title} enforces none.`,
    because: sentence([
      ...(because ? [`${capital(title)} enforces nothing: ${because}.`] : []),
      ...stated(network),
    ]),
    evidence: [...network.evidence],
    witness: { from: 'any pod in the cluster', to: name, port: null },
    fix: {
      summary: because
        ? `Correct what keeps ${title} from enforcing. Policies that nobody could notice so far begin to hold at that moment: check first what they cut off.`
        : `Install something that enforces network policies beside ${title}, such as kube-network-policies or Calico, or change to a network that does. Policies that nobody could notice so far begin to hold at that moment: check first what they cut off.`,
    },
  };
}

function stated({ stated: isStated, evidence }: KnownNetwork): string[] {
  const seen =
    evidence.length > 0
      ? 'That this is the network was stated, and its agent is there.'
      : 'That this is the network was stated; no object shows it.';
  return isStated ? [seen] : [];
}

function kindNotEnforced(
  workload: Workload,
  network: KnownNetwork,
  ignored: readonly Meant[],
): Judgement {
  const { name } = workload.reference;
  const names = enumerate(ignored.map(({ object }) => describeObject(object)));
  const [{ enforces }] = ignored;
  return {
    verdict: 'fail',
    message: `${names} ${
      ignored.length === 1 ? 'protects' : 'protect'
    } nothing: ${
      network.title
    } does not enforce policies of that kind, so ${name} is as open as if ${
      ignored.length === 1 ? 'it was' : 'they were'
    } not there.`,
    because: sentence([
      enforces.because
        ? `${capital(network.title)} does not: ${enforces.because}.`
        : `${capital(network.title)} knows no such kind.`,
      ...stated(network),
    ]),
    evidence: [...policyEvidence(ignored), ...network.evidence],
    fix: {
      summary: `Say what ${names} ${
        ignored.length === 1 ? 'says' : 'say'
      } in NetworkPolicies${
        network.enforces.NetworkPolicy.answer === 'yes'
          ? ''
          : ', and let the network enforce those'
      }, and delete what has no effect; or let the network enforce that kind.`,
    },
  };
}

function proof(workload: Workload, network: KnownNetwork): Judgement {
  const { title, evidence, unread } = network;
  const seen = !network.stated || evidence.length > 0;
  return {
    verdict: 'pass',
    enforcement: seen ? 'enforced' : 'declared',
    message: sentence([
      `${capital(title)} ${
        title.includes(' and ') ? 'enforce' : 'enforces'
      } the network policies that are meant for ${workload.reference.name}.`,
      ...stated(network),
      'What passes between a pod and its own node is not covered.',
      ...unread,
    ]),
    evidence: [...evidence],
  };
}

function capital(text: string): string {
  return /^(the|its) /.test(text)
    ? `${text[0].toUpperCase()}${text.slice(1)}`
    : text;
}
