/** Speaks to the demo that is running. */
import type {
  ChangeSummary,
  ClusterSummary,
  ScenarioSummary,
} from './ControlServer';
import { DemoState, readState } from './stateFile';

/** What the user must be told, in words that are ready to print. */
export class DemoError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DemoError';
  }
}

/** The demo cannot be reached. */
export class NotRunningError extends DemoError {
  constructor(message: string) {
    super(message);
    this.name = 'NotRunningError';
  }
}

export interface DemoStatus {
  clusters: ClusterSummary[];
  scenarios: ScenarioSummary[];
}

const LONGEST_ANSWER = 30_000;

export class ControlClient {
  readonly #state: DemoState;
  readonly #file: string;

  /** Throws a {@link NotRunningError} where no demo has said how to reach it. */
  static create(stateFile: string): ControlClient {
    const state = readState(stateFile);
    if (!state) {
      throw new NotRunningError(
        'The demo is not running. Start it with bin/start, in another terminal.',
      );
    }
    return new ControlClient(state, stateFile);
  }

  private constructor(state: DemoState, file: string) {
    this.#state = state;
    this.#file = file;
  }

  async status(): Promise<DemoStatus> {
    return (await this.#ask('GET', 'status')) as DemoStatus;
  }

  async change(action: 'break' | 'fix', name: string): Promise<ChangeSummary> {
    const path = `scenarios/${encodeURIComponent(name)}/${action}`;
    return (await this.#ask('POST', path)) as ChangeSummary;
  }

  async #ask(method: string, path: string): Promise<unknown> {
    const { url, token, pid } = this.#state;
    let response: Response;
    try {
      response = await fetch(`${url}/${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(LONGEST_ANSWER),
      });
    } catch {
      throw new NotRunningError(
        `The demo is not running: the one that wrote ${
          this.#file
        } (process ${pid}) does not answer. Start it with bin/start, in another terminal.`,
      );
    }
    const body: unknown = await response.json();
    if (!response.ok) {
      const { error } = body as { error?: string };
      throw new DemoError(error ?? `the demo answered ${response.status}`);
    }
    return body;
  }
}
