import fc from 'fast-check';
import { Decision, decide } from '../decisions';
import {
  ClusterSettings,
  ClusterSnapshot,
  KubernetesObject,
} from '../snapshot';
import { classOf, questionsOf } from '../testing/reference/questions';
import { randomCalicoCluster } from '../testing/reference/randomCalicoCluster';
import { randomCiliumCluster } from '../testing/reference/randomCiliumCluster';
import { randomCluster } from '../testing/reference/randomCluster';
import { connectionsOf } from './connections';

interface Change {
  objects: readonly KubernetesObject[];
  settings: ClusterSettings;
  added: KubernetesObject;
}

const PORTS = [1, 80, 443, 8080];

/** How much a verdict lets through. */
function rank({ verdict, conditions }: Decision): number {
  switch (verdict) {
    case 'deny':
      return 0;
    case 'unknown':
      return 1;
    default:
      return conditions.length > 0 ? 2 : 3;
  }
}

function ranksOf(
  objects: readonly KubernetesObject[],
  settings: ClusterSettings,
): number[] {
  const snapshot = ClusterSnapshot.create({
    cluster: 'random',
    objects,
    settings,
  });
  expect(snapshot.coverage.problems).toEqual([]);
  const connections = snapshot.derive(connectionsOf);
  return [...questionsOf(snapshot, PORTS)].map(
    ({ source, destination, protocol, port }) =>
      rank(
        decide(connections, {
          source: classOf(connections, source),
          destination: classOf(connections, destination),
          protocol,
          port,
        }),
      ),
  );
}

function expectNever(
  direction: 'less' | 'more',
  changes: fc.Arbitrary<Change | undefined>,
): void {
  fc.assert(
    fc.property(changes, change => {
      fc.pre(change !== undefined);
      const { objects, settings, added } = change;
      const before = ranksOf(objects, settings);
      const after = ranksOf([...objects, added], settings);
      expect(after).toHaveLength(before.length);
      const wrong = after.findIndex((now, index) =>
        direction === 'less' ? now < before[index] : now > before[index],
      );
      expect(wrong).toBe(-1);
    }),
    { numRuns: 60 },
  );
}

interface Spec {
  podSelector?: object;
  policyTypes?: string[];
  subject?: object;
  ingress?: Rule[];
  egress?: Rule[];
}

interface Rule {
  from?: object[];
  to?: object[];
}

function specsOf(objects: readonly KubernetesObject[], kind: string): Spec[] {
  return objects
    .filter(object => object.kind === kind)
    .map(({ spec }) => spec as Spec);
}

/** A policy of the cluster before all others, with the rules of a random one and one action for all of them. */
function onTop(
  kind: 'AdminNetworkPolicy' | 'ClusterNetworkPolicy',
  action: string,
): fc.Arbitrary<Change | undefined> {
  return fc.tuple(randomCluster, randomCluster).map(([objects, others]) => {
    const [spec] = specsOf(others, kind);
    const withAction = (rules: readonly Rule[] = []) =>
      rules.map(rule => ({
        ...rule,
        action,
        // What denying names would be, nobody says.
        ...(rule.to
          ? { to: rule.to.filter(peer => !('domainNames' in peer)) }
          : {}),
      }));
    return (
      spec && {
        objects,
        settings: {},
        added: {
          apiVersion: `policy.networking.k8s.io/${
            kind === 'AdminNetworkPolicy' ? 'v1alpha1' : 'v1alpha2'
          }`,
          kind,
          metadata: { name: 'on-top' },
          spec: {
            ...spec,
            ...(kind === 'ClusterNetworkPolicy' ? { tier: 'Admin' } : {}),
            priority: -1,
            ingress: withAction(spec.ingress),
            egress: withAction(spec.egress),
          },
        },
      }
    );
  });
}

