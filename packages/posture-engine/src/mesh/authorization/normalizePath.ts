/**
 * The path that policies see. Envoy rewrites it before it looks at policies, as
 * MeshConfig's `pathNormalization` says: by default (BASE) per RFC 3986, with
 * `\` as `/`; the query and the fragment are no part of it.
 */
import { Mesh } from '../mesh';

const UNRESERVED = /[A-Za-z0-9\-._~]/;

export function normalizePath(path: string, mesh: Mesh): string {
  const { pathNormalization } = mesh;
  const [bare] = path.split(/[?#]/, 1);
  if (pathNormalization === 'NONE') {
    return bare;
  }
  const decoded = (
    pathNormalization === 'DECODE_AND_MERGE_SLASHES'
      ? bare.replace(/%2f|%5c/gi, '/')
      : bare
  )
    .replace(/\\/g, '/')
    .replace(/%[0-9a-fA-F]{2}/g, escape => {
      const character = String.fromCharCode(parseInt(escape.slice(1), 16));
      return UNRESERVED.test(character) ? character : escape;
    });
  const resolved = withoutDots(decoded);
  return pathNormalization === 'BASE'
    ? resolved
    : resolved.replace(/\/{2,}/g, '/');
}

/** RFC 3986, 5.2.4: `.` goes, `..` takes the segment before it along. */
function withoutDots(path: string): string {
  if (!path.includes('/.')) {
    return path;
  }
  const kept: string[] = [];
  const segments = path.split('/');
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment !== '.' && segment !== '..') {
      kept.push(segment);
      return;
    }
    if (segment === '..' && kept.length > 1) {
      kept.pop();
    }
    if (last) {
      kept.push('');
    }
  });
  return kept.join('/');
}
