/** What the mesh says of calls to addresses outside: whom the client's own proxy takes them for, and what that means for the address that was called. */
import { parseManifests } from '../../manifests';
import { connectionsOf } from '../../network';
import { ClusterSnapshot, Coverage, KindCoverage } from '../../snapshot';
import { KindName } from '../../snapshot/kinds';
import { ambientPod, barePod, sidecarPod } from '../../testing/meshManifests';
import { MeshQuestionByName, MeshQuestions } from './meshQuestions';
import { outsideByPort } from './outsideByPort';

const WEB = sidecarPod({ name: 'web' });
const REGISTRY_ONLY = `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { outboundTrafficPolicy: { mode: REGISTRY_ONLY } }
---`;
const OUTSIDE = '203.0.113.7';

const entry = (spec: string, name = 'partner') => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: shop }
spec: { hosts: [${name}.example], ${spec} }
---`;
const TLS = 'ports: [{ number: 443, name: tls, protocol: TLS }]';
const HTTP = 'ports: [{ number: 80, name: http, protocol: HTTP }]';
const TCP = 'ports: [{ number: 5432, name: tcp, protocol: TCP }]';
const origination = (tls: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: partner, namespace: shop }
spec: { host: partner.example, trafficPolicy: { tls: ${tls} } }
---`;

function snapshotOf(
  manifests: string,
  coverage: Partial<Record<KindName, KindCoverage>> = {},
): ClusterSnapshot {
  const { objects, problems } = parseManifests(manifests, 'test.yaml');
  expect(problems).toEqual([]);
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: objects.map(({ object }) => object),
    coverage: found =>
      Coverage.create({ ...Coverage.complete().kinds, ...coverage }, found),
  });
}

function ask(
  manifests: string,
  question: Partial<MeshQuestionByName> = {},
  coverage: Partial<Record<KindName, KindCoverage>> = {},
) {
  const snapshot = snapshotOf(manifests, coverage);
  return MeshQuestions.create(snapshot, snapshot.derive(connectionsOf)).answer({
    from: { pod: 'shop/web' },
    to: { ip: OUTSIDE },
    port: 443,
    protocol: 'TCP',
    ...question,
  });
}

describe('a call to an address outside', () => {
  it('passes in plaintext as far as the mesh goes, unless the proxy refuses what it does not know', () => {
    expect(ask(WEB)).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
      decidedBy: [],
    });
    expect(ask(WEB + REGISTRY_ONLY)).toMatchObject({
      verdict: 'deny',
      transport: null,
      decidedBy: [{ layer: 'sidecar', direction: 'egress', effect: 'deny' }],
      reason: expect.stringContaining(
        'no wall against whoever controls the pod',
      ),
    });
  });

  it('names the MeshConfig where that is what refuses', () => {
    const mesh = `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data: { mesh: "outboundTrafficPolicy: { mode: REGISTRY_ONLY }" }
---`;
    expect(ask(WEB + mesh)).toMatchObject({
      verdict: 'deny',
      decidedBy: [{ layer: 'mesh-config', object: { kind: 'ConfigMap' } }],
    });
  });

  it('is refused by no proxy where there is none, nor by ztunnel', () => {
    for (const pod of [barePod({ name: 'web' }), ambientPod({ name: 'web' })]) {
      expect(ask(pod + REGISTRY_ONLY)).toMatchObject({
        verdict: 'allow',
        transport: 'plaintext',
      });
    }
  });

  it('is unknown where ztunnel takes the address for a host of a ServiceEntry', () => {
    expect(
      ask(
        ambientPod({ name: 'web' }) + entry(`addresses: [${OUTSIDE}], ${TLS}`),
      ),
    ).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('partner.example'),
    });
  });

  it('gets out under the names alone that a ServiceEntry knows, and those can be forged', () => {
    const known = WEB + REGISTRY_ONLY + entry(TLS);
    expect(ask(known)).toMatchObject({
      verdict: 'conditional',
      conditions: [
        [
          {
            attribute: 'TLS server name',
            patterns: [{ written: 'partner.example' }],
          },
        ],
      ],
    });
    expect(ask(known, { serverName: 'partner.example' })).toMatchObject({
      verdict: 'allow',
      transport: 'plaintext',
      decidedBy: [{ layer: 'service-entry', direction: 'egress' }],
    });
    expect(ask(known, { serverName: 'other.example' }).verdict).toBe('deny');
    expect(
      ask(WEB + REGISTRY_ONLY + entry(HTTP), {
        port: 80,
        request: { host: 'partner.example' },
      }).verdict,
    ).toBe('allow');
  });

  it('gets out to any address on a TCP port of a ServiceEntry without addresses', () => {
    const known = WEB + REGISTRY_ONLY + entry(TCP);
    expect(ask(known, { port: 5432 }).verdict).toBe('allow');
    expect(ask(known, { port: 5433 }).verdict).toBe('deny');
    const addressed = (block: string) =>
      ask(WEB + REGISTRY_ONLY + entry(`addresses: [${block}], ${TCP}`), {
        port: 5432,
      }).verdict;
    expect(addressed('203.0.113.0/24')).toBe('allow');
    expect(addressed('198.51.100.0/24')).toBe('deny');
  });

  it('goes to the endpoints of the host, whatever address was called', () => {
    const fixed = (address: string) =>
      ask(
        WEB +
          entry(
            `resolution: STATIC, endpoints: [{ address: ${address} }], ${TCP}`,
          ),
        { port: 5432 },
      );
    expect(fixed(OUTSIDE).verdict).toBe('allow');
    expect(fixed('198.51.100.1')).toMatchObject({
      verdict: 'deny',
      reason: expect.stringContaining(
        'it goes to 198.51.100.1 instead of 203.0.113.7',
      ),
    });
    expect(
      ask(WEB + entry(`resolution: DNS, ${TCP}`), { port: 5432 }),
    ).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining(
        'it goes to whatever addresses partner.example has',
      ),
    });
  });

  it('says under which name it may get out, where nobody can tell where that leads', () => {
    expect(
      ask(WEB + REGISTRY_ONLY + entry(`resolution: DNS, ${TLS}`)),
    ).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringMatching(
        /^If it gets out, only where TLS server name is partner\.example: its proxy/,
      ),
    });
  });

  it('is encrypted by the proxy where a DestinationRule makes it speak TLS', () => {
    const call = { port: 80, request: { host: 'partner.example' } };
    expect(
      ask(WEB + entry(HTTP) + origination('{ mode: SIMPLE }'), call),
    ).toMatchObject({
      verdict: 'allow',
      transport: 'tls',
      decidedBy: [{ layer: 'service-entry' }, { layer: 'destination-rule' }],
    });
    expect(
      ask(
        WEB +
          entry(HTTP) +
          origination('{ mode: SIMPLE, credentialName: partner-ca }'),
        call,
      ).transport,
    ).toBe('plaintext');
  });

  it('is unknown where a mode, an object or a kind cannot be read', () => {
    expect(
      ask(WEB + REGISTRY_ONLY.replace('REGISTRY_ONLY', 'SOMETIMES')),
    ).toMatchObject({
      verdict: 'unknown',
      reason: 'OutboundTrafficPolicy has no mode "SOMETIMES".',
    });
    expect(
      ask(
        WEB + REGISTRY_ONLY,
        {},
        { ServiceEntry: { state: 'failed', reason: 'it was down' } },
      ).verdict,
    ).toBe('unknown');
  });
});

