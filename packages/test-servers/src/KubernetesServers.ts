/**
 * A real Kubernetes control plane as child processes: etcd, kube-apiserver,
 * controller manager, scheduler, and kwok for the nodes. Everything listens on
 * 127.0.0.1 and lives in a folder that is deleted at the end.
 */
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { AuditEvent, auditPolicy, readAuditLog } from './auditLog';
import { findBinaries, requireBinaries } from './binaries';
import { freePorts } from './freePorts';
import { ServerProcess } from './ServerProcess';

/** A user that the API server knows by a bearer token. */
export interface KubernetesUser {
  name: string;
  token: string;
  groups: readonly string[];
}

/** May do everything. */
const ADMIN: KubernetesUser = {
  name: 'admin',
  token: 'admin-token',
  groups: ['system:masters'],
};

/** May do what a test binds to the user `reader`, and nothing else. */
const READER: KubernetesUser = {
  name: 'reader',
  token: 'reader-token',
  groups: ['readers'],
};

export interface StartKubernetesOptions {
  /** Also run the controllers, the scheduler and this many nodes; without, objects stay as they were written. */
  nodes?: number;
  /** How often etcd forgets old versions, such as `4s`: makes old watches and continue tokens expire. */
  compactionInterval?: string;
}

export interface KubernetesResponse<T = unknown> {
  status: number;
  body: T;
}

export interface KubernetesRequest {
  method?: string;
  body?: unknown;
  /** Defaults to the admin's. */
  token?: string;
  headers?: Readonly<Record<string, string>>;
}

export class KubernetesServers {
  /** Whether the servers were built; tests that need them are skipped where not. */
  static isAvailable(): boolean {
    return (
      findBinaries('kubernetes') !== undefined &&
      findBinaries('kwok') !== undefined
    );
  }

