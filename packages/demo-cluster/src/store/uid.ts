/** Uids that are the same in every run, and differ between clusters, objects and times. */
import { createHash } from 'node:crypto';

export function uidOf(...parts: (string | number | undefined)[]): string {
  const hex = createHash('sha256').update(parts.join('/')).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
