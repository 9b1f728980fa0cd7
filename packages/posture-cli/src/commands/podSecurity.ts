/** `zero-trust pod-security`: whether Pod Security admission would admit the pods of some files. */
import {
  ManifestObject,
  ObjectReference,
  Pod,
  PodSecurityResult,
  PodSecurityVersion,
  WORKLOAD_KINDS,
  compare,
  describeObject,
  evaluatePodSecurity,
  parsePodSecurityVersion,
  readObject,
  viewOfPod,
  viewOfTemplate,
} from '@backstage-zero-trust/posture-engine';
import { Command, InvalidArgumentError, Option } from 'commander';
import { InputError } from '../errors';
import { EXIT, ExitCode } from '../exitCode';
import { readSources } from '../input/files';
import { formatOption } from '../input/options';
import { jsonDocument, objectJson } from '../output/json';
import { table } from '../output/table';
import { Terminal } from '../terminal';

interface PodSecurityOptions {
  level: 'baseline' | 'restricted';
  version: PodSecurityVersion;
  format: 'table' | 'json';
  keepGoing?: boolean;
}

interface JudgedObject extends PodSecurityResult {
  object: ObjectReference;
}

export function addPodSecurityCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  program
    .command('pod-security')
    .description(
      'Whether Pod Security admission would admit pods, or the pods of workloads, and which checks refuse them.',
    )
    .argument(
      '<file...>',
      'files, folders, or - for standard input, with Pods or the workloads that make them',
    )
    .addOption(
      new Option('--level <level>', 'the Pod Security Standard to meet')
        .choices(['baseline', 'restricted'])
        .makeOptionMandatory(),
    )
    .option(
      '--version <version>',
      'of the standard: v1.NN, or latest',
      parseVersion,
      'latest' as PodSecurityVersion,
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
  $ zero-trust pod-security deploy/ --level restricted
  $ zero-trust pod-security pod.yaml --level baseline --version v1.30
  $ helm template my-chart | zero-trust pod-security - --level restricted --format json`,
    )
    .action(async (files: string[], options: PodSecurityOptions) => {
      const objects = await readSources(files, terminal, options);
      const results = objects.flatMap(entry => judgeObject(entry, options));
      if (results.length === 0) {
        throw new InputError(
          `${files.join(', ')}: holds no Pod, and no workload that makes any`,
        );
      }
      results.sort(compareObjects);
      terminal.write(
        options.format === 'json'
          ? jsonDocument('PodSecurityResult', { results: results.map(toJson) })
          : toTable(results, terminal),
      );
      exit(results.every(({ allowed }) => allowed) ? EXIT.ok : EXIT.fails);
    });
}

function parseVersion(text: string): PodSecurityVersion {
  const version = parsePodSecurityVersion(text);
  if (!version) {
    throw new InvalidArgumentError('It must be latest, or v1.NN.');
  }
  return version;
}

/** Nothing for an object that is neither a pod nor makes pods. */
function judgeObject(
  { file, document, object }: ManifestObject,
  { level, version }: PodSecurityOptions,
): JudgedObject[] {
  const result = readObject(object);
  if (!('resource' in result)) {
    return [];
  }
  const view =
    result.kind === 'Pod'
      ? viewOfPod(result.resource as Pod, undefined)
      : templateIn(result, `${file}, document ${document}`);
  return view
    ? [
        {
          object: view.object,
          ...evaluatePodSecurity(view, {
            level,
            version,
            template: view.origin === 'template',
          }),
        },
      ]
    : [];
}

type Read = Extract<ReturnType<typeof readObject>, { resource: unknown }>;

function templateIn({ kind, resource }: Read, place: string) {
  if (!(WORKLOAD_KINDS as readonly string[]).includes(kind)) {
    return undefined;
  }
  const view = viewOfTemplate(resource as Parameters<typeof viewOfTemplate>[0]);
  if (!view || view.spec.containers.length === 0) {
    throw new InputError(
      `${place}: ${
        view ? `${view.path}spec.containers` : 'spec.template'
      }: is missing, so there is no pod to judge`,
    );
  }
  return view;
}

function compareObjects(
  { object: left }: JudgedObject,
  { object: right }: JudgedObject,
): number {
  return (
    compare(left.namespace ?? '', right.namespace ?? '') ||
    compare(left.name, right.name) ||
    compare(left.kind, right.kind)
  );
}

function toJson({ object, allowed, violations }: JudgedObject) {
  return {
    object: objectJson(object),
    allowed,
    violations: violations.map(({ check, message }) => ({ check, message })),
  };
}

function toTable(results: readonly JudgedObject[], terminal: Terminal): string {
  const { green, red } = terminal.colors;
  return table(
    ['Result', 'Object', 'Check', 'Why'],
    results.flatMap(({ object, allowed, violations }) => {
      const name = describeObject(object);
      return allowed
        ? [[{ text: 'admitted', paint: green }, name, '', '']]
        : violations.map(({ check, message }) => [
            { text: 'refused', paint: red },
            name,
            check,
            message,
          ]);
    }),
    terminal,
  );
}
