/** Semantic versions as apiserver's `cel/library/semverlib.go` reads and compares them. */

export interface Version {
  major: number;
  minor: number;
  patch: number;
  /** Identifiers of a version before the release; none for a release. */
  before: readonly string[];
  /** The whole version. */
  text: string;
}

const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** Undefined where the text is none; `normalize` also takes `v1.2` and leading zeros. */
export function parseVersion(
  text: string,
  normalize: boolean,
): Version | undefined {
  const full = normalize ? normalized(text) : text;
  const match = VERSION.exec(full);
  return match
    ? {
        major: Number(match[1]),
        minor: Number(match[2]),
        patch: Number(match[3]),
        before: match[4]?.split('.') ?? [],
        text: full,
      }
    : undefined;
}

function normalized(text: string): string {
  const [major, minor, ...rest] = text.replace(/^v/, '').split('.');
  const parts = [major, minor, rest.length > 0 ? rest.join('.') : undefined]
    .filter(part => part !== undefined)
    .map(part => part.replace(/^0+(?=\d)/, ''));
  if (parts.length < 3 && /[+-]/.test(parts[parts.length - 1])) {
    return text;
  }
  while (parts.length < 3) {
    parts.push('0');
  }
  return parts.join('.');
}

export function compareVersions(left: Version, right: Version): number {
  for (const part of ['major', 'minor', 'patch'] as const) {
    if (left[part] !== right[part]) {
      return left[part] < right[part] ? -1 : 1;
    }
  }
  return compareBefore(left.before, right.before);
}

/** A version before a release is less than the release; numbers are less than words. */
function compareBefore(
  left: readonly string[],
  right: readonly string[],
): number {
  if (left.length === 0 || right.length === 0) {
    return Math.sign(right.length - left.length);
  }
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = compareIdentifiers(left[at], right[at]);
    if (difference !== 0) {
      return difference;
    }
  }
  return Math.sign(left.length - right.length);
}

function compareIdentifiers(left: string, right: string): number {
  const [first, second] = [left, right].map(text => /^\d+$/.test(text));
  if (first !== second) {
    return first ? -1 : 1;
  }
  if (first) {
    return Math.sign(Number(left) - Number(right));
  }
  return left < right ? -1 : Number(left > right);
}
