/**
 * The indexed evaluation of modes against two references that are short, slow
 * and read like the rule: for sidecars the levels one after the other, for
 * ambient the policies that istiod would write, asked about a plaintext
 * connection.
 */
import fc from 'fast-check';
import { ClusterSnapshot, KubernetesObject } from '../snapshot';
import { inboundPorts } from './inboundPorts';

const ROOT = 'mesh-root';
const PORTS = [8080, 9000] as const;
const LABELS = { app: 'orders', tier: 'back' };

type Mode = 'UNSET' | 'STRICT' | 'PERMISSIVE' | 'DISABLE';

interface Policy {
  namespace: string;
  name: string;
  /** Seconds; unique, so that no tie is settled by chance. */
  age: number;
  selector: 'absent' | 'empty' | 'orders' | 'other';
  mode: Mode | 'absent';
  ports: Partial<Record<(typeof PORTS)[number], Mode>>;
}

const mode = fc.constantFrom<Mode>('UNSET', 'STRICT', 'PERMISSIVE', 'DISABLE');

const policies: fc.Arbitrary<Policy[]> = fc
  .array(
    fc.record({
      namespace: fc.constantFrom(ROOT, 'shop', 'istio-system'),
      selector: fc.constantFrom<Policy['selector']>(
        'absent',
        'empty',
        'orders',
        'other',
      ),
      mode: fc.oneof(mode, fc.constant('absent' as const)),
      ports: fc.record({ 8080: mode, 9000: mode }, { requiredKeys: [] }),
    }),
    { maxLength: 7 },
  )
  .chain(list =>
    fc
      .shuffledSubarray(
        list.map((_, index) => index),
        { minLength: list.length },
      )
      .map(ages =>
        list.map((policy, index) => ({
          ...policy,
          age: ages[index],
          name: `p${index}`,
        })),
      ),
  );

function toObject(policy: Policy): KubernetesObject {
  const selectors = {
    absent: {},
    empty: { selector: {} },
    orders: { selector: { matchLabels: { app: 'orders' } } },
    other: { selector: { matchLabels: { app: 'other' } } },
  };
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    metadata: {
      name: policy.name,
      namespace: policy.namespace,
      creationTimestamp: new Date(policy.age * 1000).toISOString(),
    },
    spec: {
      ...selectors[policy.selector],
      ...(policy.mode === 'absent' ? {} : { mtls: { mode: policy.mode } }),
      portLevelMtls: Object.fromEntries(
        Object.entries(policy.ports).map(([port, value]) => [
          port,
          { mode: value },
        ]),
      ),
    },
  };
}

function actual(
  list: Policy[],
  namespace: string,
  dataPlane: 'sidecar' | 'ambient',
): Record<string, string | null> {
  const snapshot = ClusterSnapshot.create({
    cluster: 'random',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'orders',
          namespace,
          labels: LABELS,
          creationTimestamp: '2026-01-01T00:00:00Z',
          annotations:
            dataPlane === 'ambient'
              ? { 'ambient.istio.io/redirection': 'enabled' }
              : {},
        },
        spec: {
          containers: [
            {
              name: 'app',
              ports: PORTS.map(containerPort => ({ containerPort })),
            },
            ...(dataPlane === 'sidecar' ? [{ name: 'istio-proxy' }] : []),
          ],
        },
      },
      ...list.map(toObject),
    ],
    settings: { meshConfig: { rootNamespace: ROOT } },
  });
  return Object.fromEntries(
    inboundPorts(snapshot.workloads[0], snapshot).map(row => [
      String(row.port),
      row.mode,
    ]),
  );
}

function oldest(list: Policy[]): Policy | undefined {
  return [...list].sort((left, right) => left.age - right.age)[0];
}

const selects = (policy: Policy) => policy.selector === 'orders';
const isGeneral = (policy: Policy) =>
  policy.selector === 'absent' || policy.selector === 'empty';
const said = (value: Mode | 'absent' | undefined) =>
  value === 'UNSET' || value === 'absent' ? undefined : value;

function sidecarReference(list: Policy[], namespace: string, port?: number) {
  const within = (where: string) =>
    list.filter(policy => policy.namespace === where);
  const mesh = oldest(within(ROOT).filter(isGeneral));
  const general = oldest(
    namespace === ROOT ? [] : within(namespace).filter(isGeneral),
  );
  const workload = oldest(
    namespace === ROOT ? [] : within(namespace).filter(selects),
  );
  return (
    said(workload?.ports[port as 8080]) ??
    said(workload?.mode) ??
    said(general?.mode) ??
    said(mesh?.mode) ??
    'PERMISSIVE'
  );
}

