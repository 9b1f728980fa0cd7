/** The agents of networks that run in a cluster, and what each enforces. */
import {
  ClusterSnapshot,
  NETWORK_NAMES,
  NetworkName,
  PodView,
  Workload,
  locateField,
  sameValue,
  shownView,
  valueAt,
} from '../../snapshot';
import {
  Enforcement,
  NetworkEvidence,
  POLICY_APIS,
  enforcement,
  unknown,
} from './enforcement';
import { NETWORKS } from './networks';

export interface Agent {
  name: NetworkName;
  workloads: Workload[];
  enforces: Enforcement;
  evidence: NetworkEvidence[];
}

/** By name. */
export function agentsOf(snapshot: ClusterSnapshot): Agent[] {
  const found = new Map<NetworkName, Workload[]>();
  for (const workload of snapshot.workloads) {
    // A pod off its node's network cannot enforce anything there, and one by itself not for the cluster, whatever they are called.
    const pod =
      workload.reference.kind === 'DaemonSet'
        ? workload.pods.find(({ spec }) => spec.hostNetwork)
        : undefined;
    for (const name of pod ? namesOf(pod, workload.reference.name) : []) {
      const workloads = found.get(name) ?? [];
      workloads.push(workload);
      found.set(name, workloads);
    }
  }
  return NETWORK_NAMES.flatMap(name => {
    const workloads = found.get(name);
    return workloads ? readAgents(name, workloads, snapshot) : [];
  });
}

function namesOf(pod: PodView, workload: string): NetworkName[] {
  return NETWORK_NAMES.filter(name => NETWORKS[name].knownBy?.(pod, workload));
}

function readAgents(
  name: NetworkName,
  workloads: Workload[],
  snapshot: ClusterSnapshot,
): Agent {
  const { title, enforces, knownBy, read } = NETWORKS[name];
  const evidence: NetworkEvidence[] = [];
  const answers: Enforcement[] = [];
  for (const workload of workloads) {
    const views = [...new Set(workload.pods.map(pod => shown(workload, pod)))];
    views.forEach((view, index) => {
      const reading = read?.(view, snapshot);
      answers.push({ ...enforces, ...reading?.enforces });
      if (index === 0) {
        const fields = new Set([
          knownBy?.(view, workload.reference.name) ?? 'metadata.labels',
          ...(reading?.fields ?? []),
        ]);
        evidence.push(
          ...Array.from(fields, field => ({
            ...locateField(workload, view, field),
            value: valueAt(view, field) ?? null,
          })),
          ...(reading?.evidence ?? []),
        );
      }
    });
  }
  return {
    name,
    workloads,
    evidence,
    enforces: answers.every(answer => sameValue(answer, answers[0]))
      ? answers[0]
      : differing(title, answers),
  };
}

/** One view for all pods that are as their template says: there is one for each node. */
function shown(workload: Workload, pod: PodView): PodView {
  return shownView(workload, pod, ({ spec }) =>
    spec.containers.map(({ name, image, command, args, env }) => ({
      name,
      image,
      command,
      args,
      env,
    })),
  );
}

function differing(
  title: string,
  answers: readonly Enforcement[],
): Enforcement {
  return enforcement(
    Object.fromEntries(
      POLICY_APIS.map(api => [
        api,
        answers.every(answer => sameValue(answer[api], answers[0][api]))
          ? answers[0][api]
          : unknown(
              `the agents of ${title} are not all alike, and not all of them enforce the same`,
            ),
      ]),
    ),
  );
}
