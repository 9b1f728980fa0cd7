/**
 * A way to one API server: reads JSON and streams of lines, with a time limit
 * on everything, connections that are reused, and credentials that are asked
 * for anew with each request and appear in no error.
 */
import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ClusterRequestError,
  answerError,
  errorCode,
  networkError,
} from './ClusterRequestError';
import { abortable } from './abortable';
import { Access, kubeconfigAccess, serverOf } from './access';
import { openResponse, readLines, readText } from './httpRequest';
import {
  KubeconfigOptions,
  hostOf,
  loadInCluster,
  loadKubeconfig,
} from './kubeconfig';

export interface NamedConnectionOptions {
  /** What errors call the cluster; its address if omitted. */
  cluster?: string;
}

export interface ProxyOptions {
  /** What errors call the cluster; the proxy's own address says nothing to their readers. */
  cluster: string;
  /** Where the API server's root is, such as `http://localhost:7007/api/kubernetes/proxy`. */
  baseUrl: string;
  /** Asked before every request, so that tokens may be short-lived. */
  headers: () => Promise<Readonly<Record<string, string>>>;
}

export interface RequestLimits {
  signal?: AbortSignal;
  /** For the whole answer; 30 s if omitted. */
  timeoutMilliseconds?: number;
}

export interface GetOptions extends RequestLimits {
  /** Media type; `application/json` if omitted. */
  accept?: string;
}

interface JsonRequest extends GetOptions {
  /** Makes it a POST. */
  body?: string;
}

export interface StreamOptions {
  signal?: AbortSignal;
  /** Until the answer begins; 30 s if omitted. */
  timeoutMilliseconds?: number;
  /** Ends the stream when nothing arrived for this long. */
  idleMilliseconds: number;
  /** Called once the answer has begun. */
  onOpen?: () => void;
}

const DEFAULT_TIMEOUT = 30_000;
/** A page of 500 objects of the API server's own limit of 1.5 MB each does not occur; this much does not either. */
const LONGEST_ANSWER = 256 * 1024 * 1024;
const LONGEST_ERROR = 64 * 1024;
/** Objects are at most 1.5 MB in etcd; a watch event holds one. */
const LONGEST_LINE = 16 * 1024 * 1024;
/** How often a request is repeated that the server was too busy for (429). */
const MOST_REPEATS = 4;
const LONGEST_RETRY_AFTER = 10_000;

export class ClusterConnection {
  /** Credentials of every sort that kubeconfig files know. Throws a {@link ClusterRequestError} where the file cannot be used. */
  static async fromKubeconfig({
    cluster,
    ...options
  }: KubeconfigOptions &
    NamedConnectionOptions = {}): Promise<ClusterConnection> {
    const config = await loadKubeconfig(options);
    const base = serverOf(config);
    return new ClusterConnection(base, kubeconfigAccess(config), cluster);
  }

  /** The service account of the pod that this process runs in. */
  static async inCluster({
    cluster,
  }: NamedConnectionOptions = {}): Promise<ClusterConnection> {
    const config = await loadInCluster();
    const base = serverOf(config);
    return new ClusterConnection(base, kubeconfigAccess(config), cluster);
  }

  /** Through something that adds the credentials itself, such as the proxy of Backstage's kubernetes plugin. */
  static throughProxy({
    cluster,
    baseUrl,
    headers,
  }: ProxyOptions): ClusterConnection {
    const base = new URL(baseUrl);
    const Agent = base.protocol === 'https:' ? TlsAgent : PlainAgent;
    const agent = new Agent({ keepAlive: true });
    return new ClusterConnection(
      base,
      async () => ({ headers: await headers(), agent }),
      cluster,
      `the proxy to ${cluster}`,
    );
  }

  readonly #base: URL;
  readonly #access: () => Promise<Access>;

  private constructor(
    base: URL,
    access: () => Promise<Access>,
    /** What messages call the API server. */
    readonly server: string = hostOf(base.href),
    /** What messages call that which this process itself connects to. */
    private readonly peer: string = server,
  ) {
    this.#base = base;
    this.#access = access;
  }

  /** The parsed body of a 2xx answer; everything else is a {@link ClusterRequestError}. An abort throws the signal's reason. */
  async getJson(path: string, options: GetOptions = {}): Promise<unknown> {
    return this.#request(path, options);
  }

  /** A question that is asked with a POST, such as what this account may do; like {@link getJson} otherwise. */
  async askJson(
    path: string,
    question: object,
    options: RequestLimits = {},
  ): Promise<unknown> {
    return this.#request(path, { ...options, body: JSON.stringify(question) });
  }

