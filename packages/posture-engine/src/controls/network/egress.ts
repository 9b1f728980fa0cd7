/** NW-5: what leaves the workload goes to somebody in particular. */
import { describePorts } from '../../decisions';
import { wordsForRanges } from '../../network/atLarge';
import { OWN_SIDE_NEEDS } from '../../network/connectionNeeds';
import { connectionsOf } from '../../network/connections';
import {
  EgressView,
  egressFactsOf,
  egressViewsOf,
} from '../../network/egressView';
import { METADATA_PORT } from '../../network/metadataAddresses';
import { decideAbout } from '../../network/openness';
import {
  ClusterSnapshot,
  KubernetesObject,
  PodView,
  Workload,
  describeObject,
} from '../../snapshot';
import { Control, Judgement } from '../control';
import { enumerate, locateForPeople, sentence, worstFirst } from '../wording';
import {
  EgressDoubt,
  EgressHole,
  egressDoubtsOf,
  egressHolesOf,
} from './egressHoles';
import { enforcementOf } from './enforcementOf';
import { evidenceOf } from './evidenceOfPolicies';

export const egress: Control = {
  id: 'NW-5',
  title: 'Egress to known destinations',
  pillar: 'network',
  severity: 'high',
  scope: 'workload',
  question:
    'Can the service send data only to destinations that somebody named: not to the internet at large, not to the metadata of its node, and name lookups only to the DNS of the cluster?',
  why: 'Whoever takes over a service needs a way out: to fetch tools, to send away what he finds, to take orders. And the metadata address of a cloud hands out the credentials of the node.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 3' },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-7(5)' },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-4' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: traffic management' },
    { framework: 'NSA/CISA KHG', requirement: 'Network separation' },
    { framework: 'PCI DSS 4.0', requirement: '1.3' },
  ],
  needs: OWN_SIDE_NEEDS,
  facts: egressFactsOf,
  evaluate(workload, snapshot) {
    const holes: EgressHole[] = [];
    const doubts: EgressDoubt[] = [];
    const connections = snapshot.derive(connectionsOf);
    const views = new Set<EgressView>();
    for (const pod of workload.pods) {
      const podClass = connections.universe.classOfPod(pod);
      if (pod.spec.hostNetwork || !podClass) {
        doubts.push(onHostNetwork(workload, pod));
        continue;
      }
      const view = snapshot.derive(egressViewsOf).of(podClass);
      if (!views.has(view)) {
        views.add(view);
        const sender = { workload, pod, podClass, view, connections, snapshot };
        holes.push(...egressHolesOf(sender));
        doubts.push(...egressDoubtsOf(sender));
      }
    }
    if (holes.length > 0) {
      return [failure(workload, worstFirst(holes))];
    }
    return doubts.length > 0
      ? [{ verdict: 'unknown', ...doubts[0] }]
      : [proof(workload, [...views], snapshot)];
  },
};

function onHostNetwork(workload: Workload, pod: PodView): EgressDoubt {
  return {
    message: `Cannot be told: ${workload.reference.name} uses the network of its nodes, where network policies do not apply. Only the firewall of the nodes decides where it sends.`,
    evidence: [locateForPeople(workload, pod, 'spec.hostNetwork')],
  };
}

function failure(workload: Workload, holes: readonly EgressHole[]): Judgement {
  const [worst] = holes;
  const evidence = new Map(
    holes.flatMap(hole =>
      hole.evidence.map(item => [JSON.stringify(item), item] as const),
    ),
  );
  return {
    verdict: 'fail',
    severity: worst.severity,
    message: sentence(holes.map(({ message }) => message)),
    because: sentence(holes.map(({ because }) => because)),
    evidence: [...evidence.values()],
    witness: worst.witness,
    fix: {
      summary: sentence(holes.map(({ fix }) => fix)),
      ...(holes.every(({ unrestricted }) => unrestricted)
        ? objectsFor(workload)
        : {}),
    },
  };
}

/** A policy of the workload's own that leaves it the DNS and nothing else. */
function objectsFor({ template, pods, reference }: Workload): {
  objects?: KubernetesObject[];
} {
  const { labels } = template ?? pods[0];
  const { name, namespace } = reference;
  return Object.keys(labels).length === 0
    ? {}
    : {
        objects: [
          {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'NetworkPolicy',
            metadata: { name: `${name}-egress`, namespace },
            spec: {
              podSelector: { matchLabels: { ...labels } },
              policyTypes: ['Egress'],
              egress: [
                {
                  to: [
                    {
                      namespaceSelector: {
                        matchLabels: {
                          'kubernetes.io/metadata.name': 'kube-system',
                        },
                      },
                      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
                    },
                  ],
                  ports: [
                    { protocol: 'UDP', port: 53 },
                    { protocol: 'TCP', port: 53 },
                  ],
                },
              ],
            },
          },
        ],
      };
}

function proof(
  workload: Workload,
  views: readonly EgressView[],
  snapshot: ClusterSnapshot,
): Judgement {
  const { name } = workload.reference;
  const connections = snapshot.derive(connectionsOf);
  const decidedBy = workload.pods.flatMap(pod => {
    const podClass = connections.universe.classOfPod(pod);
    return podClass
      ? decideAbout(connections, podClass, 'egress', 'outside', METADATA_PORT)
          .decidedBy
      : [];
  });
  const policies = [
    ...new Set(decidedBy.map(({ object }) => describeObject(object))),
  ];
  const outside = [
    ...views.flatMap(({ ranges }) =>
      ranges.map(
        ({ ranges: blocks, ports }) =>
          `${enumerate(wordsForRanges(blocks))} (${describePorts(ports)})`,
      ),
    ),
    ...views.flatMap(({ names }) =>
      names.map(text => text.replace(/^(to|with) /, '')),
    ),
  ];
  const { enforcement, words } = enforcementOf(
    decidedBy.map(({ object }) => object),
    snapshot,
  );
  return {
    verdict: 'pass',
    enforcement,
    message: sentence([
      `${enumerate(policies)} ${
        policies.length === 1 ? 'keeps' : 'keep'
      } ${name} from the internet at large and from the metadata of its node${words}.`,
      ...(outside.length > 0
        ? [
            `Outside the cluster it may reach only ${enumerate([
              ...new Set(outside),
            ])}.`,
          ]
        : []),
      'Name lookups go to the DNS of the cluster, or to servers that a rule names, if anywhere.',
    ]),
    evidence: evidenceOf(snapshot, decidedBy),
  };
}