  static async start(
    options: StartKubernetesOptions = {},
  ): Promise<KubernetesServers> {
    const binaries = requireBinaries('kubernetes');
    const folder = await mkdtemp(join(tmpdir(), 'zero-trust-kubernetes-'));
    const ports = await freePorts(6);
    const servers = new KubernetesServers(folder, binaries, ports);
    try {
      await servers.#startApiServer(options);
      if (options.nodes !== undefined) {
        await servers.#startControllers(options.nodes);
      }
      return servers;
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  readonly url: string;
  /** Where its etcd answers, in plaintext. */
  readonly etcdUrl: string;
  readonly caFile: string;
  /** Its contexts are `admin` and `reader`. */
  readonly kubeconfigFile: string;
  readonly adminToken = ADMIN.token;
  readonly readerToken = READER.token;
  readonly #processes: ServerProcess[] = [];
  #authority = '';

  private constructor(
    private readonly folder: string,
    private readonly binaries: string,
    private readonly ports: readonly number[],
  ) {
    this.url = `https://127.0.0.1:${ports[2]}`;
    this.etcdUrl = `http://127.0.0.1:${ports[0]}`;
    this.caFile = join(folder, 'certs', 'apiserver.crt');
    this.kubeconfigFile = join(folder, 'kubeconfig.yaml');
  }

  /** One request to the API; the body is parsed where it is JSON. */
  async request<T = unknown>(
    path: string,
    {
      method = 'GET',
      body,
      token = ADMIN.token,
      headers,
    }: KubernetesRequest = {},
  ): Promise<KubernetesResponse<T>> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = request(
        new URL(path, this.url),
        {
          method,
          ca: this.#authority,
          headers: {
            Authorization: `Bearer ${token}`,
            Accept: 'application/json',
            ...(payload === undefined
              ? {}
              : {
                  'Content-Type': 'application/json',
                  // Node does not announce the length of a DELETE's body by itself.
                  'Content-Length': `${Buffer.byteLength(payload)}`,
                }),
            ...headers,
          },
        },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', chunk => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const json = response.headers['content-type']?.includes('json');
            resolve({
              status: response.statusCode ?? 0,
              body: (json ? JSON.parse(text) : text) as T,
            });
          });
        },
      );
      call.on('error', reject);
      call.end(payload);
    });
  }

  /** What the API server has answered so far, in order. */
  async auditEvents(): Promise<AuditEvent[]> {
    return readAuditLog(join(this.folder, 'audit.log'));
  }

  /** Ends all servers at once, and deletes their folder. */
  async stop(): Promise<void> {
    await Promise.all(this.#processes.splice(0).map(server => server.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  async #startApiServer(options: StartKubernetesOptions): Promise<void> {
    const [etcdClient, etcdPeer, securePort] = this.ports;
    await this.#writeCredentials();
    const etcd = this.#start('etcd', join(this.binaries, 'etcd'), [
      `--data-dir=${join(this.folder, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${etcdClient}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdClient}`,
      `--listen-peer-urls=http://127.0.0.1:${etcdPeer}`,
      '--unsafe-no-fsync',
    ]);
    await etcd.waitUntil(async () => {
      const response = await fetch(`${this.etcdUrl}/health`);
      return response.ok;
    });
    const apiServer = this.#start(
      'kube-apiserver',
      join(this.binaries, 'kube-apiserver'),
      [
        `--etcd-servers=http://127.0.0.1:${etcdClient}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${securePort}`,
        `--cert-dir=${join(this.folder, 'certs')}`,
        `--service-account-key-file=${join(this.folder, 'sa.pub')}`,
        `--service-account-signing-key-file=${join(this.folder, 'sa.key')}`,
        '--service-account-issuer=https://kubernetes.default.svc',
        `--token-auth-file=${join(this.folder, 'tokens.csv')}`,
        '--authorization-mode=Node,RBAC',
        '--service-cluster-ip-range=10.96.0.0/16',
        '--allow-privileged=true',
        `--audit-policy-file=${join(this.folder, 'audit.yaml')}`,
        `--audit-log-path=${join(this.folder, 'audit.log')}`,
        '--audit-log-mode=blocking-strict',
        ...(options.nodes === undefined
          ? ['--disable-admission-plugins=ServiceAccount']
          : []),
        ...(options.compactionInterval === undefined
          ? []
          : [`--etcd-compaction-interval=${options.compactionInterval}`]),
      ],
    );
    await apiServer.waitUntil(async () => {
      this.#authority = await readFile(this.caFile, 'utf8');
      const { status } = await this.request('/readyz');
      return status === 200;
    });
  }

  async #startControllers(nodes: number): Promise<void> {
    const kwokBinaries = requireBinaries('kwok');
    const [, , , managerPort, schedulerPort, kwokPort] = this.ports;
    const access = [
      `--kubeconfig=${this.kubeconfigFile}`,
      `--authentication-kubeconfig=${this.kubeconfigFile}`,
      `--authorization-kubeconfig=${this.kubeconfigFile}`,
      '--bind-address=127.0.0.1',
      '--leader-elect=false',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ];
    const certificates = (name: string) =>
      `--cert-dir=${join(this.folder, 'certs', name)}`;
    this.#start(
      'kube-controller-manager',
      join(this.binaries, 'kube-controller-manager'),
      [
        ...access,
        `--secure-port=${managerPort}`,
        certificates('controller-manager'),
        `--service-account-private-key-file=${join(this.folder, 'sa.key')}`,
        `--root-ca-file=${this.caFile}`,
        '--controllers=*,-nodeipam',
      ],
    );
    this.#start('kube-scheduler', join(this.binaries, 'kube-scheduler'), [
      ...access,
      `--secure-port=${schedulerPort}`,
      certificates('scheduler'),
    ]);
    const configuration = join(this.folder, 'kwok.yaml');
    await writeFile(
      configuration,
      stringify({
        apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
        kind: 'KwokConfiguration',
        options: {
          manageAllNodes: true,
          cidr: '10.244.0.0/16',
          nodeIP: '127.0.0.1',
          nodePort: kwokPort,
          serverAddress: `127.0.0.1:${kwokPort}`,
          podPlayStageParallelism: 16,
          nodePlayStageParallelism: 4,
          nodeLeaseParallelism: 4,
          nodeLeaseDurationSeconds: 40,
        },
      }),
    );
    const kwok = this.#start('kwok', join(kwokBinaries, 'kwok'), [
      `--kubeconfig=${this.kubeconfigFile}`,
      `--config=${configuration}`,
      `--config=${join(kwokBinaries, 'stages.yaml')}`,
    ]);
    for (let number = 1; number <= nodes; number++) {
      await this.request('/api/v1/nodes', {
        method: 'POST',
        body: {
          apiVersion: 'v1',
          kind: 'Node',
          metadata: { name: `node-${number}` },
        },
      });
    }
    await kwok.waitUntil(async () => {
      const [list, account] = await Promise.all([
        this.request<NodeList>('/api/v1/nodes'),
        this.request('/api/v1/namespaces/default/serviceaccounts/default'),
      ]);
      return (
        account.status === 200 &&
        list.body.items.length === nodes &&
        list.body.items.every(isReady)
      );
    });
  }

  #start(name: string, command: string, args: string[]): ServerProcess {
    const server = ServerProcess.start({
      name,
      command,
      args,
      environment: { HOME: this.folder },
      logFile: join(this.folder, `${name}.log`),
    });
    this.#processes.push(server);
    return server;
  }

  async #writeCredentials(): Promise<void> {
    const write = (name: string, text: string) =>
      writeFile(join(this.folder, name), text, { mode: 0o600 });
    await mkdir(join(this.folder, 'certs'));
    const keys = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const users = [ADMIN, READER];
    await Promise.all([
      write('sa.key', keys.privateKey),
      write('sa.pub', keys.publicKey),
      write(
        'tokens.csv',
        users
          .map(
            ({ name, token, groups }) =>
              `${token},${name},${name},"${groups.join(',')}"\n`,
          )
          .join(''),
      ),
      write('audit.yaml', stringify(auditPolicy())),
      write('kubeconfig.yaml', stringify(this.#kubeconfig(users))),
    ]);
  }

  #kubeconfig(users: readonly KubernetesUser[]): object {
    return {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': ADMIN.name,
      clusters: [
        {
          name: 'real',
          cluster: {
            server: this.url,
            'certificate-authority': this.caFile,
          },
        },
      ],
      users: users.map(({ name, token }) => ({ name, user: { token } })),
      contexts: users.map(({ name }) => ({
        name,
        context: { cluster: 'real', user: name },
      })),
    };
  }
}

interface NodeList {
  items: {
    status?: { conditions?: { type: string; status: string }[] };
  }[];
}

function isReady({ status }: NodeList['items'][number]): boolean {
  return (status?.conditions ?? []).some(
    condition => condition.type === 'Ready' && condition.status === 'True',
  );
}
