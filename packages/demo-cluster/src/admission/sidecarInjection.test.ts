/** Who gets a sidecar, and what a pod is with one; per ISTIO's webhook configuration and injection template. */
import { DemoCluster } from '../cluster/DemoCluster';
import type { ApiObject } from '../store/apiObject';
import { namespace, workload } from '../testing/manifests';
import { readPods } from '../testing/readPods';
import { getsSidecar } from './sidecarInjection';

type Labels = Record<string, string>;

function pod(
  labels: Labels,
  more: { annotations?: Labels; hostNetwork?: boolean } = {},
): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'a',
      namespace: 'shop',
      labels,
      annotations: more.annotations,
    },
    spec: { hostNetwork: more.hostNetwork },
  };
}

const INJECT = 'sidecar.istio.io/inject';

describe('sidecar injection', () => {
  const enabled = { 'istio-injection': 'enabled' };
  const disabled = { 'istio-injection': 'disabled' };

  it.each<[string, Labels, ApiObject, boolean]>([
    ['an enabled namespace injects', enabled, pod({}), true],
    ['the label of a pod declines', enabled, pod({ [INJECT]: 'false' }), false],
    [
      'the annotation of a pod declines',
      enabled,
      pod({}, { annotations: { [INJECT]: 'false' } }),
      false,
    ],
    [
      'any label wins over the annotation',
      enabled,
      pod({ [INJECT]: 'yes' }, { annotations: { [INJECT]: 'false' } }),
      true,
    ],
    [
      'a disabled namespace never injects',
      disabled,
      pod({ [INJECT]: 'true' }),
      false,
    ],
    [
      'any value but enabled is disabled',
      { 'istio-injection': 'true' },
      pod({ [INJECT]: 'true' }),
      false,
    ],
    ['a namespace without labels does not inject', {}, pod({}), false],
    [
      'unless the label of a pod asks for it',
      {},
      pod({ [INJECT]: 'true' }),
      true,
    ],
    [
      'the annotation never asks for it',
      {},
      pod({}, { annotations: { [INJECT]: 'true' } }),
      false,
    ],
    [
      'the default revision of a namespace injects',
      { 'istio.io/rev': 'default' },
      pod({}),
      true,
    ],
    [
      'another revision is not ours',
      { 'istio.io/rev': 'canary' },
      pod({ [INJECT]: 'true' }),
      false,
    ],
    [
      'istio-injection beats the revision',
      { ...enabled, 'istio.io/rev': 'canary' },
      pod({ 'istio.io/rev': 'canary' }),
      true,
    ],
    [
      'the default revision of a pod injects',
      {},
      pod({ 'istio.io/rev': 'default' }),
      true,
    ],
    [
      'another revision of a pod is not ours',
      {},
      pod({ [INJECT]: 'true', 'istio.io/rev': 'canary' }),
      false,
    ],
    [
      'the network of the node is never captured',
      enabled,
      pod({}, { hostNetwork: true }),
      false,
    ],
  ])('%s', (_, labels, object, expected) => {
    expect(
      getsSidecar({ ...namespace('shop', labels) } as ApiObject, object),
    ).toBe(expected);
  });

  it('makes the proxy an init container that restarts, where sidecars are native', async () => {
    const cluster = await DemoCluster.start({
      name: 'test',
      dataPlane: 'sidecar',
      objects: [namespace('shop', enabled), workload('web')],
    });
    try {
      expect(await readPods(cluster)).toMatchObject([
        {
          metadata: {
            labels: {
              'security.istio.io/tlsMode': 'istio',
              'service.istio.io/canonical-name': 'web',
            },
            annotations: {
              'sidecar.istio.io/status': expect.stringContaining(
                '"initContainers":["istio-validation","istio-proxy"]',
              ),
            },
          },
          spec: {
            initContainers: [
              { name: 'istio-validation' },
              {
                name: 'istio-proxy',
                restartPolicy: 'Always',
                securityContext: { runAsNonRoot: true },
              },
            ],
            containers: [{ name: 'main' }],
          },
        },
      ]);
    } finally {
      await cluster.stop();
    }
  });

  it('makes the proxy a container beside the others, where they are not', async () => {
    const cluster = await DemoCluster.start({
      name: 'test',
      dataPlane: 'sidecar',
      nativeSidecars: false,
      objects: [namespace('shop', enabled), workload('web')],
    });
    try {
      expect(await readPods(cluster)).toMatchObject([
        { spec: { containers: [{ name: 'main' }, { name: 'istio-proxy' }] } },
      ]);
    } finally {
      await cluster.stop();
    }
  });

  it('leaves running pods alone when a namespace is labelled later; new ones get it', async () => {
    const cluster = await DemoCluster.start({
      name: 'test',
      dataPlane: 'sidecar',
      objects: [namespace('shop'), workload('old')],
    });
    try {
      cluster.apply(namespace('shop', enabled));
      cluster.apply(workload('new'));
      const injected = (await readPods(cluster)).map(({ metadata }) => [
        metadata.labels?.app,
        'sidecar.istio.io/status' in (metadata.annotations ?? {}),
      ]);
      expect(injected).toEqual([
        ['new', true],
        ['old', false],
      ]);
    } finally {
      await cluster.stop();
    }
  });
});

describe('ambient enrolment', () => {
  it('follows the labels of namespaces and pods, of running pods too', async () => {
    const ambient = { 'istio.io/dataplane-mode': 'ambient' };
    const cluster = await DemoCluster.start({
      name: 'test',
      dataPlane: 'ambient',
      objects: [
        namespace('shop', ambient),
        workload('in'),
        workload('out', { labels: { 'istio.io/dataplane-mode': 'none' } }),
        workload('node', { spec: { hostNetwork: true } }),
      ],
    });
    const enrolled = async () =>
      (await readPods(cluster))
        .filter(
          ({ metadata }) =>
            metadata.annotations?.['ambient.istio.io/redirection'] ===
            'enabled',
        )
        .map(({ metadata }) => metadata.labels?.app);
    try {
      expect(await enrolled()).toEqual(['in']);
      cluster.apply(namespace('shop'));
      expect(await enrolled()).toEqual([]);
    } finally {
      await cluster.stop();
    }
  });
});
