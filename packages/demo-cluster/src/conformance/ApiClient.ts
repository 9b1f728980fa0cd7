/** Plain requests to an API server, so that tests see what client libraries hide. */
import {
  ClientRequest,
  IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { createInterface } from 'node:readline';

export interface ApiEndpoint {
  url: string;
  /** PEM of the certificate that the server's own is signed by, for https. */
  authority?: string;
}

export interface ApiCall {
  method?: string;
  /** Sent as JSON, or as it is where it is text. */
  body?: unknown;
  contentType?: string;
  accept?: string;
}

export interface ApiAnswer {
  code: number;
  contentType: string;
  body: Body;
}

export interface BodyMetadata {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  deletionTimestamp?: string;
  managedFields?: { manager: string; operation: string; fieldsV1: object }[];
}

/** What answers may have that tests look into; which of it is there, the test knows. */
export interface Body {
  kind: string;
  apiVersion: string;
  metadata: BodyMetadata;
  /** Of an answer that is no JSON. */
  text?: string;
  message: string;
  code: number;
  items: Body[];
  resources: object[];
  groups: object[];
  versions: { resources: object[] }[];
  rows: { cells: unknown[]; object: Body | null }[];
  columnDefinitions: { name: string }[];
  gitVersion: string;
  major: string;
  minor: string;
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
  data: Record<string, string>;
}

export interface WatchEvent {
  type: string;
  object: Body;
}

/** The events of a watch, in order. */
export class WatchReader {
  readonly code: number;
  readonly #response: IncomingMessage;
  readonly #lines: AsyncIterator<string>;

  constructor(response: IncomingMessage) {
    this.code = response.statusCode ?? 0;
    this.#response = response;
    this.#lines = createInterface({ input: response })[Symbol.asyncIterator]();
  }

  /** The next event; undefined once the server has ended the watch. */
  async next(): Promise<WatchEvent | undefined> {
    const { value, done } = await this.#lines.next();
    return done ? undefined : (JSON.parse(value) as WatchEvent);
  }

  async take(count: number): Promise<WatchEvent[]> {
    const events: WatchEvent[] = [];
    for (let index = 0; index < count; index++) {
      const event = await this.next();
      if (event) {
        events.push(event);
      }
    }
    return events;
  }

  /** All events until the server ends the watch. */
  async rest(): Promise<WatchEvent[]> {
    const events: WatchEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) {
      events.push(event);
    }
    return events;
  }

  close(): void {
    this.#response.destroy();
  }
}

export class ApiClient {
  readonly #endpoint: ApiEndpoint;
  readonly #token: string | undefined;

  /** Without a token it is anonymous. */
  static create(endpoint: ApiEndpoint, token?: string): ApiClient {
    return new ApiClient(endpoint, token);
  }

  private constructor(endpoint: ApiEndpoint, token: string | undefined) {
    this.#endpoint = endpoint;
    this.#token = token;
  }

  async request(path: string, call: ApiCall = {}): Promise<ApiAnswer> {
    const response = await this.#send(path, call);
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const contentType = response.headers['content-type'] ?? '';
    return {
      code: response.statusCode ?? 0,
      contentType,
      body: contentType.startsWith('application/json')
        ? JSON.parse(text)
        : ({ text } as Body),
    };
  }

  get(path: string, accept?: string): Promise<ApiAnswer> {
    return this.request(path, { accept });
  }

  post(path: string, body: unknown): Promise<ApiAnswer> {
    return this.request(path, { method: 'POST', body });
  }

  put(path: string, body: unknown): Promise<ApiAnswer> {
    return this.request(path, { method: 'PUT', body });
  }

  delete(path: string, body?: unknown): Promise<ApiAnswer> {
    return this.request(path, { method: 'DELETE', body });
  }

  /** By the short name of the patch's media type. */
  patch(
    path: string,
    type: 'json' | 'merge' | 'strategic-merge' | 'apply',
    body: unknown,
  ): Promise<ApiAnswer> {
    const contentType =
      type === 'apply'
        ? 'application/apply-patch+yaml'
        : `application/${type}-patch+json`;
    return this.request(path, { method: 'PATCH', body, contentType });
  }

  /** Opens a watch; the path says `watch=true` itself. */
  async watch(path: string, accept?: string): Promise<WatchReader> {
    return new WatchReader(await this.#send(path, { accept }));
  }

  #send(path: string, call: ApiCall): Promise<IncomingMessage> {
    const { method = 'GET', body, accept = 'application/json' } = call;
    const text =
      body === undefined || typeof body === 'string'
        ? body
        : JSON.stringify(body);
    const url = new URL(path, this.#endpoint.url);
    return new Promise((resolve, reject) => {
      const options = {
        method,
        headers: {
          Accept: accept,
          'User-Agent': 'conformance/1',
          ...(this.#token ? { Authorization: `Bearer ${this.#token}` } : {}),
          ...(text === undefined
            ? {}
            : {
                'Content-Type': call.contentType ?? 'application/json',
                'Content-Length': Buffer.byteLength(text),
              }),
        },
      };
      const outgoing: ClientRequest =
        url.protocol === 'https:'
          ? requestHttps(
              url,
              { ...options, ca: this.#endpoint.authority },
              resolve,
            )
          : requestHttp(url, options, resolve);
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }
}
