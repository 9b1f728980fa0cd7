/** Stored connections of small clusters for the tests. */
import {
  ClusterSnapshot,
  ConnectionMap,
  ConnectionMapData,
  ProfileGraph,
  connectionsOf,
  fingerprints,
  mapConnections,
  namespaceMatrix,
  spreads,
} from '@backstage-zero-trust/posture-engine';
import type { ClusterConnections } from '../database/ConnectionStore';
import { digestOf } from '../database/rows';
import { inTurns } from '../turns';

export async function mapOf(
  snapshot: ClusterSnapshot,
): Promise<ConnectionMapData> {
  return inTurns(
    mapConnections(snapshot.derive(connectionsOf), snapshot.workloads),
  );
}

export async function connectionsIn(
  snapshot: ClusterSnapshot,
  overrides: Partial<ClusterConnections> = {},
): Promise<ClusterConnections> {
  const data = await mapOf(snapshot);
  const map = ConnectionMap.read(data);
  const graph = ProfileGraph.create(map);
  return {
    cluster: snapshot.cluster,
    evaluatedAt: '2026-06-01T10:00:00.000Z',
    digest: digestOf(JSON.stringify(data)),
    caveats: [],
    map: data,
    spreads: await inTurns(spreads(map, graph)),
    fingerprints: await inTurns(fingerprints(map)),
    matrix: await inTurns(namespaceMatrix(map, graph)),
    ...overrides,
  };
}

export interface PolicyOptions {
  name: string;
  namespace?: string;
  /** The value of the label `backstage.io/kubernetes-id` of the pods it selects; all if omitted. */
  of?: string;
  /** Those of the pods that may call; nobody if empty. */
  from?: readonly string[];
  port?: number;
}

/** A NetworkPolicy for what comes in. */
export function networkPolicy({
  name,
  namespace = 'shop',
  of,
  from = [],
  port,
}: PolicyOptions): string {
  const selectorOf = (id: string) => ({
    matchLabels: { 'backstage.io/kubernetes-id': id },
  });
  return JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: {
      podSelector: of === undefined ? {} : selectorOf(of),
      policyTypes: ['Ingress'],
      ingress:
        from.length === 0
          ? []
          : [
              {
                from: from.map(id => ({
                  namespaceSelector: {},
                  podSelector: selectorOf(id),
                })),
                ...(port === undefined ? {} : { ports: [{ port }] }),
              },
            ],
    },
  });
}
