/**
 * What the labels and annotations of a pod and of its namespace ask of each
 * mesh. Istio's rules of injection are those of its webhooks and of
 * `inject.go`; ambient's are the default selectors of istio-cni. Linkerd's are
 * those of its webhook and of `pkg/inject/report.go`.
 */
import { PodView, Workload } from '../snapshot';
import { FieldValue, entryOf, metadataEvidence } from './podFields';

/** What one data plane makes of a pod; `unseen` where only the namespace could tell. */
export interface Ask {
  answer: 'yes' | 'no' | 'refused' | 'unseen';
  reason: string;
  evidence: FieldValue[];
}

export interface Candidate {
  workload: Workload;
  pod: PodView;
  /** Undefined where the Namespace object was not seen. */
  namespace: { labels: Labels; annotations: Labels } | undefined;
}

type Labels = Readonly<Record<string, string>>;

/** Istio's webhooks leave these out by name. */
const NEVER_INJECTED: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

export const INJECTION = 'istio-injection';
const REVISION = 'istio.io/rev';
const INJECT = 'sidecar.istio.io/inject';
export const DATA_PLANE_MODE = 'istio.io/dataplane-mode';
const LINKERD_INJECT = 'linkerd.io/inject';
const LINKERD_WEBHOOKS = 'config.linkerd.io/admission-webhooks';

/** Linkerd's webhook leaves these out by name. */
const NEVER_IN_LINKERD: ReadonlySet<string> = new Set([
  'kube-system',
  'cert-manager',
]);

export function namespaceEvidence(
  { pod, namespace }: Candidate,
  part: 'labels' | 'annotations',
  key: string,
): FieldValue {
  return {
    object: { apiVersion: 'v1', kind: 'Namespace', name: pod.namespace },
    field: `metadata.${part}['${key}']`,
    value: entryOf(namespace?.[part] ?? {}, key) ?? null,
  };
}

/** An answer that rests on one label or annotation, of the pod or of its namespace. */
function byPod(
  { workload, pod }: Candidate,
  answer: Ask['answer'],
  part: 'labels' | 'annotations',
  key: string,
): Ask {
  return {
    answer,
    reason: `its pods carry the ${part.slice(0, -1)} ${key}=${entryOf(
      pod[part],
      key,
    )}`,
    evidence: [metadataEvidence(workload, pod, part, key)],
  };
}

function byNamespace(
  candidate: Candidate,
  answer: Ask['answer'],
  part: 'labels' | 'annotations',
  key: string,
): Ask {
  const evidence = namespaceEvidence(candidate, part, key);
  return {
    answer,
    reason: `namespace ${candidate.pod.namespace} has the ${part.slice(
      0,
      -1,
    )} ${key}=${evidence.value}`,
    evidence: [evidence],
  };
}

const UNSEEN: Ask = { answer: 'unseen', reason: '', evidence: [] };
const NOT_ASKED: Ask = { answer: 'no', reason: '', evidence: [] };

export function askSidecar(candidate: Candidate): Ask {
  const { pod, namespace } = candidate;
  const inject = entryOf(pod.labels, INJECT);
  if (NEVER_INJECTED.has(pod.namespace)) {
    return NOT_ASKED;
  }
  const injection = namespace && entryOf(namespace.labels, INJECTION);
  if (injection !== undefined && injection !== 'enabled') {
    // No webhook matches such a namespace, whatever its pods say.
    return byNamespace(candidate, 'refused', 'labels', INJECTION);
  }
  if (inject === 'false') {
    return byPod(candidate, 'refused', 'labels', INJECT);
  }
  // The annotation opts out, never in, and only where the label says nothing.
  if (inject === undefined && entryOf(pod.annotations, INJECT) === 'false') {
    return byPod(candidate, 'refused', 'annotations', INJECT);
  }
  if (!namespace) {
    // A pod can ask only where its namespace forbids nothing.
    return UNSEEN;
  }
  if (injection === 'enabled') {
    return byNamespace(candidate, 'yes', 'labels', INJECTION);
  }
  if (entryOf(namespace.labels, REVISION) !== undefined) {
    return byNamespace(candidate, 'yes', 'labels', REVISION);
  }
  if (inject === 'true') {
    return byPod(candidate, 'yes', 'labels', INJECT);
  }
  if (entryOf(pod.labels, REVISION) !== undefined) {
    return byPod(candidate, 'yes', 'labels', REVISION);
  }
  return NOT_ASKED;
}

export function askAmbient(candidate: Candidate): Ask {
  const { pod, namespace } = candidate;
  switch (entryOf(pod.labels, DATA_PLANE_MODE)) {
    case 'ambient':
      return byPod(candidate, 'yes', 'labels', DATA_PLANE_MODE);
    case 'none':
      return byPod(candidate, 'refused', 'labels', DATA_PLANE_MODE);
    default:
  }
  if (pod.namespace === 'kube-system') {
    return NOT_ASKED;
  }
  if (!namespace) {
    return UNSEEN;
  }
  return entryOf(namespace.labels, DATA_PLANE_MODE) === 'ambient'
    ? byNamespace(candidate, 'yes', 'labels', DATA_PLANE_MODE)
    : NOT_ASKED;
}

export function askLinkerd(candidate: Candidate): Ask {
  const { pod, namespace } = candidate;
  const own = entryOf(pod.annotations, LINKERD_INJECT) || undefined;
  if (NEVER_IN_LINKERD.has(pod.namespace)) {
    return NOT_ASKED;
  }
  if (namespace && entryOf(namespace.labels, LINKERD_WEBHOOKS) === 'disabled') {
    return byNamespace(candidate, 'refused', 'labels', LINKERD_WEBHOOKS);
  }
  const general =
    namespace && (entryOf(namespace.annotations, LINKERD_INJECT) || undefined);
  // What is no value of the annotation keeps a pod out, wherever it stands.
  if (own !== undefined && !asksForLinkerd(own)) {
    return byPod(candidate, 'refused', 'annotations', LINKERD_INJECT);
  }
  if (
    general !== undefined &&
    !asksForLinkerd(general) &&
    !(own && general === 'disabled')
  ) {
    return byNamespace(candidate, 'refused', 'annotations', LINKERD_INJECT);
  }
  if (own !== undefined) {
    return byPod(candidate, 'yes', 'annotations', LINKERD_INJECT);
  }
  if (!namespace) {
    return UNSEEN;
  }
  return general === undefined
    ? NOT_ASKED
    : byNamespace(candidate, 'yes', 'annotations', LINKERD_INJECT);
}

function asksForLinkerd(value: string): boolean {
  return value === 'enabled' || value === 'ingress';
}
