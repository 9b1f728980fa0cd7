/** Random changes of a cluster, as somebody makes them one by one. */
import fc from 'fast-check';
import {
  ClusterSettings,
  ClusterSnapshot,
  KubernetesObject,
} from '../../snapshot';

export interface World {
  objects: readonly KubernetesObject[];
  settings: ClusterSettings;
}

export type Change =
  /** Adds an object of another cluster, or puts it in the place of one of the same name. */
  | { take: number }
  /** Gives a pod or a namespace the labels of another one. */
  | { relabel: number; like: number }
  | { remove: number }
  | { settings: ClusterSettings };

function nameOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  return [apiVersion, kind, metadata.namespace, metadata.name].join('/');
}

export function applyChange(
  { objects, settings }: World,
  change: Change,
  others: readonly KubernetesObject[],
): World {
  if ('settings' in change) {
    return { objects, settings: change.settings };
  }
  if ('remove' in change) {
    const gone = change.remove % Math.max(objects.length, 1);
    return { objects: objects.filter((_, index) => index !== gone), settings };
  }
  if ('take' in change) {
    const taken = others[change.take % others.length];
    const rest = objects.filter(object => nameOf(object) !== nameOf(taken));
    return { objects: [...rest, taken], settings };
  }
  const labelled = objects.filter(({ kind }) =>
    ['Pod', 'Namespace'].includes(kind),
  );
  const object = labelled[change.relabel % labelled.length];
  const { labels } = labelled[change.like % labelled.length].metadata;
  return {
    settings,
    objects: objects.map(other =>
      other === object
        ? { ...other, metadata: { ...other.metadata, labels } }
        : other,
    ),
  };
}

const place = fc.nat(1000);

export function randomChange(
  settings: readonly ClusterSettings[],
): fc.Arbitrary<Change> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ take: place }) },
    { weight: 4, arbitrary: fc.record({ relabel: place, like: place }) },
    { weight: 3, arbitrary: fc.record({ remove: place }) },
    {
      weight: 1,
      arbitrary: fc.record({ settings: fc.constantFrom(...settings) }),
    },
  );
}

export function snapshotOf({ objects, settings }: World): ClusterSnapshot {
  return ClusterSnapshot.create({ cluster: 'random', objects, settings });
}
