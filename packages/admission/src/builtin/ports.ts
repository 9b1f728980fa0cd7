/** Numbers and names of ports, per apimachinery's `util/validation`. */

export function wrongPortNumber(port: unknown): string | undefined {
  return typeof port === 'number' && port >= 1 && port <= 65535
    ? undefined
    : 'must be between 1 and 65535';
}

export function wrongPortName(name: string): string | undefined {
  return name.length <= 15 &&
    /^[-a-z0-9]+$/.test(name) &&
    /[a-z]/.test(name) &&
    !name.includes('--') &&
    !/^-|-$/.test(name)
    ? undefined
    : 'must be at most 15 small letters, digits and single dashes, with a letter among them and none of the dashes at an end';
}

/** A port that may be a number or a container's name for it. */
export function wrongPort(port: unknown): string | undefined {
  return typeof port === 'string' ? wrongPortName(port) : wrongPortNumber(port);
}

export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
