/**
 * What names, labels and the like may be made of, per Kubernetes'
 * `util/validation`: each function gives what is wrong, or undefined.
 */

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const NAME_PART = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** How long a label of DNS, and what stands in front of a name, may be. */
const LONGEST_LABEL = 63;
const LONGEST_SUBDOMAIN = 253;

function longerThan(text: string, most: number): string | undefined {
  return new TextEncoder().encode(text).length > most
    ? `has more than ${most} characters`
    : undefined;
}

/** A label of DNS (RFC 1123), as namespaces are called. */
export function wrongLabel(text: string): string | undefined {
  return (
    longerThan(text, LONGEST_LABEL) ??
    (LABEL.test(text)
      ? undefined
      : 'must be small letters, digits and dashes, with a letter or digit at both ends')
  );
}

/** A label of DNS that begins with a letter (RFC 1035), as Services were called before Kubernetes 1.34. */
export function wrongServiceLabel(text: string): string | undefined {
  return (
    longerThan(text, LONGEST_LABEL) ??
    (LABEL_1035.test(text)
      ? undefined
      : 'must be small letters, digits and dashes, beginning with a letter and not ending with a dash')
  );
}

/** A subdomain of DNS, as most objects are called. */
export function wrongSubdomain(text: string): string | undefined {
  return (
    longerThan(text, LONGEST_SUBDOMAIN) ??
    (text.split('.').every(part => LABEL.test(part))
      ? undefined
      : 'must be small letters, digits, dashes and dots, each part with a letter or digit at both ends')
  );
}

/** What is only a part of a path, as roles and bindings are called. */
export function wrongPathSegment(text: string): string | undefined {
  if (text === '.' || text === '..') {
    return `must not be ${text}`;
  }
  return /[/%]/.test(text) ? 'must not contain / or %' : undefined;
}

/** The key of a label: a name of its own, and perhaps a domain in front. */
export function wrongQualifiedName(text: string): string | undefined {
  const [first, second, ...rest] = text.split('/');
  if (rest.length > 0) {
    return 'must have at most one /';
  }
  const name = second ?? first;
  return (
    (second === undefined ? undefined : wrongPrefix(first)) ??
    longerThan(name, LONGEST_LABEL) ??
    (NAME_PART.test(name)
      ? undefined
      : 'must be letters, digits, dashes, underscores and dots, with a letter or digit at both ends')
  );
}

function wrongPrefix(prefix: string): string | undefined {
  if (prefix === '') {
    return 'must have something in front of its /';
  }
  const wrong = wrongSubdomain(prefix);
  return wrong && `in front of its /, ${wrong}`;
}

/** The value of a label, which may be empty. */
export function wrongLabelValue(text: string): string | undefined {
  return (
    longerThan(text, LONGEST_LABEL) ??
    (text === '' || NAME_PART.test(text)
      ? undefined
      : 'must be letters, digits, dashes, underscores and dots, with a letter or digit at both ends')
  );
}

export type WrongName = (text: string) => string | undefined;
