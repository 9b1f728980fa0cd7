/** The file of `--exemptions`: a list of bounded permissions to fail. */
import {
  CONTROLS,
  Exemption,
  formatPath,
  readDocuments,
} from '@backstage-zero-trust/posture-engine';
import { z } from 'zod';
import { InputError } from '../errors';
import { readTextFile } from './files';

const text = z.string().min(1);

const exemptions = z.array(
  z.strictObject({
    control: z
      .string()
      .refine(id => CONTROLS.some(control => control.id === id), {
        error: 'there is no such control',
      }),
    subject: z.strictObject({
      kind: text.optional(),
      namespace: text.optional(),
      name: text.optional(),
    }),
    reason: text,
    owner: text,
    approver: text,
    expires: z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
      error: 'must be a date such as 2027-01-31, or a time in ISO 8601',
    }),
  }),
);

/** Throws an {@link InputError} that names file and field. */
export async function readExemptions(file: string): Promise<Exemption[]> {
  const [document, ...others] = readDocuments(await readTextFile(file));
  if (!document || others.length > 0) {
    throw new InputError(`${file}: must be one document, a list of exemptions`);
  }
  if ('error' in document) {
    throw new InputError(`${file}, document 1: ${document.error}`);
  }
  const parsed = exemptions.safeParse(document.content);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    const field = formatPath(path);
    throw new InputError(
      `${file}, document 1: ${field === '' ? '' : `${field}: `}${message}`,
    );
  }
  return parsed.data;
}
