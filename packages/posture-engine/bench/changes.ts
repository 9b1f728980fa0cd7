/** What one change costs afterwards: the connections of the new snapshot, with the relations of all pairs asked again; and what two snapshots side by side cost. */
import {
  ClusterSnapshot,
  KubernetesObject,
  connectionsOf,
  diffConnections,
} from '../src';
import { NETWORKS, Network, generateNetwork } from './cluster';
import { MIDDLE, relate } from './connections';
import { median, timed } from './measure';
import { Random } from './random';

const CHANGES = 15;
const POLICIES: Readonly<Record<Network, string>> = {
  kubernetes: 'networking.k8s.io/v1 NetworkPolicy',
  cilium: 'cilium.io/v2 CiliumNetworkPolicy',
  calico: 'projectcalico.org/v3 NetworkPolicy',
};

interface Labelled extends KubernetesObject {
  metadata: KubernetesObject['metadata'] & { labels: Record<string, string> };
}

/** As a watch event does: a copy with something else in it. */
type Edit = (object: KubernetesObject, random: Random) => KubernetesObject;

const withoutRule: Edit = object => {
  const { spec, ...rest } = structuredClone(object) as KubernetesObject & {
    spec: { ingress?: unknown[] };
  };
  return { ...rest, spec: { ...spec, ingress: spec.ingress?.slice(1) } };
};

const otherLabels: Edit = (object, random) => {
  const { metadata, ...rest } = structuredClone(object) as Labelled;
  const labels = { ...metadata.labels, app: `app-${random.below(100)}` };
  return { ...rest, metadata: { ...metadata, labels } };
};

export function* benchChanges(): Generator<string> {
  for (const network of NETWORKS) {
    const { objects, settings } = generateNetwork({ ...MIDDLE, network });
    const random = Random.create(9);
    const create = () =>
      ClusterSnapshot.create({ cluster: 'bench', objects, settings });
    let snapshot = create();
    const all = timed(() => relate(snapshot.derive(connectionsOf)));
    const time = (kind: string, edit: Edit): number[] => {
      const candidates = objects.flatMap((object, index) =>
        `${object.apiVersion} ${object.kind}` === kind ? [index] : [],
      );
      return Array.from({ length: CHANGES }, () => {
        const index = random.pick(candidates);
        objects[index] = edit(objects[index], random);
        const later = create();
        snapshot = later;
        return timed(() => relate(later.derive(connectionsOf))).milliseconds;
      });
    };
    const policy = time(POLICIES[network], withoutRule);
    const pod = time('v1 Pod', otherLabels);
    const before = snapshot;
    time(POLICIES[network], withoutRule);
    const diff = timed(() => {
      let changes = 0;
      for (const change of diffConnections(sideOf(before), sideOf(snapshot))) {
        changes += change ? 1 : 0;
      }
      return changes;
    });
    yield [
      `${network}, ${MIDDLE.pods} pods: from scratch ${all.milliseconds.toFixed(
        0,
      )} ms`,
      `a policy changed ${inWords(policy)}`,
      `a pod's labels changed ${inWords(pod)}`,
      `${CHANGES} policies apart, ${
        diff.value
      } changed connections found in ${diff.milliseconds.toFixed(0)} ms`,
    ].join('; ');
  }
}

function sideOf(snapshot: ClusterSnapshot) {
  return {
    connections: snapshot.derive(connectionsOf),
    workloads: snapshot.workloads,
  };
}

function inWords(values: readonly number[]): string {
  return `${median(values).toFixed(0)} ms (at most ${Math.max(
    ...values,
  ).toFixed(0)})`;
}
