import { ClusterSnapshot, PodView } from '../../snapshot';
import { parseDuration, renderTemplate, spiffeIdProblem } from '.';

const snapshot = ClusterSnapshot.create({
  cluster: 'test',
  objects: [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' } },
      spec: { serviceAccountName: 'web', containers: [] },
    },
  ],
});
const pod: PodView = snapshot.workloads[0].pods[0];
const controller = {
  object: { apiVersion: 'v1', kind: 'ConfigMap', name: 'spire' },
  trustDomain: 'example.org',
  clusterName: 'prod',
  clusterDomain: 'cluster.local',
  className: '',
  watchClassless: false,
  reconciles: true,
  ignoreNamespaces: [],
};

const render = (template: string) => renderTemplate(template, pod, controller);

describe('durations of SPIRE', () => {
  it.each([
    ['1h', 3600],
    ['1h30m', 5400],
    ['1.5h', 5400],
    ['300s', 300],
    ['100ms', 0.1],
    ['0', 0],
    ['-5m', -300],
    ['1d', undefined],
    ['30', undefined],
    ['', undefined],
    ['one hour', undefined],
  ])('%s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });
});

describe('templates of ClusterSPIFFEIDs', () => {
  it.each([
    [
      'spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}',
      'spiffe://example.org/ns/shop/sa/web',
    ],
    ['a {{- .ClusterName -}} b', 'aprodb'],
    ['{{ index .PodMeta.Labels "app" }}', 'web'],
    ['{{ .PodMeta.Labels.app }}', 'web'],
    ['{{ .PodMeta.Name }}', '…'],
  ])('%s', (template, text) => {
    expect(render(template)).toMatchObject({ state: 'rendered', text });
  });

  it('are broken where they are not closed, or name a label that the pod has not', () => {
    expect(render('spiffe://{{ .TrustDomain')).toMatchObject({
      state: 'broken',
    });
    expect(render('{{ index .PodMeta.Labels "team" }}')).toEqual({
      state: 'broken',
      reason: 'the pod has no label team',
    });
  });

  it('are not guessed at where they compute', () => {
    expect(render('{{ if .PodMeta.Labels }}x{{ end }}')).toMatchObject({
      state: 'unknown',
    });
    expect(render('{{ printf "%s" .TrustDomain }}')).toMatchObject({
      state: 'unknown',
    });
  });
});

describe('SPIFFE IDs', () => {
  it.each([
    ['spiffe://example.org/ns/shop/sa/web', true],
    ['spiffe://example.org', true],
    ['spiffe://example.org/', false],
    ['spiffe://example.org/a//b', false],
    ['spiffe://example.org/../b', false],
    ['spiffe://example.org/a b', false],
    ['spiffe://Example.org/a', false],
    ['spiffe://other.org/a', false],
    ['example.org/a', false],
  ])('%s: %s', (id, isGood) => {
    expect(spiffeIdProblem(id, 'example.org') === undefined).toBe(isGood);
  });
});
