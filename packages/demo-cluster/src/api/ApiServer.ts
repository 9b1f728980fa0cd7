/**
 * The HTTP side of a cluster. A request passes, in this order: the log, slow
 * answers, authentication, authorization, and the handler of what it asks for;
 * whatever goes wrong on the way is answered as a Status.
 */
import {
  createServer,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from '../faults/fault';
import type { FaultInjector } from '../faults/FaultInjector';
import type { KindRegistry } from '../kinds/KindRegistry';
import type { Answer, ApiRequest } from './answer';
import { Account, Authenticator } from './authentication';
import type { Authorizer } from './authorization';
import type { Discovery } from './discovery';
import { readText } from './readText';
import { parseListOptions } from './listOptions';
import { parseRequest, RequestInfo, ResourceRequest } from './requestInfo';
import type { ResourceApi } from './ResourceApi';
import { representationOf } from './resourceCall';
import type { Reviews } from './reviews';
import {
  ApiError,
  internalError,
  methodNotAllowed,
  unauthorized,
  unknownResource,
} from './status';
import { versionDocument } from './version';
import type { Watches } from './watches';

/** A request as the log keeps it; never a token. */
export interface RequestLogEntry {
  method: string;
  /** Path and query. */
  url: string;
  accept: string | undefined;
  /** Account name; undefined where the token belongs to nobody. */
  user: string | undefined;
  /** Undefined for paths that are no resource, such as /version. */
  resource: ResourceRequest | undefined;
  /** Undefined until the answer has begun. */
  code: number | undefined;
}

export interface ApiServerOptions {
  kubernetesVersion: string;
  authenticator: Authenticator;
  authorizer: Authorizer;
  discovery: Discovery;
  faults: FaultInjector;
  kinds: KindRegistry;
  resources: ResourceApi;
  reviews: Reviews;
  watches: Watches;
}

const LOOPBACK = '127.0.0.1';
const LONGEST_LOG = 10_000;
const HEALTH = new Set(['/healthz', '/livez', '/readyz']);

export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #log: RequestLogEntry[] = [];
  #server: Server | undefined;
  #port: number | undefined;

  static create(options: ApiServerOptions): ApiServer {
    return new ApiServer(options);
  }

  private constructor(options: ApiServerOptions) {
    this.#options = options;
  }

  /** The latest requests, oldest first. */
  get log(): readonly RequestLogEntry[] {
    return this.#log;
  }

  /** Begins to listen, again on the port of the first time; 0 takes a free one. Returns the address. */
  async listen(port = 0): Promise<string> {
    const server = createServer((request, response) => {
      // Whatever cannot even be answered ends its own connection, not the server.
      this.#serve(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port ?? port, LOOPBACK, resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    return `http://${LOOPBACK}:${this.#port}`;
  }

  /** Stops listening and ends every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) {
      const closed = new Promise(resolve => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const method = request.method ?? 'GET';
    const target = request.url ?? '/';
    const url = new URL(target.replace(/^\/+/, '/'), 'http://localhost');
    const info = parseRequest(method, url);
    const resource = info.type === 'resource' ? info : undefined;
    const entry: RequestLogEntry = {
      method,
      url: target,
      accept: request.headers.accept,
      user: undefined,
      resource,
      code: undefined,
    };
    this.#note(entry);
    try {
      const body = await readText(request);
      await delay(this.#delayOf(resource));
      const account = this.#authenticate(request);
      entry.user = account.name;
      this.#options.authorizer.check(account, info);
      const call: ApiRequest = {
        method,
        query: url.searchParams,
        accept: request.headers.accept,
        contentType: request.headers['content-type'],
        userAgent: request.headers['user-agent'],
        body,
      };
      if (
        resource?.verb === 'watch' &&
        this.#watch(resource, call, account, response)
      ) {
        entry.code = 200;
        return;
      }
      const answer = this.#answer(info, url.pathname, call, account);
      entry.code = answer.code;
      this.#send(response, answer, resource);
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const failure = error instanceof ApiError ? error : internalError(error);
      entry.code = failure.code;
      if (failure.details?.retryAfterSeconds) {
        response.setHeader('Retry-After', failure.details.retryAfterSeconds);
      }
      this.#send(
        response,
        { code: failure.code, body: failure.toStatus() },
        resource,
      );
    }
  }

  #note(entry: RequestLogEntry): void {
    this.#log.push(entry);
    if (this.#log.length > LONGEST_LOG) {
      this.#log.splice(0, LONGEST_LOG / 2);
    }
  }

  #authenticate(request: IncomingMessage): Account {
    if (this.#options.faults.active('unauthorized').length > 0) {
      throw unauthorized();
    }
    return this.#options.authenticator.authenticate(
      request.headers.authorization,
    );
  }

  #answer(
    info: RequestInfo,
    path: string,
    request: ApiRequest,
    account: Account,
  ): Answer {
    if (info.type === 'path') {
      return this.#answerPath(path, request);
    }
    const review = this.#options.reviews.answer(info, request, account);
    return (
      review ??
      this.#options.resources.handle({
        kind: this.#kindOf(info),
        info,
        request,
        user: account.name,
      })
    );
  }

  #answerPath(path: string, request: ApiRequest): Answer {
    if (request.method !== 'GET') {
      throw methodNotAllowed();
    }
    if (HEALTH.has(path)) {
      return { code: 200, body: 'ok' };
    }
    if (path === '/version' || path === '/version/') {
      return {
        code: 200,
        body: versionDocument(this.#options.kubernetesVersion),
      };
    }
    const answer = this.#options.discovery.answer(path, request.accept);
    if (answer) {
      return { code: 200, ...answer };
    }
    return {
      code: 404,
      body: '404 page not found\n',
      contentType: 'text/plain; charset=utf-8',
    };
  }

  #watch(
    info: ResourceRequest,
    request: ApiRequest,
    account: Account,
    response: ServerResponse,
  ): boolean {
    const kind = this.#options.kinds.find(
      info.group,
      info.version,
      info.resource,
    );
    if (!kind) {
      return false;
    }
    const options = parseListOptions(request.query);
    const call = { kind, info, request, user: account.name };
    const [cut] = this.#options.faults
      .hitting('cut-watch', info)
      .flatMap(({ milliseconds }) =>
        milliseconds === undefined ? [] : [milliseconds],
      );
    this.#options.watches.open({
      target: {
        kind,
        version: info.version,
        ...(kind.namespaced ? { namespace: info.namespace } : {}),
      },
      options,
      representation: representationOf(call),
      response,
      cutAfter: cut,
    });
    return true;
  }

  #kindOf({ group, version, resource }: ResourceRequest) {
    const kind = this.#options.kinds.find(group, version, resource);
    if (!kind) {
      throw unknownResource();
    }
    return kind;
  }

  #delayOf(resource: ResourceRequest | undefined): number {
    const faults: Extract<Fault, { type: 'slow' }>[] =
      this.#options.faults.hitting('slow', resource);
    return Math.max(0, ...faults.map(({ milliseconds }) => milliseconds));
  }

  #send(
    response: ServerResponse,
    { code, body, contentType }: Answer,
    resource: ResourceRequest | undefined,
  ): void {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type =
      contentType ??
      (typeof body === 'string'
        ? 'text/plain; charset=utf-8'
        : 'application/json');
    const headers = {
      'Content-Type': type,
      'Cache-Control': 'no-cache, private',
    };
    if (this.#options.faults.hitting('malformed', resource).length > 0) {
      response.writeHead(code, headers);
      response.end(text.slice(0, Math.floor(text.length / 2)));
      return;
    }
    response.writeHead(code, {
      ...headers,
      'Content-Length': Buffer.byteLength(text),
    });
    response.end(text);
  }
}

function delay(milliseconds: number): Promise<void> {
  return milliseconds > 0
    ? new Promise(resolve => setTimeout(resolve, milliseconds))
    : Promise.resolve();
}
