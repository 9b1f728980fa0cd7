/** The service orders, and its posture. */
import { Entity } from '@backstage/catalog-model';
import type {
  EntityPosture,
  HistoryPoint,
  Summary,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { openEgress, plaintextPort, staticSecret } from './findings';

export const orders: Entity = {
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: {
    name: 'orders',
    namespace: 'default',
    description: 'Takes orders and keeps them',
    annotations: {
      'backstage.io/kubernetes-label-selector': 'app=orders',
      'backstage.io/kubernetes-namespace': 'shop',
    },
  },
  spec: {
    type: 'service',
    lifecycle: 'production',
    owner: 'group:default/shop',
  },
  relations: [{ type: 'ownedBy', targetRef: 'group:default/shop' }],
};

export const ORDERS_REF = 'component:default/orders';

/** `scores`, one a day, the last of them on `until` (`2026-05-31`). */
export function history(
  scores: readonly number[],
  until = '2026-05-31',
): HistoryPoint[] {
  const end = Date.parse(until);
  return scores.map((score, index) => ({
    date: new Date(end - (scores.length - 1 - index) * 86_400_000)
      .toISOString()
      .slice(0, 10),
    score,
    level: score < 80 ? 'partial' : 'hardened',
  }));
}

export const summary: Summary = {
  score: 72,
  level: 'partial',
  applicable: 21,
  judged: 18,
  counts: { pass: 13, fail: 4, exempt: 1, unknown: 3, 'not-applicable': 2 },
  pillars: [
    { pillar: 'identity', verdict: 'pass', failing: 0, applicable: 3 },
    {
      pillar: 'authentication',
      verdict: 'fail',
      severity: 'high',
      failing: 1,
      applicable: 3,
    },
    { pillar: 'authorization', verdict: 'unknown', failing: 0, applicable: 4 },
    {
      pillar: 'network',
      verdict: 'fail',
      severity: 'high',
      failing: 2,
      applicable: 2,
    },
    {
      pillar: 'secrets',
      verdict: 'fail',
      severity: 'medium',
      failing: 1,
      applicable: 5,
    },
    { pillar: 'workload', verdict: 'exempt', failing: 0, applicable: 4 },
  ],
};

/** @param now - milliseconds since the epoch; the clusters were seen twelve seconds before */
export function judged(now = Date.now()): EntityPosture {
  const lastSync = new Date(now - 12_000).toISOString();
  return {
    entityRef: ORDERS_REF,
    state: 'judged',
    summary,
    clusters: [
      {
        cluster: 'prod-eu',
        summary,
        state: 'ready',
        lastSync,
        workloads: [{ kind: 'Deployment', namespace: 'shop', name: 'orders' }],
      },
    ],
    worst: [plaintextPort, openEgress, staticSecret],
    history: history([58, 58, 61, 61, 64, 64, 64, 68, 70, 70, 66, 66, 72, 72]),
    evaluatedAt: lastSync,
    lookedIn: [{ name: 'prod-eu', state: 'ready' }],
  };
}
