import fc from 'fast-check';
import { ClusterSnapshot, KubernetesObject, PodView } from '../snapshot';
import { Direction, isolationOf } from './networkPolicy';

/*
 * The tier against a reference that tries every policy on every pod, straight
 * from the API's own text.
 */
type Labels = Record<string, string>;

interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

interface Policy {
  namespace: string;
  spec: {
    podSelector?: Selector;
    policyTypes?: string[];
    ingress?: object[];
    egress?: object[];
  };
}

function referenceMatches(selector: Selector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (labels[key] !== value) {
      return false;
    }
  }
  for (const { key, operator, values = [] } of selector.matchExpressions ??
    []) {
    const there = key in labels;
    const among = there && values.includes(labels[key]);
    const holds = {
      In: among,
      NotIn: !among,
      Exists: there,
      DoesNotExist: !there,
    }[operator];
    if (!holds) {
      return false;
    }
  }
  return true;
}

/** The names of the policies that isolate a pod. */
function referenceIsolation(
  policies: readonly Policy[],
  namespace: string,
  labels: Labels,
  direction: Direction,
): string[] {
  const names: string[] = [];
  policies.forEach((policy, index) => {
    const { podSelector = {}, policyTypes = [], egress = [] } = policy.spec;
    let types = policyTypes;
    if (types.length === 0) {
      types = egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
    }
    if (
      policy.namespace === namespace &&
      types.some(type => type.toLowerCase() === direction) &&
      referenceMatches(podSelector, labels)
    ) {
      names.push(`policy-${index}`);
    }
  });
  return names;
}

const key = fc.constantFrom('app', 'tier');
const value = fc.constantFrom('a', 'b');
const namespace = fc.constantFrom('one', 'two');
const labels = fc.dictionary(key, value);

const selector: fc.Arbitrary<Selector> = fc.record(
  {
    matchLabels: labels,
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({
          key,
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.array(value, { minLength: 1 }),
        }),
        fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);

const policy: fc.Arbitrary<Policy> = fc.record({
  namespace,
  spec: fc.record(
    {
      podSelector: selector,
      policyTypes: fc.uniqueArray(fc.constantFrom('Ingress', 'Egress')),
      ingress: fc.array(fc.constant({}), { maxLength: 2 }),
      egress: fc.array(fc.constant({}), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
});

function snapshotOf(policies: readonly Policy[]): ClusterSnapshot {
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: policies.map<KubernetesObject>((given, index) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `policy-${index}`, namespace: given.namespace },
      spec: given.spec,
    })),
  });
}

function podIn(where: string, its: Labels): PodView {
  const [workload] = ClusterSnapshot.create({
    cluster: 'test',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'pod', namespace: where, labels: its },
      },
    ],
  }).workloads;
  return workload.pods[0];
}

describe('isolation by network policies', () => {
  it('is what the API says, for any policies and pods', () => {
    fc.assert(
      fc.property(
        fc.array(policy, { maxLength: 6 }),
        namespace,
        labels,
        fc.constantFrom<Direction>('ingress', 'egress'),
        (policies, where, its, direction) => {
          const isolation = isolationOf(
            snapshotOf(policies),
            podIn(where, its),
            direction,
          );
          expect(
            isolation.policies.map(({ metadata: { name } }) => name),
          ).toEqual(referenceIsolation(policies, where, its, direction));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('only ever adds: with one policy more, no pod is less isolated and no rule is lost', () => {
    fc.assert(
      fc.property(
        fc.array(policy, { maxLength: 5 }),
        policy,
        namespace,
        labels,
        (policies, another, where, its) => {
          const pod = podIn(where, its);
          const before = isolationOf(snapshotOf(policies), pod, 'ingress');
          const after = isolationOf(
            snapshotOf([...policies, another]),
            pod,
            'ingress',
          );
          expect(after.policies.length).toBeGreaterThanOrEqual(
            before.policies.length,
          );
          expect(after.rules.length).toBeGreaterThanOrEqual(
            before.rules.length,
          );
        },
      ),
    );
  });
});
