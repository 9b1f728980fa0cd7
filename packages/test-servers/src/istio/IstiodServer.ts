/**
 * The real istiod as a child process, over a real API server. No proxy runs:
 * whoever opens a stream as a proxy makes istiod compute that proxy's
 * configuration, which is then read from its debug interface.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findBinaries, requireBinaries } from '../binaries';
import { installDefinitions } from '../customResources';
import { freePorts } from '../freePorts';
import { KubernetesServers } from '../KubernetesServers';
import { ServerProcess } from '../ServerProcess';

export interface StartIstiodOptions {
  /** {@link IstiodServer.prepare} was called with it. */
  kubernetes: KubernetesServers;
  meshConfig?: Readonly<Record<string, unknown>>;
  /** Whether there are ztunnels and waypoints; off, as upstream's default is. */
  ambient?: boolean;
  /** More of istiod's own settings. */
  environment?: Readonly<Record<string, string>>;
}

export class IstiodServer {
  /** Whether it was built; tests that need it are skipped where not. */
  static isAvailable(): boolean {
    return (
      KubernetesServers.isAvailable() && findBinaries('istio') !== undefined
    );
  }

  /** Teaches an API server the kinds of Istio and of Gateway API, and creates the namespace without which istiod does not start. */
  static async prepare(kubernetes: KubernetesServers): Promise<void> {
    const binaries = requireBinaries('istio');
    await installDefinitions(kubernetes, join(binaries, 'istio-crds.yaml'));
    await installDefinitions(
      kubernetes,
      join(binaries, 'gateway-api-crds.yaml'),
    );
    await kubernetes.request('/api/v1/namespaces', {
      method: 'POST',
      body: { metadata: { name: 'istio-system' } },
    });
  }

  /** Resolves when it has read all objects. */
  static async start(options: StartIstiodOptions): Promise<IstiodServer> {
    const binaries = requireBinaries('istio');
    const folder = await mkdtemp(join(tmpdir(), 'zero-trust-istiod-'));
    const istiod = new IstiodServer(folder, await freePorts(6));
    try {
      await istiod.#run(binaries, options);
      return istiod;
    } catch (error) {
      await istiod.stop();
      throw error;
    }
  }

  /** The debug interface. */
  readonly url: string;
  /** Validation and injection; its certificate is signed by ConfigMap `istio-ca-root-cert`. */
  readonly webhookUrl: string;
  /** Where proxies connect, in plaintext and without credentials. */
  readonly discoveryAddress: string;
  #process: ServerProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly ports: readonly number[],
  ) {
    const [http, https, grpc] = ports;
    this.url = `http://127.0.0.1:${http}`;
    this.webhookUrl = `https://127.0.0.1:${https}`;
    this.discoveryAddress = `127.0.0.1:${grpc}`;
  }

  /** A JSON answer of the debug interface, such as that of `/debug/configz`. */
  async debug<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}${path}`);
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`istiod answers ${response.status} to ${path}: ${text}`);
    }
    return JSON.parse(text) as T;
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #run(
    binaries: string,
    { kubernetes, meshConfig = {}, ambient, environment }: StartIstiodOptions,
  ): Promise<void> {
    const [http, https, grpc, secureGrpc, monitoring, control] = this.ports;
    const meshFile = join(this.folder, 'mesh.yaml');
    await writeFile(meshFile, stringify(meshConfig));
    this.#process = ServerProcess.start({
      name: 'istiod',
      command: join(binaries, 'pilot-discovery'),
      args: [
        'discovery',
        ...['--kubeconfig', kubernetes.kubeconfigFile],
        ...['--meshConfig', meshFile],
        ...['--httpAddr', `127.0.0.1:${http}`],
        ...['--httpsAddr', `127.0.0.1:${https}`],
        ...['--grpcAddr', `127.0.0.1:${grpc}`],
        ...['--secureGRPCAddr', `127.0.0.1:${secureGrpc}`],
        ...['--monitoringAddr', `127.0.0.1:${monitoring}`],
        ...['--ctrlz_address', '127.0.0.1'],
        ...['--ctrlz_port', `${control}`],
        ...['--clusterID', 'Kubernetes'],
        ...['--kubernetesApiQPS', '500'],
        ...['--kubernetesApiBurst', '1000'],
      ],
      environment: {
        HOME: this.folder,
        POD_NAMESPACE: 'istio-system',
        POD_NAME: 'istiod-0',
        CLUSTER_ID: 'Kubernetes',
        XDS_AUTH: 'false',
        INJECT_ENABLED: 'false',
        ENABLE_LEADER_ELECTION: 'false',
        PILOT_ENABLE_AMBIENT: `${ambient ?? false}`,
        // Nobody gains from collecting changes here.
        PILOT_DEBOUNCE_AFTER: '10ms',
        ...environment,
      },
      logFile: join(this.folder, 'istiod.log'),
    });
    await this.#process.waitUntil(async () => {
      const { ok } = await fetch(`${this.url}/ready`);
      return ok;
    });
  }
}
