/** One HTTP request whose answer is read as it arrives, bounded in time and size. */
import { Agent, IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { createGunzip } from 'node:zlib';

export interface HttpRequest {
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** JSON; makes it a POST. */
  body?: string;
  /** For TLS settings and connection reuse; Node's global agent if omitted. */
  agent?: Agent;
  signal: AbortSignal;
}

/** Resolves when the head of the answer is there. Redirects are answers like any other. */
export function openResponse({
  url,
  headers,
  body,
  agent,
  signal,
}: HttpRequest): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    const post =
      body === undefined
        ? { headers }
        : {
            method: 'POST',
            headers: { ...headers, 'Content-Type': 'application/json' },
          };
    const call = request(url, { ...post, agent, signal }, resolve);
    // Stays attached: an abort after the head must not become an uncaught error.
    call.on('error', reject);
    call.end(body);
  });
}

/** The body as text, unpacked; throws a RangeError once it is longer than `most` bytes. */
export async function readText(
  response: IncomingMessage,
  most: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of unpacked(response) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) {
      response.destroy();
      throw new RangeError(`longer than ${most} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function unpacked(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') {
    return response;
  }
  const gunzip = createGunzip();
  response.on('error', error => gunzip.destroy(error));
  return response.pipe(gunzip);
}

export interface ReadLinesOptions {
  /** A longer line is a RangeError, in characters. */
  longestLine: number;
  /** Called with every piece that arrives, whole line or not. */
  onData: () => void;
}

/** The lines of an endless answer as they come; a last line that was cut off is dropped. */
export async function* readLines(
  response: IncomingMessage,
  { longestLine, onData }: ReadLinesOptions,
): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let pending: string[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    onData();
    const pieces = decoder.write(chunk).split('\n');
    for (const [index, piece] of pieces.entries()) {
      pending.push(piece);
      length += piece.length;
      if (length > longestLine) {
        throw new RangeError(`a line is longer than ${longestLine} characters`);
      }
      if (index < pieces.length - 1) {
        const line = pending.join('');
        pending = [];
        length = 0;
        if (line.trim() !== '') {
          yield line;
        }
      }
    }
  }
}
