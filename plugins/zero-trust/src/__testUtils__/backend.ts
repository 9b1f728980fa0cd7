/** A backend at the edge of the network: the screens talk to it through the real client. */
import { HttpResponse, http } from 'msw';
import { SetupServer } from 'msw/node';
import type {
  ClusterStatus,
  ConnectionAnswer,
  ControlDescription,
  EntityBlastRadius,
  EntityConnection,
  EntityConnections,
  EntityFinding,
  EntityPosture,
  NamespaceMatrix,
  ServiceList,
  WorkloadBlastRadius,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  LEVEL_COUNTS,
  clusters,
  connections,
  connectionsAnswer,
  controls,
  entityBlastRadius,
  findings,
  fleetBlastRadius,
  judged,
  namespaceMatrix,
  refusedAnswer,
  services,
} from './postures';

export const BACKEND = 'http://backend.example/api/zero-trust';

export interface BackendError {
  status: number;
  message: string;
}

/** What the backend answers; tests change it while a screen is shown. */
export class TestBackend {
  posture: EntityPosture = judged();
  findings: EntityFinding[] = findings;
  controls: ControlDescription[] = controls;
  clusters: ClusterStatus[] = clusters();
  services: ServiceList = {
    items: services(),
    totalCount: services().length,
    levels: LEVEL_COUNTS,
    owners: ['group:default/platform', 'group:default/shop'],
  };
  connections: EntityConnection[] = connections;
  caveats: EntityConnections['caveats'] = [];
  /** Undefined: nothing was worked out yet. */
  evaluatedAt?: string = new Date(Date.now() - 60_000).toISOString();
  entityBlastRadius: EntityBlastRadius = entityBlastRadius();
  blastRadius: WorkloadBlastRadius[] = fleetBlastRadius();
  answer: ConnectionAnswer = refusedAnswer();
  matrix: (cluster: string) => NamespaceMatrix = namespaceMatrix;
  /** Answered in place of everything. */
  error?: BackendError;
  /** Answered in place of an answer about one connection. */
  questionError?: BackendError;
  /** Those about one connection, the latest last. */
  readonly questions: Record<string, string>[] = [];
  /** The searches of the requests for lists of the fleet, the latest last. */
  readonly asked: string[] = [];
  /** The same of the requests for connections. */
  readonly askedConnections: string[] = [];
  #held?: Promise<void>;

  static start(server: SetupServer): TestBackend {
    const backend = new TestBackend();
    const answer = async (body: () => object, own?: BackendError) => {
      await backend.#held;
      const error = backend.error ?? own;
      return error
        ? HttpResponse.json(
            {
              error: { name: 'Error', message: error.message },
              response: { statusCode: error.status },
            },
            { status: error.status },
          )
        : HttpResponse.json(body());
    };
    server.use(
      http.get(`${BACKEND}/entities/:namespace/:kind/:name/posture`, () =>
        answer(() => backend.posture),
      ),
      http.get(`${BACKEND}/entities/:namespace/:kind/:name/findings`, () =>
        answer(() => ({ items: backend.findings })),
      ),
      http.get(`${BACKEND}/controls`, () =>
        answer(() => ({ items: backend.controls })),
      ),
      http.get(`${BACKEND}/clusters`, () =>
        answer(() => ({ items: backend.clusters })),
      ),
      http.get(`${BACKEND}/services`, ({ request }) => {
        backend.asked.push(new URL(request.url).search);
        return answer(() => backend.services);
      }),
      http.get(
        `${BACKEND}/entities/:namespace/:kind/:name/connections`,
        ({ request }) => {
          const { search, searchParams } = new URL(request.url);
          backend.askedConnections.push(search);
          return answer(() => backend.#answerConnections(searchParams));
        },
      ),
      http.get(`${BACKEND}/entities/:namespace/:kind/:name/blast-radius`, () =>
        answer(() => backend.entityBlastRadius),
      ),
      http.get(`${BACKEND}/blast-radius`, ({ request }) => {
        backend.asked.push(new URL(request.url).search);
        const items = backend.blastRadius;
        return answer(() => ({
          items,
          totalCount: items.length,
          caveats: backend.caveats,
        }));
      }),
      http.get(
        `${BACKEND}/clusters/:cluster/connection`,
        ({ request, params }) => {
          const { searchParams } = new URL(request.url);
          backend.questions.push({
            cluster: String(params.cluster),
            ...Object.fromEntries(searchParams),
          });
          return answer(() => backend.answer, backend.questionError);
        },
      ),
      http.get(`${BACKEND}/clusters/:cluster/namespaces`, ({ params }) =>
        answer(() => backend.matrix(String(params.cluster))),
      ),
    );
    return backend;
  }

  private constructor() {}

  #answerConnections(query: URLSearchParams): EntityConnections {
    const { offset, limit, ...rest } = Object.fromEntries(query);
    return {
      ...connectionsAnswer(this.connections, {
        ...rest,
        ...(offset && { offset: Number(offset) }),
        ...(limit && { limit: Number(limit) }),
      }),
      caveats: this.caveats,
      ...(this.evaluatedAt !== undefined && { evaluatedAt: this.evaluatedAt }),
    };
  }

  /** Answers nothing until the returned function is called. */
  hold(): () => void {
    let release = () => {};
    this.#held = new Promise(resolve => {
      release = resolve;
    });
    return release;
  }
}
