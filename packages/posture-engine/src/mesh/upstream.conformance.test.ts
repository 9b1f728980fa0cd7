/** Istio's own test tables of effective modes, and the outcomes that its authentication task documents. */
import { inboundMutualTls } from '../controls/authentication/inboundMutualTls';
import { judge } from '../findings';
import { ClusterSnapshot, KubernetesObject } from '../snapshot';
import { describeConformance, readConformance } from '../testing/conformance';
import { inboundPorts } from './inboundPorts';

function pod(
  namespace: string,
  app: string,
  sidecar: boolean,
  port: number,
): KubernetesObject {
  const proxy = { name: 'istio-proxy', image: 'proxyv2' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: app,
      namespace,
      labels: { app, stage: 'prod' },
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: {
      containers: [
        { name: 'app', ports: [{ containerPort: port }] },
        ...(sidecar ? [proxy] : []),
      ],
    },
  };
}

describeConformance('istio/authn-docs.json', () => {
  const { scenarios } = readConformance<{
    scenarios: {
      name: string;
      policies: KubernetesObject[];
      expect: Record<string, 'allowed' | 'blocked'>;
    }[];
  }>('istio/authn-docs.json') ?? { scenarios: [] };
  const cases = scenarios.flatMap(({ name, policies, expect: expected }) =>
    Object.entries(expected).map(([pair, outcome]) => ({
      name,
      policies,
      pair,
      outcome,
    })),
  );

  it('holds 46 connections', () => {
    expect(cases).toHaveLength(46);
  });

  it.each(cases)('$name: $pair is $outcome', ({ policies, pair, outcome }) => {
    const [client, server] = pair.split('->');
    const snapshot = ClusterSnapshot.create({
      cluster: 'docs',
      objects: [
        pod('foo', 'httpbin', true, 80),
        pod('bar', 'httpbin', true, 80),
        pod('legacy', 'httpbin', false, 80),
        ...policies,
      ],
    });
    const [finding] = judge(snapshot, { controls: [inboundMutualTls] }).filter(
      ({ subject }) => subject.namespace === server && subject.port === 80,
    );
    // Sidecars of foo and bar speak what the server asks for; legacy has plaintext alone.
    const blocked = client === 'legacy' && finding.verdict === 'pass';
    expect(blocked ? 'blocked' : 'allowed').toBe(outcome);
  });
});

/** Go values as the table has them: `$now`, and calls that add seconds to it. */
type GoTime = undefined | '$now' | { args: ('$time.Second' | { b: number })[] };

interface GoPolicy {
  Meta?: { Name: string; Namespace?: string; CreationTimestamp?: GoTime };
  Spec:
    | never[]
    | {
        Selector?: { MatchLabels: Record<string, string> | never[] };
        Mtls?: { Mode: string };
        PortLevelMtls?: Record<string, { Mode: string }>;
      };
}

const ROOT = 'root-namespace';

function modeName(identifier: string): string {
  return identifier.slice(identifier.lastIndexOf('_') + 1);
}

function timestamp(time: GoTime): string {
  const [argument] = typeof time === 'object' ? time.args : [];
  const offset = typeof argument === 'object' ? argument.b : 1;
  const seconds = argument === undefined ? 0 : offset;
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
}

function policyOf({ Meta, Spec }: GoPolicy): KubernetesObject {
  const spec = Array.isArray(Spec) ? {} : Spec;
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: {
      name: Meta?.Name ?? 'policy',
      namespace: Meta?.Namespace ?? 'my-ns',
      creationTimestamp: timestamp(Meta?.CreationTimestamp),
    },
    spec: {
      ...(spec.Selector
        ? { selector: { matchLabels: { ...spec.Selector.MatchLabels } } }
        : {}),
      ...(spec.Mtls ? { mtls: { mode: modeName(spec.Mtls.Mode) } } : {}),
      ...(spec.PortLevelMtls
        ? {
            portLevelMtls: Object.fromEntries(
              Object.entries(spec.PortLevelMtls).map(([port, { Mode }]) => [
                port,
                { mode: modeName(Mode) },
              ]),
            ),
          }
        : {}),
    },
  };
}

describeConformance('istio/tables.json', () => {
  type Table<T> = { cases: T[] };
  const file = readConformance<{
    tables: {
      TestComposePeerAuthentication: Table<{
        name: string;
        configs: GoPolicy[];
        want: { Mode: string };
      }>;
      TestInboundMTLSSettings: Table<{
        name: string;
        peerPolicies?: GoPolicy[];
        expected: string;
      }>;
    };
  }>('istio/tables.json');
  const cases = [
    ...(file?.tables.TestComposePeerAuthentication.cases ?? []).map(
      ({ name, configs, want }) => ({
        name,
        policies: configs,
        mode: want.Mode.replace('$model.MTLS', '').toUpperCase(),
      }),
    ),
    ...(file?.tables.TestInboundMTLSSettings.cases ?? []).map(
      ({ name, peerPolicies = [], expected }) => ({
        name,
        policies: peerPolicies,
        mode: expected.replace('$expected', '').toUpperCase(),
      }),
    ),
  ];

  it('holds 11 effective modes', () => {
    expect(cases).toHaveLength(11);
  });

  it.each(cases)('$name: $mode', ({ policies, mode }) => {
    const snapshot = ClusterSnapshot.create({
      cluster: 'tables',
      objects: [pod('my-ns', 'foo', true, 8080), ...policies.map(policyOf)],
      settings: { meshConfig: { rootNamespace: ROOT } },
    });
    const [row] = inboundPorts(snapshot.workloads[0], snapshot);
    expect(row).toMatchObject({ port: 8080, mode });
  });
});
