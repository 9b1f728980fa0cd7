/** The rows of the command line's `mtls`, field by field. */
import { parseManifests } from '../manifests';
import { ClusterSnapshot } from '../snapshot';
import {
  ambientPod,
  barePod,
  policy,
  sidecarPod,
} from '../testing/meshManifests';
import { InboundPort, inboundPorts } from './inboundPorts';

function rowsOf(manifests: string): InboundPort[] {
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: parseManifests(manifests, 'test.yaml').objects.map(
      ({ object }) => object,
    ),
  });
  const [workload] = snapshot.workloads;
  return inboundPorts(workload, snapshot);
}

const STRICT = policy(
  'PeerAuthentication',
  'istio-system/default',
  '{ mtls: { mode: STRICT } }',
);
const meshPolicy = {
  layer: 'peer-authentication',
  object: {
    apiVersion: 'security.istio.io/v1',
    kind: 'PeerAuthentication',
    namespace: 'istio-system',
    name: 'default',
  },
  field: 'spec.mtls.mode',
} as const;
const any = { bypass: [], decidedBy: [] };

it('a port has its data plane, its mode and who decided; null stands for any other port', () => {
  expect(rowsOf(STRICT + sidecarPod())).toEqual([
    {
      port: 8080,
      dataPlane: 'sidecar',
      mode: 'STRICT',
      bypass: [],
      decidedBy: [meshPolicy],
    },
    {
      port: null,
      dataPlane: 'sidecar',
      mode: 'STRICT',
      bypass: [],
      decidedBy: [meshPolicy],
    },
  ]);
});

it('winners that hand the question upward come before the one that decides', () => {
  const [row] = rowsOf(
    STRICT +
      policy(
        'PeerAuthentication',
        'shop/orders',
        '{ selector: { matchLabels: { app: orders } }, portLevelMtls: { 8080: { mode: UNSET } } }',
      ) +
      sidecarPod(),
  );
  expect(
    row.decidedBy.map(({ object, field }) => `${object.name} ${field}`),
  ).toEqual([
    'orders spec.portLevelMtls.8080.mode',
    'orders spec.mtls.mode',
    'default spec.mtls.mode',
  ]);
});

it('where no policy says anything the mode is PERMISSIVE, and nobody decided', () => {
  expect(rowsOf(ambientPod())).toEqual([
    { port: 8080, dataPlane: 'ambient', mode: 'PERMISSIVE', ...any },
    { port: null, dataPlane: 'ambient', mode: 'PERMISSIVE', ...any },
  ]);
});

it('without a data plane there is no mode; the worst pod counts', () => {
  expect(rowsOf(STRICT + sidecarPod() + barePod({ name: 'orders-2' }))).toEqual(
    [
      { port: 8080, dataPlane: 'none', mode: null, ...any },
      { port: null, dataPlane: 'none', mode: null, ...any },
    ],
  );
});

it('a way past the proxy names the field that opens it, beside the mode that it voids', () => {
  const [row] = rowsOf(
    STRICT +
      sidecarPod({
        annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "8080"',
      }),
  );
  expect(row).toEqual({
    port: 8080,
    dataPlane: 'sidecar',
    mode: 'STRICT',
    bypass: [
      {
        kind: 'exclude-inbound-ports',
        certain: true,
        object: {
          apiVersion: 'v1',
          kind: 'Pod',
          namespace: 'shop',
          name: 'orders-1',
        },
        field:
          "metadata.annotations['traffic.sidecar.istio.io/excludeInboundPorts']",
        value: '8080',
      },
    ],
    decidedBy: [meshPolicy],
  });
});
