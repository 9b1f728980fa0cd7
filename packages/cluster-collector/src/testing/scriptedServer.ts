/** For tests: an HTTP server that answers each path as it is told, however wrong. */
import { IncomingMessage, ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClusterConnection } from '../connection/ClusterConnection';

export type Answer =
  | { json: unknown; status?: number; headers?: Record<string, string> }
  | { text: string; status?: number }
  /** Anything else. */
  | ((request: IncomingMessage, response: ServerResponse) => void);

export interface ScriptedServer {
  url: string;
  connection: ClusterConnection;
  /** Path and query of every request. */
  asked: string[];
  stop(): Promise<void>;
}

/** Answers by the path before the query; 404 as an API server gives it for all others. */
export async function scriptedServer(
  answers: Record<string, Answer>,
): Promise<ScriptedServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    const answer = answers[url.split('?')[0]] ?? {
      text: '404 page not found\n',
      status: 404,
    };
    if (typeof answer === 'function') {
      answer(request, response);
      return;
    }
    response.statusCode = answer.status ?? 200;
    if ('json' in answer) {
      for (const [name, value] of Object.entries(answer.headers ?? {})) {
        response.setHeader(name, value);
      }
      response.end(JSON.stringify(answer.json));
    } else {
      response.end(answer.text);
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    connection: ClusterConnection.throughProxy({
      cluster: 'scripted',
      baseUrl: url,
      headers: async () => ({ Authorization: 'Bearer hush-hush' }),
    }),
    asked,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
