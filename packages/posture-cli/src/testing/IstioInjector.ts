/**
 * Istio's injector without a cluster: `istioctl manifest generate` gives its
 * configuration and webhooks, `istioctl kube-inject` does what the webhook would,
 * for pods that a webhook's selectors choose.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  KubernetesObject,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import { requireBinaries } from '@backstage-zero-trust/test-servers';

type Labels = Readonly<Record<string, string>>;

interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

interface Webhook {
  name: string;
  namespaceSelector?: Selector;
  objectSelector?: Selector;
}

const KUBECONFIG = `
apiVersion: v1
kind: Config
clusters: [{ name: none, cluster: { server: "http://127.0.0.1:1" } }]
users: [{ name: none, user: {} }]
contexts: [{ name: none, context: { cluster: none, user: none } }]
current-context: none
`;

export class IstioInjector {
  /** With one revision installed; `default` is the one without a name. */
  static create(revision: string): IstioInjector {
    return new IstioInjector(
      join(requireBinaries('istio'), 'istioctl'),
      mkdtempSync(join(tmpdir(), 'zero-trust-injector-')),
      revision,
    );
  }

  readonly #webhooks: Webhook[];

  private constructor(
    private readonly istioctl: string,
    private readonly folder: string,
    private readonly revision: string,
  ) {
    const manifest = parseManifests(
      this.#run([
        ...['manifest', 'generate', '--set', 'profile=minimal'],
        ...(revision === 'default' ? [] : ['--set', `revision=${revision}`]),
      ]),
      'manifest',
    );
    const suffix = revision === 'default' ? '' : `-${revision}`;
    const dataOf = (name: string) => {
      const { object } =
        manifest.objects.find(
          ({ object: { kind, metadata } }) =>
            kind === 'ConfigMap' && metadata.name === `${name}${suffix}`,
        ) ?? {};
      return (object?.data ?? {}) as Labels;
    };
    const { config, values } = dataOf('istio-sidecar-injector');
    writeFileSync(join(folder, 'config.yaml'), config);
    writeFileSync(join(folder, 'values.json'), values);
    writeFileSync(join(folder, 'mesh.yaml'), dataOf('istio').mesh);
    // istioctl asks for a cluster's name, and must not find a real one.
    writeFileSync(join(folder, 'kubeconfig'), KUBECONFIG);
    this.#webhooks = manifest.objects.flatMap(({ object }) =>
      object.kind === 'MutatingWebhookConfiguration'
        ? ((object.webhooks ?? []) as Webhook[])
        : [],
    );
  }

  /** Whether the API server asks the injector about a pod. */
  isAsked(namespaceLabels: Labels, podLabels: Labels): boolean {
    return this.#webhooks.some(
      ({ namespaceSelector, objectSelector }) =>
        matches(namespaceSelector, namespaceLabels) &&
        matches(objectSelector, podLabels),
    );
  }

  /** What becomes of pods that it is asked about, in the same order. */
  inject(pods: readonly object[]): KubernetesObject[] {
    const input = join(this.folder, 'pods.yaml');
    writeFileSync(
      input,
      pods.map(pod => `---\n${JSON.stringify(pod)}\n`).join(''),
    );
    const output = this.#run([
      ...['kube-inject', '--revision', this.revision, '-f', input],
      ...['--injectConfigFile', join(this.folder, 'config.yaml')],
      ...['--valuesFile', join(this.folder, 'values.json')],
      ...['--meshConfigFile', join(this.folder, 'mesh.yaml')],
    ]);
    const { objects, problems } = parseManifests(output, 'injected');
    if (problems.length > 0 || objects.length !== pods.length) {
      throw new Error(
        `istioctl wrote ${objects.length} objects for ${pods.length} pods`,
      );
    }
    return objects.map(({ object }) => object);
  }

  stop(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(args: readonly string[]): string {
    return execFileSync(this.istioctl, args, {
      encoding: 'utf8',
      env: { HOME: this.folder, KUBECONFIG: join(this.folder, 'kubeconfig') },
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 256 * 1024 * 1024,
    });
  }
}

/** A label selector as the API server evaluates it. */
function matches(
  { matchLabels = {}, matchExpressions = [] }: Selector = {},
  labels: Labels,
): boolean {
  return (
    Object.entries(matchLabels).every(
      ([key, value]) => labels[key] === value,
    ) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          throw new Error(`unknown operator ${operator}`);
      }
    })
  );
}
