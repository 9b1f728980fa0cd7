/**
 * What the engine says admission would make of a pod, held against Istio's own
 * webhooks and injector; and what it reads in pods that were really injected,
 * held against what it expects of their annotations.
 */
import {
  Bypass,
  ClusterSnapshot,
  KubernetesObject,
  captureOf,
  dataPlaneOf,
  interceptionModeOf,
} from '@backstage-zero-trust/posture-engine';
import { describeWithIstiod } from '@backstage-zero-trust/test-servers';
import { IstioInjector } from './testing/IstioInjector';

type Labels = Record<string, string>;

/** Every combination of one value each. */
function product<T extends Record<string, readonly unknown[]>>(
  choices: T,
): { [K in keyof T]: T[K][number] }[] {
  let combinations: Record<string, unknown>[] = [{}];
  for (const [name, values] of Object.entries(choices)) {
    combinations = combinations.flatMap(combination =>
      values.map(value => ({ ...combination, [name]: value })),
    );
  }
  return combinations as { [K in keyof T]: T[K][number] }[];
}

/** Without what is absent. */
function present(labels: Record<string, string | undefined>): Labels {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
}

function podNamed(
  name: string,
  namespace: string,
  metadata: object,
  spec: object = {},
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, ...metadata },
    spec: {
      containers: [
        { name: 'app', image: 'app:1', ports: [{ containerPort: 8080 }] },
      ],
      ...spec,
    },
  };
}

function sightOf(pod: KubernetesObject, others: KubernetesObject[] = []) {
  const snapshot = ClusterSnapshot.create({
    cluster: 'test',
    objects: [pod, ...others],
  });
  const [workload] = snapshot.workloads;
  const [view] = workload.pods;
  return { snapshot, workload, view };
}

describeWithIstiod('the engine and the real injector', () => {
  const injectors = new Map<string, IstioInjector>();

  beforeAll(() => {
    for (const revision of ['default', 'canary']) {
      injectors.set(revision, IstioInjector.create(revision));
    }
  });
  afterAll(() => {
    injectors.forEach(injector => injector.stop());
  });

  it('agree on which pods get a sidecar, for all combinations of labels, annotations and the host network', () => {
    const pods = product({
      inject: [undefined, 'true', 'false', 'yes', ''],
      revision: [undefined, 'default', 'canary'],
      annotation: [undefined, 'true', 'false'],
      hostNetwork: [false, true],
      namespace: ['shop', 'kube-system', 'kube-public', 'local-path-storage'],
    }).map((choice, index) => ({
      labels: present({
        'sidecar.istio.io/inject': choice.inject,
        'istio.io/rev': choice.revision,
      }),
      object: podNamed(
        `pod-${index}`,
        choice.namespace,
        {
          labels: present({
            'sidecar.istio.io/inject': choice.inject,
            'istio.io/rev': choice.revision,
          }),
          annotations: present({
            'sidecar.istio.io/inject': choice.annotation,
          }),
        },
        { hostNetwork: choice.hostNetwork },
      ),
    }));
    const namespaces = product({
      injection: [undefined, 'enabled', 'disabled', 'other', ''],
      revision: [undefined, 'default', 'canary'],
    }).map(choice =>
      present({
        'istio-injection': choice.injection,
        'istio.io/rev': choice.revision,
      }),
    );
    const injected = new Map(
      [...injectors].map(([revision, injector]) => [
        revision,
        injector.inject(pods.map(({ object }) => object)).map(hasProxy),
      ]),
    );
    const counts = { sidecar: 0, none: 0 };
    const disagreements: object[] = [];
    for (const labels of namespaces) {
      pods.forEach(({ labels: podLabels, object }, index) => {
        const real = [...injectors].some(
          ([revision, injector]) =>
            injector.isAsked(labels, podLabels) &&
            injected.get(revision)?.[index],
        );
        const { snapshot, workload, view } = sightOf(object, [
          {
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: object.metadata.namespace ?? '', labels },
          },
        ]);
        const ours = dataPlaneOf(workload, view, snapshot);
        counts[real ? 'sidecar' : 'none']++;
        if (
          ours.undecided !== undefined ||
          (ours.dataPlane === 'sidecar') !== real
        ) {
          disagreements.push({ labels, metadata: object.metadata, real, ours });
        }
      });
    }
    expect(disagreements).toEqual([]);
    expect(counts).toEqual({ sidecar: 190, none: 5210 });
  });

  it('agree on what the proxy of an injected pod captures, whatever its annotations say', () => {
    const choices = product({
      nativeSidecar: [undefined, 'true', 'false'],
      interceptionMode: [undefined, 'REDIRECT', 'TPROXY', 'NONE'],
      // The injector refuses a pod for `*` here.
      excludeInboundPorts: [undefined, '9000,9001', ''],
      includeInboundPorts: [undefined, '8080', '*', ''],
      excludeInterfaces: [undefined, 'net1'],
    });
    const pods = choices.map((choice, index) =>
      podNamed(`pod-${index}`, 'shop', {
        labels: { 'sidecar.istio.io/inject': 'true' },
        annotations: present({
          'sidecar.istio.io/nativeSidecar': choice.nativeSidecar,
          'sidecar.istio.io/interceptionMode': choice.interceptionMode,
          'traffic.sidecar.istio.io/excludeInboundPorts':
            choice.excludeInboundPorts,
          'traffic.sidecar.istio.io/includeInboundPorts':
            choice.includeInboundPorts,
          'traffic.sidecar.istio.io/excludeInterfaces':
            choice.excludeInterfaces,
        }),
      }),
    );
    const injected = injectors.get('default')?.inject(pods) ?? [];
    pods.forEach((pod, index) => {
      const running: KubernetesObject = {
        ...injected[index],
        status: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] },
      };
      const choice = choices[index];
      const namespace = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'shop' },
      };
      const seen = readingOf(running, namespace);
      expect({ choice, dataPlane: seen.dataPlane, basis: seen.basis }).toEqual({
        choice,
        dataPlane: 'sidecar',
        basis: 'seen',
      });
      expect({ choice, native: isNative(injected[index]) }).toEqual({
        choice,
        native: choice.nativeSidecar === 'true',
      });
      expect({ choice, mode: seen.mode }).toEqual({
        choice,
        mode: choice.interceptionMode ?? 'REDIRECT',
      });
      expect({ choice, ...seen.bypasses }).toEqual({
        choice,
        ...readingOf(pod, namespace).bypasses,
      });
      expect({ choice, ...seen.bypasses }).toEqual({
        choice,
        ...promisedBy(injected[index], choice.interceptionMode),
      });
    });
  });
});

