/** `Sidecar` objects that rule no proxy, and hosts in them that import nothing. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { Sidecar } from '../../snapshot/kinds';
import type { IneffectivePolicy } from '../../network/ineffective';
import { EgressImports } from '../client/egressImports';
import { registryOf } from '../client/outbound/registry';
import { requireMesh } from '../mesh';
import { sidecarOf } from '../sidecarScope';
import { MeshPod } from './meshPods';
import { Reason, selectionOf } from './selection';

export function ineffectiveSidecars(
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  return snapshot.all('Sidecar').flatMap(sidecar => {
    const object = referenceTo(sidecar);
    return reasonsOf(sidecar, snapshot).map(reason => ({ object, ...reason }));
  });
}

function reasonsOf(sidecar: Sidecar, snapshot: ClusterSnapshot): Reason[] {
  const { rootNamespace } = requireMesh(snapshot);
  const object = referenceTo(sidecar);
  const { namespace = 'default' } = object;
  const choice = sidecar.spec?.workloadSelector;
  if (snapshot.coverage.gap('Sidecar', [namespace, rootNamespace])) {
    return [];
  }
  const selected = selectionOf(
    {
      object,
      namespace: namespace === rootNamespace && !choice ? undefined : namespace,
      labels: choice?.labels,
      field: 'spec.workloadSelector',
      readers: ['sidecar'],
      others: {
        ambient: 'are in ambient, where no proxy reads a Sidecar',
        gateway: 'are gateways, which read no Sidecar',
        waypoint: 'are waypoints, which read no Sidecar',
      },
    },
    snapshot,
  );
  if (!selected || 'because' in selected) {
    return selected ? [selected] : [];
  }
  const ruled = selected.filter(
    ({ pod }) => sidecarOf(pod, snapshot) === sidecar,
  );
  return ruled.length === 0
    ? shadowed(sidecar, selected, snapshot)
    : emptyImports(sidecar, snapshot);
}

/** Of several without an age nobody knows yet which came first. */
function shadowed(
  sidecar: Sidecar,
  selected: readonly MeshPod[],
  snapshot: ClusterSnapshot,
): Reason[] {
  const winners = [
    ...new Set(selected.flatMap(({ pod }) => sidecarOf(pod, snapshot) ?? [])),
  ];
  const [first] = winners;
  const isRival = (winner: Sidecar) =>
    Boolean(winner.spec?.workloadSelector) ===
      Boolean(sidecar.spec?.workloadSelector) &&
    winner.metadata.namespace === sidecar.metadata.namespace;
  const isUndated = [sidecar, ...winners].some(
    ({ metadata }) => metadata.creationTimestamp === undefined,
  );
  if (!first || (isUndated && winners.some(isRival))) {
    return [];
  }
  const names = winners
    .slice(0, 3)
    .map(({ metadata }) => `Sidecar ${metadata.namespace}/${metadata.name}`);
  return [
    {
      field: 'spec',
      because: `${names.join(' and ')} ${
        isRival(first) ? 'came first' : 'is nearer to the pods'
      }, and only one counts for a proxy`,
      provenBy: winners.slice(0, 3).map(winner => ({
        object: referenceTo(winner),
        field: isRival(winner)
          ? 'metadata.creationTimestamp'
          : nearnessOf(winner),
      })),
    },
  ];
}

/** Hosts that match nothing that istiod knows; `~` is meant to. */
function emptyImports(sidecar: Sidecar, snapshot: ClusterSnapshot): Reason[] {
  const { rootNamespace } = requireMesh(snapshot);
  const object = referenceTo(sidecar);
  const { namespace = 'default' } = object;
  const isDoubtful =
    namespace === rootNamespace ||
    (['Service', 'ServiceEntry'] as const).some(kind =>
      snapshot.coverage.gap(kind),
    );
  if (isDoubtful) {
    return [];
  }
  const hosts = [...snapshot.derive(registryOf).byHost.values()].flat();
  return (sidecar.spec?.egress ?? []).flatMap((listener, index) =>
    (listener.hosts ?? []).flatMap((written, place) => {
      const imports = EgressImports.create([written], namespace);
      const field = `spec.egress[${index}].hosts[${place}]`;
      return written.startsWith('~') ||
        hosts.some(known => imports.imports(known.namespace, known.host))
        ? []
        : [
            {
              field,
              because: `no Service and no ServiceEntry in view is ${written}${hint(
                written,
              )}`,
              provenBy: [{ object, field }],
            },
          ];
    }),
  );
}

function nearnessOf({ spec }: Sidecar): string {
  return spec?.workloadSelector
    ? 'spec.workloadSelector'
    : 'metadata.namespace';
}

function hint(written: string): string {
  const [, host] = written.split('/');
  if (host === undefined) {
    return ': a namespace, or . or *, and a slash must stand before the host';
  }
  return /^[^.*]+(?:\.[^.]+)?$/.test(host)
    ? ', whose whole name would have to be written, such as orders.shop.svc.cluster.local'
    : '';
}