/** A clause of a denying policy, asked about a plaintext connection to a port. */
type Clause = (port: number | undefined) => boolean;
const withoutIdentity: Clause = () => true;
const on =
  (wanted: number): Clause =>
  port =>
    port === wanted;
const notOn =
  (exempt: number): Clause =>
  port =>
    port !== exempt;

/** Groups are alternatives; the clauses of a group must all hold. */
function convertedPolicy(
  workload: Policy,
  namespacePolicy: Policy | undefined,
  rootPolicy: Policy | undefined,
): Clause[][] | undefined {
  const strict = (policy: Policy | undefined) => policy?.mode === 'STRICT';
  const unset = (policy: Policy) => said(policy.mode) === undefined;
  const groups: Clause[][] = [];
  const clauses: Clause[] = strict(workload) ? [withoutIdentity] : [];
  let exceptions = 0;
  for (const port of PORTS) {
    const value = said(workload.ports[port]);
    if (value === 'STRICT') {
      const covered =
        strict(workload) ||
        (unset(workload) && strict(namespacePolicy)) ||
        ((!namespacePolicy || unset(namespacePolicy)) && strict(rootPolicy));
      if (!covered) {
        groups.push([withoutIdentity, on(port)]);
      }
    } else if (value) {
      const parentOpen = namespacePolicy
        ? !strict(namespacePolicy)
        : !strict(rootPolicy);
      const pointless =
        workload.mode === 'PERMISSIVE' ||
        workload.mode === 'DISABLE' ||
        (unset(workload) && parentOpen);
      if (!pointless) {
        exceptions += 1;
        clauses.push(notOn(port));
      }
    }
  }
  if (strict(workload) && exceptions === 0) {
    return undefined;
  }
  if (clauses.length > 0) {
    groups.push([...clauses, withoutIdentity]);
  }
  return groups.length > 0 ? groups : undefined;
}

function ambientReference(list: Policy[], namespace: string, port?: number) {
  const visible = list.filter(
    policy =>
      (policy.namespace === ROOT && policy.selector === 'absent') ||
      (policy.namespace === namespace && policy.selector !== 'other'),
  );
  const mesh = oldest(
    visible.filter(policy => policy.namespace === ROOT && isGeneral(policy)),
  );
  const general = oldest(
    visible.filter(policy => policy.namespace !== ROOT && isGeneral(policy)),
  );
  const workload = oldest(
    visible.filter(policy => policy.namespace !== ROOT && selects(policy)),
  );
  const inherited = said(general?.mode) ?? said(mesh?.mode);
  const own = workload && (said(workload.mode) ?? inherited);
  const modes = Object.values(workload?.ports ?? {});
  let told: 'nothing' | 'deny all plaintext' | 'the policy' =
    (workload ? own : inherited) === 'STRICT'
      ? 'deny all plaintext'
      : 'nothing';
  if (workload && told === 'deny all plaintext') {
    const open =
      workload.mode === 'STRICT' ? ['PERMISSIVE', 'DISABLE'] : ['PERMISSIVE'];
    told = modes.some(value => open.includes(value)) ? 'the policy' : told;
  } else if (modes.includes('STRICT')) {
    told = 'the policy';
  }
  if (told !== 'the policy' || !workload) {
    return told === 'nothing' ? 'PERMISSIVE' : 'STRICT';
  }
  const unselecting = (where: string) =>
    oldest(
      list.filter(
        policy => policy.namespace === where && policy.selector === 'absent',
      ),
    );
  const sent = convertedPolicy(
    workload,
    unselecting(namespace),
    unselecting(ROOT),
  );
  const denied = sent?.some(group => group.every(clause => clause(port)));
  return denied ? 'STRICT' : 'PERMISSIVE';
}

describe.each([
  ['sidecar', sidecarReference],
  ['ambient', ambientReference],
] as const)('%s', (dataPlane, reference) => {
  it('gives each port the mode of the reference, whatever policies there are', () => {
    fc.assert(
      fc.property(
        policies,
        fc.constantFrom('shop', ROOT),
        (list, namespace) => {
          expect(actual(list, namespace, dataPlane)).toEqual({
            '8080': reference(list, namespace, 8080),
            '9000': reference(list, namespace, 9000),
            null: reference(list, namespace),
          });
        },
      ),
      { numRuns: 2000 },
    );
  });
});
