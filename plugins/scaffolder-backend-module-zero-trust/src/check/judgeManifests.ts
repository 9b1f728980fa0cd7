/**
 * Judges manifests that are not in a cluster yet, and says what the verdicts
 * rest on: a workspace is never the whole world.
 */
import {
  CONTROLS,
  ClusterSnapshot,
  Control,
  Finding,
  KubernetesObject,
  NetworkName,
  Summary,
  clusterNetworkOf,
  describeObject,
  groupOf,
  judge,
  kindNameOf,
  summarize,
} from '@backstage-zero-trust/posture-engine';
import {
  asCreated,
  asExisting,
  isNamespaced,
  isOwned,
  keyOf,
  referenceOf,
  runsPods,
} from './manifestObjects';

export type DataPlane = 'sidecar' | 'ambient';

/** Objects by their `keyOf`. */
export type Manifests = ReadonlyMap<string, KubernetesObject>;

export interface JudgeManifestsOptions {
  manifests: Manifests;
  /** What is known to be in the cluster already; read, not judged. */
  surroundings: Manifests;
  /** The mesh that namespaces belong to which no object describes. */
  dataPlane?: DataPlane;
  /** What enforces network policies in the cluster. */
  cni?: NetworkName;
  /** All, if omitted, but what manifests cannot tell. */
  controls?: readonly Control[];
}

export interface JudgedManifests {
  findings: Finding[];
  summary: Summary;
  workloads: number;
  /** What was assumed, and what was not looked at; a sentence each. */
  restsOn: string[];
  /** Objects that run pods and are of a kind that the engine does not read. */
  unreadable: string[];
}

/** The label by which a namespace joins the mesh. */
const MEMBERSHIP: Record<DataPlane, Record<string, string>> = {
  sidecar: { 'istio-injection': 'enabled' },
  ambient: { 'istio.io/dataplane-mode': 'ambient' },
};

export function judgeManifests(
  options: JudgeManifestsOptions,
): JudgedManifests {
  const { manifests, surroundings, dataPlane, cni } = options;
  const objects = mergeObjects(manifests, surroundings);
  const restsOn = [
    surroundings.size === 0
      ? 'Nothing but these manifests was looked at: a policy that the cluster already has can still open what they close.'
      : `Beside these manifests, ${surroundings.size} given objects were taken to be in the cluster, and nothing else.`,
    ...(dataPlane ? assumeMembership(objects, manifests, dataPlane) : []),
  ];
  const isGiven = (key: string) => surroundings.has(key) && !manifests.has(key);
  const snapshot = ClusterSnapshot.create({
    cluster: 'these manifests',
    objects: objects.values(),
    settings: cni ? { cni } : {},
  });
  const network = networkIn(snapshot, options);
  restsOn.push(...network.restsOn);
  const workloads = snapshot.workloads.filter(
    ({ pods }) => !pods.every(({ object }) => isGiven(keyOf(object))),
  );
  const findings = judge(snapshot, {
    controls: network.controls,
    workloads,
  });
  const unread = [...manifests.values()].filter(
    ({ apiVersion, kind }) => !kindNameOf(groupOf(apiVersion), kind),
  );
  const idle = unread.filter(object => !runsPods(object)).map(nameOf);
  if (idle.length > 0) {
    restsOn.push(`No control reads ${idle.join(', ')}.`);
  }
  return {
    findings,
    summary: summarize(findings),
    workloads: workloads.length,
    restsOn,
    unreadable: unread.filter(runsPods).map(nameOf),
  };
}

/** The control that asks about the cluster rather than about manifests. */
const ENFORCEMENT = 'NW-4';

/** By which controls to judge, as far as what enforces network policies is known. */
function networkIn(
  snapshot: ClusterSnapshot,
  { cni, controls }: JudgeManifestsOptions,
): { controls: readonly Control[]; restsOn: string[] } {
  if (cni) {
    return {
      controls: controls ?? CONTROLS,
      restsOn: [
        `What enforces network policies was taken to be ${cni}, as given.`,
      ],
    };
  }
  if (controls || snapshot.derive(clusterNetworkOf).state === 'known') {
    return { controls: controls ?? CONTROLS, restsOn: [] };
  }
  return {
    controls: CONTROLS.filter(({ id }) => id !== ENFORCEMENT),
    restsOn: [
      `Whether anything enforces network policies (${ENFORCEMENT}) was not judged: no manifest shows it, and no cni was given.`,
    ],
  };
}

/** In a cluster, manifests replace what is there under the same name; so they do here. */
function mergeObjects(
  manifests: Manifests,
  surroundings: Manifests,
): Map<string, KubernetesObject> {
  const objects = new Map<string, KubernetesObject>();
  for (const [key, object] of surroundings) {
    if (!isOwned(object)) {
      objects.set(key, asExisting(object));
    }
  }
  for (const [key, object] of manifests) {
    objects.set(key, asCreated(object, objects.get(key)));
  }
  return objects;
}

/** Adds the Namespaces that are missing, as members of the mesh, and says so. */
function assumeMembership(
  objects: Map<string, KubernetesObject>,
  manifests: Manifests,
  dataPlane: DataPlane,
): string[] {
  const used = new Set(
    [...manifests.values()]
      .filter(isNamespaced)
      .map(object => referenceOf(object).namespace),
  );
  const assumptions: string[] = [];
  for (const name of used) {
    if (name === undefined) {
      continue;
    }
    const assumed: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: MEMBERSHIP[dataPlane] },
    };
    const key = keyOf(referenceOf(assumed));
    if (!objects.has(key)) {
      objects.set(key, assumed);
      assumptions.push(
        `Namespace ${name} was taken to be part of the mesh (${dataPlane}); no manifest says so.`,
      );
    }
  }
  return assumptions;
}

function nameOf(object: KubernetesObject): string {
  return describeObject(referenceOf(object));
}
