/** Values that patterns of policies match: what a caller would have to send or be. */

/** An identity that a pattern of principals names, of the mesh's own trust domain where it leaves the choice. */
export function principalOf(written: string, trustDomain: string): string {
  if (written === '*') {
    return `${trustDomain}/ns/some/sa/default`;
  }
  const segments = written.split('/');
  const [domain, , namespace = 'some', , account = 'default'] = segments;
  const own =
    domain === '*' || domain === 'cluster.local' ? trustDomain : domain;
  return segments.length === 5 || written.endsWith('*')
    ? `${own}/ns/${sampleOf(namespace)}/sa/${sampleOf(account)}`
    : sampleOf(written);
}

export function splitLast(
  written: string | undefined,
): [string | undefined, string | undefined] {
  if (written === undefined) {
    return [undefined, undefined];
  }
  const slash = written.lastIndexOf('/');
  return slash < 0
    ? [sampleOf(written), 'some']
    : [sampleOf(written.slice(0, slash)), sampleOf(written.slice(slash + 1))];
}

export function methodOf(written: string): string {
  return written.includes('*') ? 'GET' : written;
}

export function pathOf(written: string): string {
  const filled = written.replace(/\{\*{1,2}\}/g, 'some');
  if (filled === '*') {
    return '/';
  }
  return filled.startsWith('*')
    ? `/some${filled.slice(1)}`
    : filled.replace(/\*$/, 'some');
}

/** A value that a pattern matches. */
export function sampleOf(written: string): string {
  return written === '*' ? 'some' : written.replace(/^\*|\*$/g, 'some');
}
