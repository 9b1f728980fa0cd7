/** What went wrong, for the log. */
import { isError } from '@backstage/errors';

/**
 * Errors that carry a code come from a driver or a socket; a driver's message
 * holds the statement with its values, so only the code is told.
 */
export function describeFailure(error: unknown): string {
  if (!isError(error)) {
    return String(error);
  }
  return typeof error.code === 'string'
    ? `${error.name} (${error.code})`
    : error.message;
}