describe('what may leave the cluster, port by port', () => {
  function portsOut(manifests: string, pod = 'web') {
    const snapshot = snapshotOf(manifests);
    for (const workload of snapshot.workloads) {
      for (const view of workload.pods.filter(({ name }) => name === pod)) {
        return outsideByPort({ workload, pod: view }, snapshot).map(
          ({ ports, answer }) => [
            ports
              .ranges()
              .map(({ from, to }) => `${from}-${to}`)
              .join(),
            answer.verdict,
            answer.transport,
          ],
        );
      }
    }
    throw new Error(`no pod ${pod}`);
  }

  it('is all of TCP, or the ports of ServiceEntries alone, in their transport', () => {
    expect(portsOut(WEB)).toEqual([['1-65535', 'allow', 'plaintext']]);
    expect(portsOut(barePod({ name: 'web' }) + REGISTRY_ONLY)).toEqual([
      ['1-65535', 'allow', 'plaintext'],
    ]);
    expect(
      portsOut(
        WEB +
          REGISTRY_ONLY +
          entry(`resolution: DNS, ${TCP}`) +
          entry(`addresses: [198.51.100.0/24], ${TLS}`, 'bank') +
          origination('{ mode: SIMPLE }'),
      ),
    ).toEqual([
      ['443-443', 'conditional', 'plaintext'],
      ['5432-5432', 'allow', 'tls'],
      ['1-442,444-5431,5433-65535', 'deny', null],
    ]);
  });

  it('counts ports and addresses that go past the proxy', () => {
    const past = (annotation: string) =>
      portsOut(
        sidecarPod({
          name: 'web',
          annotations: `traffic.sidecar.istio.io/${annotation}`,
        }) + REGISTRY_ONLY,
      );
    expect(past('excludeOutboundPorts: "443"')).toEqual([
      ['443-443', 'allow', 'plaintext'],
      ['1-442,444-65535', 'deny', null],
    ]);
    for (const annotation of [
      'excludeOutboundIPRanges: "198.51.100.0/24"',
      'includeOutboundIPRanges: "10.0.0.0/8"',
    ]) {
      expect(past(annotation)).toEqual([['1-65535', 'allow', 'plaintext']]);
    }
  });
});