  async #request(path: string, options: JsonRequest): Promise<unknown> {
    for (let repeat = 0; ; repeat++) {
      const answer = await this.#requestOnce(path, options);
      if ('body' in answer) {
        return answer.body;
      }
      if (repeat === MOST_REPEATS) {
        throw new ClusterRequestError(
          'failed',
          `${this.server} is too busy for ${pathOnly(path)} (429)`,
        );
      }
      await sleep(answer.retryAfter, undefined, { signal: options.signal });
    }
  }

  /** The lines of an answer that stays open, as watches do. Ends when the server ends it. */
  async *getLines(
    path: string,
    options: StreamOptions,
  ): AsyncGenerator<string> {
    const idle = new AbortController();
    const signal = options.signal
      ? AbortSignal.any([options.signal, idle.signal])
      : idle.signal;
    const limit = (milliseconds: number, error: ClusterRequestError) =>
      setTimeout(() => idle.abort(error), milliseconds);
    const timeout = options.timeoutMilliseconds ?? DEFAULT_TIMEOUT;
    let watchdog = limit(timeout, this.#late(timeout));
    try {
      const { headers, agent } = await abortable(this.#authorize(), signal);
      const response = await openResponse({
        url: this.#urlOf(path),
        // Unpacked: a compressor in between would hold small events back.
        headers: { ...headers, Accept: 'application/json' },
        agent,
        signal,
      });
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) {
        const text = await readText(response, LONGEST_ERROR);
        throw answerError(this.server, pathOnly(path), status, text);
      }
      options.onOpen?.();
      const silent = new ClusterRequestError(
        'unreachable',
        `${this.server} was silent on ${pathOnly(path)}`,
      );
      const renew = () => {
        clearTimeout(watchdog);
        watchdog = limit(options.idleMilliseconds, silent);
      };
      renew();
      yield* readLines(response, { longestLine: LONGEST_LINE, onData: renew });
    } catch (error) {
      throw this.#explain(error, path, options.signal, idle.signal);
    } finally {
      clearTimeout(watchdog);
      idle.abort();
    }
  }

  async #requestOnce(
    path: string,
    { accept, body, signal: outer, timeoutMilliseconds }: JsonRequest,
  ): Promise<{ body: unknown } | { retryAfter: number }> {
    const limit = timeoutMilliseconds ?? DEFAULT_TIMEOUT;
    const timeout = AbortSignal.timeout(limit);
    const signal = outer ? AbortSignal.any([outer, timeout]) : timeout;
    try {
      const { headers, agent } = await abortable(this.#authorize(), signal);
      const response = await openResponse({
        url: this.#urlOf(path),
        headers: {
          ...headers,
          Accept: accept ?? 'application/json',
          'Accept-Encoding': 'gzip',
        },
        body,
        agent,
        signal,
      });
      const status = response.statusCode ?? 0;
      if (status === 429) {
        response.resume();
        return { retryAfter: retryAfter(response.headers['retry-after']) };
      }
      if (status < 200 || status > 299) {
        const text = await readText(response, LONGEST_ERROR);
        throw answerError(this.server, pathOnly(path), status, text);
      }
      return { body: JSON.parse(await readText(response, LONGEST_ANSWER)) };
    } catch (error) {
      if (timeout.aborted && !outer?.aborted) {
        throw this.#late(limit);
      }
      throw this.#explain(error, path, outer);
    }
  }

  async #authorize(): Promise<Access> {
    try {
      return await this.#access();
    } catch (error) {
      if (error instanceof ClusterRequestError) {
        throw error;
      }
      // The message may be whatever a credential command printed.
      const reason =
        errorCode(error) === 'ENOENT'
          ? 'a file or command that they need does not exist'
          : 'run the command that the kubeconfig names, or look at the files that it names, to see why';
      throw new ClusterRequestError(
        'unreachable',
        `credentials for ${this.server} cannot be had: ${reason}`,
      );
    }
  }

  #explain(
    error: unknown,
    path: string,
    ...aborts: (AbortSignal | undefined)[]
  ): unknown {
    for (const abort of aborts) {
      if (abort?.aborted) {
        return abort.reason;
      }
    }
    if (error instanceof SyntaxError || error instanceof RangeError) {
      const wrong = error instanceof SyntaxError ? 'not JSON' : error.message;
      return new ClusterRequestError(
        'failed',
        `${this.server} answered ${pathOnly(
          path,
        )} with something that is ${wrong}`,
      );
    }
    return networkError(this.peer, error);
  }

  #late(milliseconds: number): ClusterRequestError {
    const late = `did not answer within ${milliseconds / 1000} s`;
    return new ClusterRequestError(
      'unreachable',
      `${this.server} ${late}`,
      `it ${late}`,
    );
  }

  #urlOf(path: string): URL {
    return new URL(
      `${this.#base.origin}${this.#base.pathname.replace(/\/$/, '')}${path}`,
    );
  }
}

/** Continue tokens and selectors say nothing to a reader. */
function pathOnly(path: string): string {
  return path.split('?')[0];
}

function retryAfter(header: string | undefined): number {
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(seconds * 1000, LONGEST_RETRY_AFTER)
    : 1000;
}
