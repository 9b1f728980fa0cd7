/** The rows of the tables of connections. */
import type { ClusterConnections, StoredSpread } from './ConnectionStore';
import { withoutNul, workloadId } from './rows';

export interface ConnectionRow {
  cluster: string;
  digest: string;
  evaluated_at: string;
  caveats: string;
}

export interface ConnectionMapRow {
  cluster: string;
  digest: string;
  map: Uint8Array;
  matrix: Uint8Array;
}

export interface BlastRadiusRow {
  workload_id: string;
  cluster: string;
  kind: string;
  namespace: string;
  name: string;
  search: string;
  direct: number;
  total: number;
  possible: number;
  out_of: number;
  /** SQLite gives 0 or 1. */
  outside: boolean | number;
  fingerprint: string;
}

export function spreadRows({
  cluster,
  map,
  spreads,
  fingerprints,
}: Pick<
  ClusterConnections,
  'cluster' | 'map' | 'spreads' | 'fingerprints'
>): BlastRadiusRow[] {
  return map.workloads.map(([kind, namespace, name], index) => {
    const { direct, total, possible, outside } = spreads[index];
    return {
      workload_id: workloadId(cluster, { kind, namespace, name }),
      cluster,
      kind: withoutNul(kind),
      namespace: withoutNul(namespace),
      name: withoutNul(name),
      search: withoutNul(
        `${namespace}/${name} ${kind}`.toLocaleLowerCase('en-US'),
      ),
      direct,
      total,
      possible,
      out_of: map.workloads.length - 1,
      outside,
      fingerprint: fingerprints[index],
    };
  });
}

export function toSpread(row: BlastRadiusRow): StoredSpread {
  const { cluster, kind, namespace, name, direct, total, possible } = row;
  return {
    cluster,
    workload: { kind, namespace, name },
    direct,
    total,
    possible,
    outOf: row.out_of,
    outside: Boolean(row.outside),
  };
}
