/** The options of writes as they come in a query string. */
import { notSupported } from './listOptions';
import { ApiError, invalid } from './status';

export interface RequestWriteOptions {
  manager: string;
  dryRun: boolean;
  force: boolean;
  /** Refuse fields that the kind does not have, instead of dropping them. */
  strict: boolean;
}

const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

/** Checks and reads `dryRun`, `fieldManager`, `fieldValidation` and `force`; `options` is the name that errors use. */
export function parseWriteOptions(
  query: URLSearchParams,
  userAgent: string | undefined,
  options: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions',
): RequestWriteOptions {
  const causes: { reason: string; field: string; message: string }[] = [];
  const dryRun = query.getAll('dryRun');
  if (dryRun.some(value => value !== 'All')) {
    causes.push(notSupported('dryRun', dryRun, ['All']));
  }
  const validation = query.get('fieldValidation') ?? '';
  if (!VALIDATIONS.includes(validation)) {
    causes.push(notSupported('fieldValidation', validation, VALIDATIONS));
  }
  const manager = query.get('fieldManager') ?? '';
  if (manager.length > 128) {
    causes.push({
      reason: 'FieldValueTooLong',
      field: 'fieldManager',
      message: 'Too long: may not be more than 128 bytes',
    });
  }
  if (causes.length > 0) {
    throw optionsError(options, causes);
  }
  return {
    // Without a name of its own a client is called by its user agent.
    manager: manager || (userAgent ?? 'unknown').split('/')[0].slice(0, 128),
    dryRun: dryRun.length > 0,
    force: query.get('force') === 'true',
    strict: validation === 'Strict',
  };
}

export function optionsError(
  kind: string,
  causes: { reason: string; field: string; message: string }[],
): ApiError {
  return invalid({ group: 'meta.k8s.io', kind, name: '', causes });
}
