/** A backend at the edge of the network: the screens talk to it through the real client. */
import { HttpResponse, http } from 'msw';
import { SetupServer } from 'msw/node';
import type {
  ClusterStatus,
  ControlDescription,
  EntityFinding,
  EntityPosture,
  ServiceList,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  LEVEL_COUNTS,
  clusters,
  controls,
  findings,
  judged,
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
  /** Answered in place of everything. */
  error?: BackendError;
  /** The searches of the requests for services, the latest last. */
  readonly asked: string[] = [];
  #held?: Promise<void>;

  static start(server: SetupServer): TestBackend {
    const backend = new TestBackend();
    const answer = async (body: () => object) => {
      await backend.#held;
      const { error } = backend;
      return error
        ? HttpResponse.json(
            { error: { name: 'Error', message: error.message } },
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
    );
    return backend;
  }

  private constructor() {}

  /** Answers nothing until the returned function is called. */
  hold(): () => void {
    let release = () => {};
    this.#held = new Promise(resolve => {
      release = resolve;
    });
    return release;
  }
}
