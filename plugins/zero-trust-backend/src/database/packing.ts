/** Large values in the database: deflated JSON. */
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

export async function packText(text: string): Promise<Buffer> {
  return deflate(text);
}

export async function pack(value: unknown): Promise<Buffer> {
  return packText(JSON.stringify(value));
}

export async function unpack<T>(body: Uint8Array): Promise<T> {
  return JSON.parse((await inflate(body)).toString('utf8')) as T;
}
