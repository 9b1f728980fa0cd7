/** Versions of the Pod Security Standards: `latest`, or the Kubernetes minor version that they are pinned to. */

/** A version above all that is known means the same as `latest`, as it does to an API server. */
export type PodSecurityVersion = 'latest' | `v1.${number}`;

const PATTERN = /^v1\.(0|[1-9]\d*)$/;

/** Undefined where the text is neither `latest` nor `v1.NN`. */
export function parsePodSecurityVersion(
  text: string,
): PodSecurityVersion | undefined {
  return text === 'latest' || PATTERN.test(text)
    ? (text as PodSecurityVersion)
    : undefined;
}

/** 25 for `v1.25`. */
export function minorOf(version: PodSecurityVersion): number {
  return version === 'latest' ? Infinity : Number(version.slice('v1.'.length));
}
