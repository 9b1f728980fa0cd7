/** The body of a request, up to the size that the real server takes. */
import type { IncomingMessage } from 'node:http';
import { ApiError } from './status';

const LONGEST_BODY = 3 * 1024 * 1024;

/** Throws 413 for a longer body, after having read it to its end so that the answer arrives. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length <= LONGEST_BODY) {
      chunks.push(chunk as Buffer);
    }
  }
  if (length > LONGEST_BODY) {
    throw new ApiError(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: limit is ${LONGEST_BODY}`,
    );
  }
  return Buffer.concat(chunks).toString('utf8');
}
