/** One ReplicaSet for a Deployment's present template; those of older templates keep no pods. */
import { ApiObject, isRecord, listAt, recordAt } from '../store/apiObject';
import {
  ControllerContext,
  controllerReference,
  controllerUser,
  kindOf,
  podCount,
  templateHash,
  writeStatus,
} from './context';

const USER = controllerUser('deployment');
const REPLICA_SETS = 'replicasets.apps';
const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

export function reconcileDeployment(
  context: ControllerContext,
  deployment: ApiObject,
) {
  const { kinds, objects, garbage } = context;
  const kind = kindOf(kinds, REPLICA_SETS);
  const owned = garbage.dependentsOf(deployment.metadata.uid, REPLICA_SETS);
  const hash = templateHash(recordAt(deployment, 'spec')?.template);
  const replicas = podCount(recordAt(deployment, 'spec')?.replicas);
  const current = owned.find(
    ({ metadata }) => metadata.labels?.[HASH] === hash,
  );
  const newest = Math.max(0, ...owned.map(revisionOf));
  if (!current) {
    objects.create(kind, replicaSet(deployment, hash, replicas, newest + 1), {
      user: USER,
    });
  } else if (recordAt(current, 'spec')?.replicas !== replicas) {
    objects.update(kind, scaled(current, replicas), { user: USER });
  }
  for (const old of owned) {
    if (old !== current && recordAt(old, 'spec')?.replicas !== 0) {
      objects.update(kind, scaled(old, 0), { user: USER });
    }
  }
  writeStatus(
    context,
    'deployments.apps',
    deployment,
    statusOf(context, deployment),
    USER,
  );
}

function revisionOf({ metadata }: ApiObject): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

function scaled(set: ApiObject, replicas: number): ApiObject {
  return { ...set, spec: { ...recordAt(set, 'spec'), replicas } };
}

function replicaSet(
  deployment: ApiObject,
  hash: string,
  replicas: number,
  revision: number,
): ApiObject {
  const { name, namespace } = deployment.metadata;
  const spec = recordAt(deployment, 'spec');
  const template = recordAt(spec, 'template');
  const metadata = recordAt(template, 'metadata');
  const labels = { ...recordAt(metadata, 'labels'), [HASH]: hash };
  const selector = recordAt(spec, 'selector');
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: labels as Record<string, string>,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(replicas),
        [REVISION]: String(revision),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: {
        ...selector,
        matchLabels: { ...recordAt(selector, 'matchLabels'), [HASH]: hash },
      },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}

function statusOf({ garbage }: ControllerContext, deployment: ApiObject) {
  const sets = garbage.dependentsOf(deployment.metadata.uid, REPLICA_SETS);
  const count = (field: string) =>
    sets.reduce(
      (sum, set) => sum + Number(recordAt(set, 'status')?.[field] ?? 0),
      0,
    );
  const replicas = count('replicas');
  const wanted = podCount(recordAt(deployment, 'spec')?.replicas);
  const available = replicas >= wanted;
  const failure = sets
    .flatMap(set => listAt(set, 'status', 'conditions'))
    .filter(isRecord)
    .find(({ type }) => type === 'ReplicaFailure');
  return {
    observedGeneration: deployment.metadata.generation,
    ...(replicas > 0
      ? {
          replicas,
          updatedReplicas: replicas,
          readyReplicas: count('readyReplicas'),
          availableReplicas: count('availableReplicas'),
        }
      : {}),
    conditions: [
      {
        type: 'Available',
        status: available ? 'True' : 'False',
        reason: available
          ? 'MinimumReplicasAvailable'
          : 'MinimumReplicasUnavailable',
        message: available
          ? 'Deployment has minimum availability.'
          : 'Deployment does not have minimum availability.',
      },
      ...(failure ? [failure] : []),
    ],
  };
}
