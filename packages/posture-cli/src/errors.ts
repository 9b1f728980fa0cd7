/** Errors of the person at the keyboard, told apart from the program's own. */

/**
 * Bad usage, or input that cannot be read: exit code 2, and one line on
 * standard error that names file, document and field.
 */
export class InputError extends Error {
  readonly name = 'InputError';
}

/** What can be said of an error without quoting what the file or server held. */
export function describeSystemError(error: unknown): string {
  const code =
    typeof error === 'object' && error !== null && 'code' in error
      ? String(error.code)
      : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'you may not read it';
    case 'ELOOP':
      return 'its links go in circles';
    default:
      return `cannot be read${code === undefined ? '' : ` (${code})`}`;
  }
}
