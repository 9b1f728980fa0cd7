/** `zero-trust validate`: whether an API server would take each document, and what it would take that does nothing. */
import type { Review } from '@backstage-zero-trust/admission';
import {
  ObjectReference,
  describeObject,
} from '@backstage-zero-trust/posture-engine';
import { Command } from 'commander';
import { EXIT, ExitCode } from '../exitCode';
import { WrittenObject, readWrittenObjects } from '../input/documents';
import { formatOption } from '../input/options';
import { jsonDocument, objectJson } from '../output/json';
import { Cell, table } from '../output/table';
import { Terminal } from '../terminal';
import { Ineffective, ineffectiveIn } from './validateEffect';

interface ValidateOptions {
  crds?: string;
  format: 'table' | 'json';
  keepGoing?: boolean;
}

interface Result extends WrittenObject {
  reference: ObjectReference;
  review: Review;
  ineffective: readonly Ineffective[];
}

export function addValidateCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  program
    .command('validate')
    .description(
      "Whether an API server would take each object: its kind's schema, rules in CEL, the checks of Kubernetes and of Istio's webhook. And what it would take that does nothing.",
    )
    .argument('<file...>', 'files, folders, or - for standard input')
    .option(
      '--crds <folder>',
      'CustomResourceDefinitions, beside those among the files',
    )
    .addOption(formatOption())
    .option(
      '--keep-going',
      'go past documents that cannot be read, and list them on standard error',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ zero-trust validate deploy/ --crds crds/
  $ helm template my-chart | zero-trust validate - --crds crds/ --format json`,
    )
    .action(async (files: string[], options: ValidateOptions) => {
      const objects = await readWrittenObjects(files, terminal, options);
      const definitions =
        options.crds === undefined
          ? []
          : await readWrittenObjects([options.crds], terminal, {
              ...options,
              othersToo: true,
            });
      const results = await judge(objects, definitions);
      terminal.write(
        options.format === 'json'
          ? jsonDocument('ValidationResult', { results: results.map(toJson) })
          : toTable(results, terminal),
      );
      exit(exitCodeOf(results));
    });
}

/** In the order in which they were written. */
async function judge(
  objects: readonly WrittenObject[],
  definitions: readonly WrittenObject[],
): Promise<Result[]> {
  // Schemas and CEL are much to load, and no other command needs them.
  const { Admission } = await import('@backstage-zero-trust/admission');
  const admission = Admission.create({
    definitions: [...definitions, ...objects].map(({ object }) => object),
  });
  const reviewed = objects.map(written => ({
    ...written,
    review: admission.review(written.object),
  }));
  const ineffective = ineffectiveIn(
    reviewed.flatMap(({ object, review }) =>
      review.verdict === 'refused' ? [] : [object],
    ),
  );
  return reviewed.map(result => ({
    ...result,
    reference: referenceOf(result.object),
    ineffective:
      result.review.verdict === 'refused' ? [] : ineffective(result.object),
  }));
}

/** Of an object that need not be one: what it calls itself. */
function referenceOf(object: Record<string, unknown>): ObjectReference {
  const metadata = object.metadata as
    | Record<string, unknown>
    | null
    | undefined;
  const text = (field: string) => {
    const value = metadata?.[field];
    return typeof value === 'string' ? value : '';
  };
  const namespace = text('namespace');
  return {
    apiVersion: String(object.apiVersion),
    kind: String(object.kind),
    ...(namespace === '' ? {} : { namespace }),
    name: text('name') || text('generateName'),
  };
}

function exitCodeOf(results: readonly Result[]): ExitCode {
  if (results.some(({ review }) => review.verdict === 'refused')) {
    return EXIT.fails;
  }
  return results.some(({ review }) => review.verdict === 'unknown')
    ? EXIT.unknown
    : EXIT.ok;
}

const VALID = { admitted: true, refused: false, unknown: null } as const;

function toJson({ file, document, reference, review, ineffective }: Result) {
  return {
    file,
    document,
    object: objectJson(reference),
    valid: VALID[review.verdict],
    errors: review.errors,
    ineffective,
    unknown: review.unknown,
  };
}

function toTable(results: readonly Result[], terminal: Terminal): string {
  const { green, red, yellow } = terminal.colors;
  return table(
    ['Result', 'File', 'Object', 'Field', 'Why'],
    results.flatMap(({ file, document, reference, review, ineffective }) => {
      const row = (result: Cell | string, field: string, why: string) => [
        result,
        `${file}, document ${document}`,
        describeObject(reference),
        field,
        why,
      ];
      const refused = { text: 'refused', paint: red };
      const unknown = { text: 'unknown', paint: yellow };
      const rows = [
        ...review.errors.map(({ field, message }) =>
          row(refused, field, message),
        ),
        ...review.unknown.map(({ field, message }) =>
          row(unknown, field, message),
        ),
      ];
      return [
        ...(review.verdict === 'admitted'
          ? [row({ text: 'admitted', paint: green }, '', '')]
          : []),
        ...rows,
        ...ineffective.map(({ field, message }) =>
          row({ text: 'no effect', paint: yellow }, field, message),
        ),
      ];
    }),
    terminal,
  );
}