/** Another NetworkPolicy for the pods of one that is there, in its directions. */
function beside(
  clusters: fc.Arbitrary<KubernetesObject[]>,
  withRules: boolean,
): fc.Arbitrary<Change | undefined> {
  return fc.tuple(clusters, clusters).map(([objects, others]) => {
    const chosen = objects.find(
      ({ kind, apiVersion }) =>
        kind === 'NetworkPolicy' && apiVersion === 'networking.k8s.io/v1',
    );
    const [rules] = specsOf(others, 'NetworkPolicy');
    if (!chosen || !rules) {
      return undefined;
    }
    const spec = chosen.spec as Spec;
    return {
      objects,
      settings: {},
      added: {
        ...chosen,
        metadata: { ...chosen.metadata, name: 'beside' },
        spec: {
          podSelector: spec.podSelector,
          policyTypes: spec.policyTypes?.length
            ? spec.policyTypes
            : ['Ingress', ...(spec.egress?.length ? ['Egress'] : [])],
          ...(withRules
            ? { ingress: rules.ingress ?? [], egress: rules.egress ?? [] }
            : {}),
        },
      },
    };
  });
}

function cilium(
  specOf: (spec: Record<string, unknown>) => object,
): fc.Arbitrary<Change | undefined> {
  return fc
    .tuple(randomCiliumCluster, randomCiliumCluster)
    .map(([{ objects, settings }, { objects: others }]) => {
      const other = others.find(({ kind }) => kind === 'CiliumNetworkPolicy');
      const spec = other?.spec ?? [other?.specs].flat()[0];
      return (
        other && {
          objects,
          settings,
          added: {
            apiVersion: other.apiVersion,
            kind: other.kind,
            metadata: { ...other.metadata, name: 'added' },
            spec: specOf(spec as Record<string, unknown>),
          },
        }
      );
    });
}

function calicoOnTop(action: string): fc.Arbitrary<Change> {
  return fc
    .tuple(
      randomCalicoCluster,
      fc.constantFrom('all()', 'app == "x"', 'has(tier)', 'app != "y"'),
      fc.subarray(['Ingress', 'Egress'], { minLength: 1 }),
    )
    .map(([objects, selector, types]) => ({
      objects,
      settings: { cni: 'calico' },
      added: {
        apiVersion: 'projectcalico.org/v3',
        kind: 'GlobalNetworkPolicy',
        metadata: { name: 'on-top' },
        spec: {
          order: -1_000_000,
          selector,
          types,
          ingress: types.includes('Ingress') ? [{ action }] : [],
          egress: types.includes('Egress') ? [{ action }] : [],
        },
      },
    }));
}

describe('letting more through never takes a connection away', () => {
  it('by a rule for pods that NetworkPolicies isolate already', () => {
    expectNever('less', beside(randomCluster, true));
  });

  it('by an AdminNetworkPolicy that allows before all others', () => {
    expectNever('less', onTop('AdminNetworkPolicy', 'Allow'));
  });

  it('by a ClusterNetworkPolicy that accepts before all others', () => {
    expectNever('less', onTop('ClusterNetworkPolicy', 'Accept'));
  });

  it('by a policy of Cilium that allows, shuts nothing and looks into no request', () => {
    // A proxy takes what it is put before, and refuses what it does not understand.
    const plain = (rules: unknown) =>
      (Array.isArray(rules) ? rules : []).map(
        ({ toPorts, authentication: _, ...rule }) => ({
          ...rule,
          ...(Array.isArray(toPorts)
            ? { toPorts: toPorts.map(({ ports }) => ({ ports })) }
            : {}),
        }),
      );
    expectNever(
      'less',
      cilium(({ endpointSelector, ingress, egress }) => ({
        endpointSelector,
        ingress: plain(ingress),
        egress: plain(egress),
        enableDefaultDeny: { ingress: false, egress: false },
      })),
    );
  });

  it('by a policy of Calico that allows everything before all others of its tier', () => {
    expectNever('less', calicoOnTop('Allow'));
  });
});

describe('holding more back never opens a connection', () => {
  it('by a NetworkPolicy without rules', () => {
    expectNever('more', beside(randomCluster, false));
  });

  it('by an AdminNetworkPolicy or ClusterNetworkPolicy that denies before all others', () => {
    expectNever('more', onTop('AdminNetworkPolicy', 'Deny'));
    expectNever('more', onTop('ClusterNetworkPolicy', 'Deny'));
  });

  it('by a policy of Cilium that only denies', () => {
    expectNever(
      'more',
      cilium(({ endpointSelector, ingressDeny, egressDeny }) => ({
        endpointSelector,
        ...(ingressDeny ? { ingressDeny } : {}),
        ...(egressDeny ? { egressDeny } : {}),
      })),
    );
  });

  it('by a policy of Calico that denies before all others of its tier', () => {
    expectNever('more', calicoOnTop('Deny'));
  });
});
