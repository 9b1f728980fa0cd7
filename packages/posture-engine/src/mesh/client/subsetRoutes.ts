/**
 * Subsets of a DestinationRule have a transport of their own, which counts only
 * where a VirtualService sends traffic there. Which requests it sends is not
 * decided here, so that the transport is then not known.
 */
import {
  ClusterSnapshot,
  PodView,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { VirtualService } from '../../snapshot/kinds';
import { MergedRule } from './destinationRules';
import { matchesHost, resolveHost } from './hosts';
import { exportSet, isVisibleTo } from './visibility';

/** Stands for all proxies of the mesh, and is meant where no gateway is named. */
const MESH = 'mesh';

/** Why the transport to a host depends on the request; undefined where no subset says anything of its own. */
export function subsetRouteReason(
  client: PodView,
  host: string,
  merged: MergedRule,
  snapshot: ClusterSnapshot,
): string | undefined {
  const subsets = new Set(
    merged.rules.flatMap(({ spec }) =>
      (spec?.subsets ?? [])
        .filter(({ trafficPolicy }) => setsTls(trafficPolicy))
        .flatMap(({ name }) => name ?? []),
    ),
  );
  if (subsets.size === 0) {
    return undefined;
  }
  const gap = snapshot.coverage.gap('VirtualService');
  if (gap) {
    return gap.reason;
  }
  for (const virtualService of snapshot.all('VirtualService')) {
    const subset = subsetsFor(virtualService, client, host).find(name =>
      subsets.has(name),
    );
    if (subset !== undefined) {
      return `${describeObject(
        referenceTo(virtualService),
      )} sends some of it to the subset ${subset}, which has TLS settings of its own`;
    }
  }
  return undefined;
}

type Subset = NonNullable<
  NonNullable<MergedRule['rules'][number]['spec']>['subsets']
>[number];

function setsTls(policy: Subset['trafficPolicy']): boolean {
  return (
    policy?.tls !== undefined ||
    (policy?.portLevelSettings ?? []).some(({ tls }) => tls !== undefined)
  );
}

/** The subsets of a host to which a VirtualService sends what a client calls by any name. */
function subsetsFor(
  { metadata, spec = {} }: VirtualService,
  client: PodView,
  host: string,
): string[] {
  const { namespace = 'default' } = metadata;
  const { gateways = [], hosts = [], exportTo } = spec;
  const applies =
    (gateways.length === 0 || gateways.includes(MESH)) &&
    isVisibleTo(exportSet(exportTo, []), namespace, client.namespace) &&
    hosts.length > 0;
  return applies
    ? [...(spec.http ?? []), ...(spec.tls ?? []), ...(spec.tcp ?? [])].flatMap(
        ({ route = [] }) =>
          route.flatMap(({ destination }) =>
            destination?.host !== undefined &&
            destination.subset !== undefined &&
            matchesHost(resolveHost(destination.host, namespace), host)
              ? [destination.subset]
              : [],
          ),
      )
    : [];
}
