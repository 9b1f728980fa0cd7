import fc from 'fast-check';
import { decide } from '../decisions';
import { ClusterSnapshot, KubernetesObject } from '../snapshot';
import { classOf, questionsOf } from '../testing/reference/questions';
import { referenceDecision } from '../testing/reference/referenceNetwork';
import { PORTS, randomCluster } from '../testing/reference/randomCluster';
import { connectionsOf } from './connections';

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  const snapshot = ClusterSnapshot.create({ cluster: 'random', objects });
  expect(snapshot.coverage.problems).toEqual([]);
  return snapshot;
}

describe('the network decision engine', () => {
  it('answers every question as the reference does, alone and in the relation of all pairs', () => {
    fc.assert(
      fc.property(randomCluster, objects => {
        const snapshot = snapshotOf(objects);
        const connections = snapshot.derive(connectionsOf);
        const wrong: object[] = [];
        for (const question of questionsOf(snapshot, PORTS)) {
          const source = classOf(connections, question.source);
          const destination = classOf(connections, question.destination);
          const { protocol, port } = question;
          const expected = referenceDecision(snapshot, question);
          const { verdict } = decide(connections, {
            source,
            destination,
            protocol,
            port,
          });
          const { allowed, unknown } = connections.edge(source, destination);
          const undecided = unknown.has(protocol, port) ? 'unknown' : 'deny';
          const inRelation = allowed.has(protocol, port) ? 'allow' : undecided;
          if (verdict !== expected || inRelation !== expected) {
            wrong.push({ expected, verdict, inRelation, question });
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the order of the objects', () => {
    fc.assert(
      fc.property(
        randomCluster.chain(objects =>
          fc.tuple(
            fc.constant(objects),
            fc.shuffledSubarray(objects, { minLength: objects.length }),
          ),
        ),
        ([objects, shuffled]) => {
          const answers = [objects, shuffled].map(list => {
            const snapshot = snapshotOf(list);
            const connections = snapshot.derive(connectionsOf);
            return [...questionsOf(snapshot, PORTS)].map(
              ({ source, destination, ...rest }) =>
                decide(connections, {
                  source: classOf(connections, source),
                  destination: classOf(connections, destination),
                  ...rest,
                }).verdict,
            );
          });
          expect(answers[1]).toEqual(answers[0]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('a rule by domain name', () => {
  const policy = (rules: object[]) => [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'a' },
      spec: { containers: [{ name: 'main' }] },
    },
    {
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: 'egress' },
      spec: {
        tier: 'Admin',
        priority: 1,
        subject: { namespaces: {} },
        egress: rules,
      },
    },
  ];
  const byName = { action: 'Accept', to: [{ domainNames: ['a.example'] }] };
  const everywhere = (action: string) => ({
    action,
    to: [{ networks: ['0.0.0.0/0'] }],
  });
  const ask = (rules: object[]) => {
    const snapshot = snapshotOf(policy(rules));
    const connections = snapshot.derive(connectionsOf);
    const source = classOf(connections, snapshot.workloads[0].pods[0]);
    const destination = classOf(connections, '203.0.113.9');
    const { verdict, conditions } = decide(connections, {
      source,
      destination,
      protocol: 'TCP',
      port: 443,
    });
    const { allowed, conditional } = connections.edge(source, destination);
    return {
      verdict,
      conditions,
      allowed: allowed.has('TCP', 443),
      conditional: conditional.map(part => part.conditions),
    };
  };

  it('lets through where the name fits, although a later rule refuses the address', () => {
    expect(ask([byName, everywhere('Deny')])).toEqual({
      verdict: 'allow',
      conditions: [['to a.example']],
      allowed: false,
      conditional: [['to a.example']],
    });
  });

  it('is no condition where a later rule lets the address through anyway', () => {
    expect(ask([byName, everywhere('Accept')])).toEqual({
      verdict: 'allow',
      conditions: [],
      allowed: true,
      conditional: [],
    });
  });

  it('comes too late after a rule that refuses the address', () => {
    expect(ask([everywhere('Deny'), byName])).toEqual({
      verdict: 'deny',
      conditions: [],
      allowed: false,
      conditional: [],
    });
  });
});
