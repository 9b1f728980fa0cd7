/** `zero-trust fix`: what repairs the findings, each repair proved on the cluster as it would be with it. */
import {
  CONTROLS,
  Finding,
  Fix,
  FixPlan,
  FixStep,
  KubernetesObject,
  describeObject,
  planFixes,
  referenceTo,
} from '@backstage-zero-trust/posture-engine';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import { EXIT, ExitCode } from '../exitCode';
import { readMeshConfig } from '../input/clusters';
import { readSources } from '../input/files';
import { SourceOptions, collect, withManifestOptions } from '../input/options';
import { jsonDocument, objectJson, workloadJson } from '../output/json';
import { printable } from '../output/text';
import { Terminal } from '../terminal';
import { changesJson, describeChanges } from './connectionChanges';
import { controlOf } from './controlOf';
import { counted, subjectOf } from './scanTable';

const FORMATS = ['table', 'json', 'yaml'] as const;

type FixOptions = Pick<SourceOptions, 'keepGoing' | 'meshConfig' | 'cni'> & {
  control?: string[];
  mayClose?: boolean;
  format: (typeof FORMATS)[number];
};

export function addFixCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  withManifestOptions(
    program
      .command('fix')
      .description(
        'The objects and fields that repair what fails. Each repair was judged on the cluster as it would be: it breaks nothing, and opens no connection.',
      )
      .argument(
        '<source...>',
        'folders, files, or - for standard input, all together one cluster',
      ),
  )
    .option(
      '--control <id>',
      'repair only this control (again for more)',
      collect,
    )
    .option(
      '--may-close',
      'take repairs too that close connections which are open today',
    )
    .addOption(
      new Option(
        '--format <format>',
        'how to print the result; yaml is what to apply',
      )
        .choices(FORMATS)
        .default('table'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ zero-trust fix deploy/
  $ zero-trust fix deploy/ --control NW-1 --may-close
  $ zero-trust fix deploy/ --format yaml > repairs.yaml`,
    )
    .action(async (sources: string[], options: FixOptions) => {
      const wanted = options.control?.map(controlOf);
      const read = await readSources(sources, terminal, options);
      const objects = read.map(({ object }) => object);
      const plan = planFixes({
        objects,
        snapshot: {
          cluster: 'manifests',
          observedAt: terminal.now().toISOString(),
          settings: {
            ...(options.meshConfig !== undefined && {
              meshConfig: await readMeshConfig(options.meshConfig),
            }),
            ...(options.cni !== undefined && { cni: options.cni }),
          },
        },
        controls: CONTROLS,
        repairs: ({ control }) =>
          wanted?.some(({ id }) => id === control) ?? true,
        mayClose: options.mayClose ?? false,
      });
      terminal.write(printedAs(options.format, plan, objects, terminal));
      exit(plan.left.length === 0 ? EXIT.ok : EXIT.fails);
    });
}

function printedAs(
  format: FixOptions['format'],
  plan: FixPlan,
  written: readonly KubernetesObject[],
  terminal: Terminal,
): string {
  switch (format) {
    case 'json':
      return jsonDocument('FixPlan', planJson(plan));
    case 'yaml': {
      // Objects that no step changed are the ones that were read.
      const unchanged = new Set(written);
      return plan.objects
        .filter(object => !unchanged.has(object))
        .map(object => stringify(object, { version: '1.1', lineWidth: 0 }))
        .join('---\n');
    }
    default:
      return describePlan(plan, terminal);
  }
}

function planJson(plan: FixPlan) {
  return {
    steps: plan.steps.map(step => ({
      changes: step.fixes.flatMap(changesOf),
      repairs: step.proof.repaired.map(findingName),
      connections: changesJson(step.proof.connections, ['network', 'mesh']),
    })),
    left: plan.left.map(({ finding, reason }) => ({
      ...findingName(finding),
      severity: finding.severity,
      message: finding.message,
      fix: finding.fix?.summary ?? null,
      reason,
    })),
    before: countsOf(plan.before),
    after: countsOf(plan.after),
  };
}

function changesOf({ summary, objects = [], edits = [] }: Fix) {
  return [
    ...objects.map(object => ({ summary, create: object })),
    ...edits.map(({ object, field, value }) => ({
      summary,
      object: objectJson(object),
      field,
      ...(value === undefined ? { remove: true } : { value }),
    })),
  ];
}

function findingName({ control, subject }: Finding) {
  return {
    control,
    subject: {
      ...workloadJson(subject, undefined),
      ...(subject.port === undefined ? {} : { port: subject.port }),
    },
  };
}

function countsOf(findings: readonly Finding[]) {
  const count = (verdict: Finding['verdict']) =>
    findings.filter(finding => finding.verdict === verdict).length;
  return {
    fail: count('fail'),
    unknown: count('unknown'),
    pass: count('pass'),
  };
}

function describePlan(plan: FixPlan, terminal: Terminal): string {
  const { colors } = terminal;
  const before = countsOf(plan.before);
  const after = countsOf(plan.after);
  return [
    ...plan.steps.map((step, index) => describeStep(step, index + 1, terminal)),
    ...(plan.left.length > 0
      ? [
          `${colors.bold('Left to people')}\n`,
          ...plan.left.map(
            ({ finding, reason }) =>
              `  ${finding.control} ${printable(
                subjectOf(finding),
              )}: ${printable(reason)}\n`,
          ),
          '\n',
        ]
      : []),
    `${counted(plan.steps.length, 'repair')}: ${
      before.fail
    } findings fail today, ${after.fail} with them; ${
      before.unknown
    } are unknown today, ${after.unknown} with them\n`,
  ].join('');
}

function describeStep(
  { fixes, proof }: FixStep,
  number: number,
  terminal: Terminal,
): string {
  const { colors } = terminal;
  const changes = fixes.flatMap(({ objects = [], edits = [] }) => [
    ...objects.map(
      object =>
        `add ${describeObject(referenceTo(object))}:\n${stringify(object, {
          version: '1.1',
          lineWidth: 0,
        })
          .replace(/^/gm, '    ')
          .trimEnd()}`,
    ),
    ...edits.map(
      ({ object, field, value }) =>
        `${describeObject(object)}: ${
          value === undefined
            ? `take away ${field}`
            : `set ${field} to ${JSON.stringify(value)}`
        }`,
    ),
  ]);
  return printable(
    [
      colors.bold(`Repair ${number}`),
      ...fixes.map(({ summary }) => summary),
      ...changes.map(change => `  ${change}`),
      `  repairs ${proof.repaired
        .map(finding => `${finding.control} of ${subjectOf(finding)}`)
        .join('; ')}`,
      '',
    ].join('\n'),
  ).concat(
    proof.connections.length > 0
      ? describeChanges(proof.connections, terminal)
      : '',
    '\n',
  );
}
