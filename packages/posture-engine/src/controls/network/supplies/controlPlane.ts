/** Istio's control plane: a proxy that does not reach it gets no certificate and no configuration, so nothing passes it for long. */
import { CONTROL_PLANE_NAMESPACE, meshOf } from '../../../mesh/mesh';
import { entryOf } from '../../../mesh/podFields';
import type { ClusterSnapshot, PodView } from '../../../snapshot';
import {
  Consumer,
  Supply,
  addedPolicy,
  askAny,
  doubt,
  isMendable,
  nameOfPod,
  opensSomewhere,
  peerOf,
  refusal,
  refusalAnywhere,
} from './supply';

const PORT = { protocol: 'TCP', port: 15012 } as const;
const WHAT = "the mesh's control plane";
const REVISION = 'istio.io/rev';
const INJECTED = 'sidecar.istio.io/status';

export function suppliesOfControlPlane(consumer: Consumer): Supply[] {
  const { dataPlane, pod, workload, snapshot } = consumer;
  if (dataPlane.dataPlane !== 'sidecar' && !dataPlane.gateway) {
    return [];
  }
  const { name } = workload.reference;
  const servers = ofRevision(snapshot.derive(controlPlanesOf), pod, snapshot);
  const answer = askAny(
    consumer,
    'egress',
    servers.map(end => ({ end, ...PORT })),
  );
  const loss = {
    severity: 'medium' as const,
    message: `The proxies of ${name} get no certificate and no configuration: they do not reach ${WHAT}. Once theirs have expired, or in new pods, nothing gets through.`,
    witness: { from: name, to: WHAT, ...PORT },
  };
  switch (answer?.state) {
    case 'reached':
      return [{ state: 'reached', what: WHAT }];
    case 'unknown':
      return [
        doubt(consumer, `Whether ${name} reaches ${WHAT}`, answer.decision),
      ];
    case 'cut': {
      const own = isMendable(answer, 'egress');
      const where = nameOfPod(servers[0]);
      return [
        {
          state: 'cut',
          loss: {
            ...loss,
            ...refusal(consumer, answer),
            witness: { ...loss.witness, to: where },
            fix: own
              ? `Add a rule that lets ${name} reach ${where} on port ${PORT.port}. It opens nothing else.`
              : `Let ${name} reach ${where} on port ${PORT.port} in the policy that refuses it.`,
            ...(own ? { objects: policyTo(consumer, servers[0]) } : {}),
          },
        },
      ];
    }
    default:
      return [
        opensSomewhere(consumer, PORT.protocol, [PORT.port])
          ? { state: 'unseen', note: WHAT }
          : {
              state: 'cut',
              loss: {
                ...loss,
                ...refusalAnywhere(consumer, PORT.protocol, PORT.port),
                fix: `Add a rule that lets ${name} reach the pods of ${WHAT} on port ${PORT.port}. As Istio is usually installed they are those of namespace ${CONTROL_PLANE_NAMESPACE} with the label app=istiod.`,
                objects: policyTo(consumer, {
                  ...pod,
                  namespace: CONTROL_PLANE_NAMESPACE,
                  labels: { app: 'istiod' },
                }),
              },
            },
      ];
  }
}

function policyTo({ workload }: Consumer, server: PodView) {
  return addedPolicy(workload, 'control-plane', 'egress', {
    peer: peerOf(server),
    ports: [PORT],
  });
}

export function controlPlaneNamespaces(snapshot: ClusterSnapshot): string[] {
  const { rootNamespace } = snapshot.derive(meshOf);
  return [...new Set([CONTROL_PLANE_NAMESPACE, rootNamespace])];
}

/** Use as `snapshot.derive(controlPlanesOf)`. */
function controlPlanesOf(snapshot: ClusterSnapshot): readonly PodView[] {
  return controlPlaneNamespaces(snapshot).flatMap(namespace =>
    snapshot
      .workloadsIn(namespace)
      .flatMap(({ pods }) => pods)
      .filter(({ labels }) => entryOf(labels, 'app') === 'istiod'),
  );
}

/** The control planes of a pod's revision; all of them where its revision is a tag, or not said. */
function ofRevision(
  servers: readonly PodView[],
  pod: PodView,
  snapshot: ClusterSnapshot,
): readonly PodView[] {
  const revision =
    injectedRevision(entryOf(pod.annotations, INJECTED)) ??
    entryOf(pod.labels, REVISION) ??
    entryOf(snapshot.namespaceLabels(pod.namespace), REVISION);
  const own = servers.filter(
    ({ labels }) => entryOf(labels, REVISION) === revision,
  );
  return revision !== undefined && own.length > 0 ? own : servers;
}

/** The injector leaves what it did as JSON. */
function injectedRevision(status: string | undefined): string | undefined {
  const revision = /"revision"\s*:\s*"([^"]+)"/.exec(status ?? '')?.[1];
  return revision;
}
