/** Continue tokens: where a list goes on, and at which revision, in the real server's own form. */
import { badRequest } from '../api/status';
import { isRecord } from './apiObject';

export interface ContinueToken {
  /** The revision of the list's first page; undefined goes on with the present state. */
  revision: number | undefined;
  /** The last key that was given out. */
  after: string;
}

export function encodeContinueToken({
  revision,
  after,
}: ContinueToken): string {
  const token = {
    v: 'meta.k8s.io/v1',
    rv: revision ?? -1,
    start: `${after}\u0000`,
  };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

export function decodeContinueToken(text: string): ContinueToken {
  let token: unknown;
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (error) {
    throw badRequest(
      `invalid continue token: continue key is not valid: ${
        error instanceof Error ? error.message : String(error)
      }`,
    );
  }
  if (
    !isRecord(token) ||
    token.v !== 'meta.k8s.io/v1' ||
    typeof token.start !== 'string' ||
    typeof token.rv !== 'number'
  ) {
    throw badRequest('invalid continue token: continue key is not valid');
  }
  return {
    revision: token.rv > 0 ? token.rv : undefined,
    after: token.start.split('\u0000')[0],
  };
}