const PORTS = [8080, 9000, 9001, 15008, 15020, 15090, 9999];

function readingOf(pod: KubernetesObject, namespace: KubernetesObject) {
  const { snapshot, workload, view } = sightOf(pod, [namespace]);
  const { dataPlane, basis } = dataPlaneOf(workload, view, snapshot);
  const capture = captureOf(workload, view, dataPlane, snapshot);
  return {
    dataPlane,
    basis,
    mode: interceptionModeOf(workload, view, snapshot).value,
    bypasses: Object.fromEntries(
      PORTS.map(port => [port, kindsOf(capture.bypassOf(port))]),
    ),
  };
}

function kindsOf(bypasses: readonly Bypass[]): string[] {
  return bypasses.map(({ kind }) => kind).sort();
}

interface PodSpec {
  containers: { name: string; args?: string[] }[];
  initContainers?: { name: string; args?: string[] }[];
}

function specOf(pod: KubernetesObject): PodSpec {
  return pod.spec as PodSpec;
}

function hasProxy(pod: KubernetesObject): boolean {
  const { containers, initContainers = [] } = specOf(pod);
  return [...containers, ...initContainers].some(
    ({ name }) => name === 'istio-proxy',
  );
}

function isNative(pod: KubernetesObject): boolean {
  return !specOf(pod).containers.some(({ name }) => name === 'istio-proxy');
}

/** What the words on istio-init's command line mean, port by port. */
function promisedBy(
  pod: KubernetesObject,
  mode: string | undefined,
): Record<string, string[]> {
  const args =
    specOf(pod).initContainers?.find(({ name }) => name === 'istio-init')
      ?.args ?? [];
  const told = (flag: string) => {
    const at = args.indexOf(flag);
    return at < 0 ? '' : args[at + 1];
  };
  const list = (flag: string) => told(flag).split(',').filter(Boolean);
  return Object.fromEntries(
    PORTS.map(port => {
      const found = list('-c').length > 0 ? ['exclude-interfaces'] : [];
      if (mode === 'NONE') {
        found.push('interception-mode');
      } else if (told('-b') !== '*') {
        if (!list('-b').includes(String(port))) {
          found.push('include-inbound-ports');
        }
      } else if ([15008, 15020, 15021, 15090].includes(port)) {
        found.push('proxy-port');
      } else if (list('-d').includes(String(port))) {
        found.push('exclude-inbound-ports');
      }
      return [port, found.sort()];
    }),
  );
}
