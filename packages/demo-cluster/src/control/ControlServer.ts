/** The endpoint through which `demo` changes the running clusters: on the loopback address, with a token. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DemoCluster } from '../cluster/DemoCluster';
import { describeFault } from '../faults/fault';
import {
  ScenarioError,
  ScenarioResult,
  ScenarioRunner,
} from '../scenarios/ScenarioRunner';

export interface ScenarioSummary {
  name: string;
  title: string;
  description: string;
  cluster: string;
  watch?: string;
  expect?: string;
  broken: boolean;
}

export interface ClusterSummary {
  name: string;
  title?: string;
  url: string;
  dataPlane: string;
  objects: number;
  up: boolean;
  faults: string[];
}

export interface ChangeSummary {
  scenario: ScenarioSummary;
  /** False where it was already so. */
  changed: boolean;
  steps: string[];
}

export interface ControlServerOptions {
  clusters: readonly DemoCluster[];
  scenarios: ScenarioRunner;
  /** Hears of every scenario that was broken or fixed. */
  onScenario: (action: 'break' | 'fix', result: ScenarioResult) => void;
}

export class ControlServer {
  readonly token = randomBytes(24).toString('base64url');
  readonly #options: ControlServerOptions;
  readonly #server: Server;

  static async start(options: ControlServerOptions): Promise<ControlServer> {
    const control = new ControlServer(options);
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject);
      control.#server.listen(0, '127.0.0.1', resolve);
    });
    return control;
  }

  private constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const send = (code: number, body: unknown) => {
      response.writeHead(code, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (!this.#knows(request.headers.authorization)) {
      send(401, { error: 'the token of the state file is needed' });
      return;
    }
    try {
      const body = await this.#answer(
        request.method ?? 'GET',
        request.url ?? '/',
      );
      send(
        body === undefined ? 404 : 200,
        body ?? { error: 'there is nothing here' },
      );
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      send(error instanceof ScenarioError ? 409 : 500, { error: message });
    }
  }

  #knows(authorization: string | undefined): boolean {
    const given = Buffer.from(authorization ?? '');
    const wanted = Buffer.from(`Bearer ${this.token}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  async #answer(method: string, url: string): Promise<unknown> {
    const [root, name, action] = url.split('/').filter(part => part !== '');
    if (method === 'GET' && root === 'status' && name === undefined) {
      return {
        clusters: this.#options.clusters.map(summaryOf),
        scenarios: this.#scenarios(),
      };
    }
    if (
      method === 'POST' &&
      root === 'scenarios' &&
      (action === 'break' || action === 'fix')
    ) {
      const result = await this.#options.scenarios[action](
        decodeURIComponent(name),
      );
      if (result.changed) {
        this.#options.onScenario(action, result);
      }
      return {
        scenario: this.#scenarios().find(
          ({ name: own }) => own === result.scenario.name,
        ),
        changed: result.changed,
        steps: result.steps,
      };
    }
    return undefined;
  }

  #scenarios(): ScenarioSummary[] {
    return this.#options.scenarios.list().map(({ scenario, broken }) => {
      const { changes, ...words } = scenario;
      return { ...words, broken };
    });
  }
}

export function summaryOf(cluster: DemoCluster): ClusterSummary {
  const { name, definition, url, objectCount, isUp, faults } = cluster;
  return {
    name,
    ...(definition.title ? { title: definition.title } : {}),
    url,
    dataPlane: definition.dataPlane,
    objects: objectCount,
    up: isUp,
    faults: faults.map(describeFault),
  };
}
