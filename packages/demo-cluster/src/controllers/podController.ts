/** The pods that a ReplicaSet, ReplicationController, StatefulSet, DaemonSet or Job asks for, made and removed to measure. */
import { shortHash } from '../admission/serviceAccountToken';
import { ApiError } from '../api/status';
import { ApiObject, ObjectMeta, recordAt } from '../store/apiObject';
import {
  ControllerContext,
  controllerReference,
  controllerUser,
  kindOf,
  podCount,
  templateHash,
  writeStatus,
} from './context';

type Labels = Record<string, string>;

/** One pod that ought to be there. */
interface Wanted {
  /** The end of the pod's name; any will do where it is undefined. */
  slot?: string;
  labels: Labels;
  nodeName?: string;
}

const REVISION = 'controller-revision-hash';

/** Resources whose objects make pods themselves, with the name of their controller. */
export const POD_MAKERS: Record<string, string> = {
  'replicasets.apps': 'replicaset',
  replicationcontrollers: 'replication',
  'statefulsets.apps': 'statefulset',
  'daemonsets.apps': 'daemon-set',
  'jobs.batch': 'job',
};

function range(count: unknown): number[] {
  return [...Array(podCount(count)).keys()];
}

/** Which pods an owner asks for. */
function wantedOf(
  { store }: ControllerContext,
  resource: string,
  owner: ApiObject,
): Wanted[] {
  const spec = recordAt(owner, 'spec');
  const { name, uid = '' } = owner.metadata;
  const revision = templateHash(spec?.template);
  switch (resource) {
    case 'statefulsets.apps':
      return range(spec?.replicas).map(index => ({
        slot: String(index),
        labels: {
          'apps.kubernetes.io/pod-index': String(index),
          'statefulset.kubernetes.io/pod-name': `${name}-${index}`,
          [REVISION]: `${name}-${revision}`,
        },
      }));
    case 'daemonsets.apps':
      return store.list('nodes').map(({ metadata }) => ({
        slot: shortHash(`${uid}/${metadata.name}/${revision}`),
        labels: { 'pod-template-generation': '1', [REVISION]: revision },
        nodeName: metadata.name,
      }));
    case 'jobs.batch':
      return spec?.suspend === true
        ? []
        : range(spec?.parallelism).map(() => ({
            labels: {
              'batch.kubernetes.io/controller-uid': uid,
              'batch.kubernetes.io/job-name': name,
              'controller-uid': uid,
              'job-name': name,
            },
          }));
    default:
      return range(spec?.replicas).map(() => ({ labels: {} }));
  }
}

function podOf(owner: ApiObject, wanted: Wanted, name: string): ApiObject {
  const template = recordAt(owner, 'spec', 'template');
  const metadata = recordAt(template, 'metadata') as
    | Partial<ObjectMeta>
    | undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(owner.kind === 'StatefulSet'
        ? {}
        : { generateName: `${owner.metadata.name}-` }),
      namespace: owner.metadata.namespace,
      labels: { ...metadata?.labels, ...wanted.labels },
      ...(metadata?.annotations
        ? { annotations: { ...metadata.annotations } }
        : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: {
      ...recordAt(template, 'spec'),
      ...(wanted.nodeName ? { nodeName: wanted.nodeName } : {}),
    },
  };
}

/** Makes missing pods, removes surplus and outdated ones; returns why a pod could not be made, if so. */
export function reconcilePods(
  context: ControllerContext,
  resource: string,
  owner: ApiObject,
): string | undefined {
  const { store, kinds, objects, garbage } = context;
  const user = controllerUser(POD_MAKERS[resource]);
  const pods = kindOf(kinds, 'pods');
  const present = new Map(
    garbage
      .dependentsOf(owner.metadata.uid, 'pods')
      .map(pod => [pod.metadata.name, pod]),
  );
  let failure: string | undefined;
  for (const wanted of wantedOf(context, resource, owner)) {
    const [any] = present.keys();
    const slot =
      wanted.slot ?? shortHash(`${owner.metadata.uid}/${store.revision}`);
    const name =
      wanted.slot === undefined && any !== undefined
        ? any
        : `${owner.metadata.name}-${slot}`;
    const pod = podOf(owner, wanted, name);
    const existing = present.get(name);
    present.delete(name);
    const outdated =
      existing?.metadata.labels?.[REVISION] !== pod.metadata.labels?.[REVISION];
    if (existing && !outdated) {
      continue;
    }
    if (existing) {
      objects.delete(
        pods,
        existing.metadata.namespace,
        existing.metadata.name,
        { user },
      );
    }
    try {
      objects.create(pods, pod, { user });
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      failure = error.message;
    }
  }
  for (const { metadata } of present.values()) {
    objects.delete(pods, metadata.namespace, metadata.name, { user });
  }
  writeStatus(
    context,
    resource,
    owner,
    statusOf(context, resource, owner, failure),
    user,
  );
  return failure;
}

function statusOf(
  { garbage }: ControllerContext,
  resource: string,
  owner: ApiObject,
  failure: string | undefined,
): Record<string, unknown> {
  const count = garbage.dependentsOf(owner.metadata.uid, 'pods').length;
  const observedGeneration = owner.metadata.generation;
  const conditions = failure
    ? [
        {
          type: 'ReplicaFailure',
          status: 'True',
          reason: 'FailedCreate',
          message: failure,
        },
      ]
    : [];
  switch (resource) {
    case 'daemonsets.apps':
      return {
        observedGeneration,
        currentNumberScheduled: count,
        desiredNumberScheduled: count,
        numberAvailable: count,
        numberMisscheduled: 0,
        numberReady: count,
        updatedNumberScheduled: count,
      };
    case 'jobs.batch':
      return { active: count, ready: count, terminating: 0 };
    case 'statefulsets.apps':
      return {
        observedGeneration,
        availableReplicas: count,
        currentReplicas: count,
        readyReplicas: count,
        replicas: count,
        updatedReplicas: count,
      };
    default:
      return {
        observedGeneration,
        replicas: count,
        ...(count > 0
          ? {
              fullyLabeledReplicas: count,
              readyReplicas: count,
              availableReplicas: count,
            }
          : {}),
        ...(conditions.length > 0 ? { conditions } : {}),
      };
  }
}
