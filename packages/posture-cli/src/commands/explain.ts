/** `zero-trust explain`: one finding with all that stands behind it, or what policies are there for. */
import {
  ClusterSnapshot,
  Control,
  Finding,
  Witness,
  Workload,
  describeObject,
  judge,
} from '@backstage-zero-trust/posture-engine';
import { Command, Option } from 'commander';
import { InputError } from '../errors';
import { EXIT, ExitCode } from '../exitCode';
import { readCluster } from '../input/clusters';
import { SourceOptions, formatOption, withSources } from '../input/options';
import { jsonDocument } from '../output/json';
import { printable } from '../output/text';
import { Terminal } from '../terminal';
import { controlOf } from './controlOf';
import { explainIneffective, explainSelection } from './explainPolicies';
import { findingJson } from './scanReport';

interface ExplainOptions extends SourceOptions {
  control?: string;
  subject?: string;
  policies?: boolean;
  ineffective?: boolean;
  format: 'table' | 'json';
}

export function addExplainCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  withSources(
    program
      .command('explain')
      .description(
        'One finding: what was asked, the verdict, the evidence, who could do what, and what to do. Or which policies of network and mesh select a workload, and which of all have no effect.',
      ),
  )
    .option('--control <id>', 'the control, such as WL-1')
    .option(
      '--subject <workload>',
      'namespace/name or namespace/Kind/name of a workload',
    )
    .addOption(
      new Option(
        '--policies',
        'which policies of network and mesh select the subject, in the order in which they are asked',
      ).conflicts(['control', 'ineffective']),
    )
    .addOption(
      new Option(
        '--ineffective',
        'policies of network and mesh, rules and parts of them that have no effect, each with the proof',
      ).conflicts(['control', 'subject']),
    )
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  $ zero-trust explain deploy/ --control NW-1 --subject shop/Deployment/orders
  $ zero-trust explain --context prod-eu --control AN-2 --subject shop/orders --format json
  $ zero-trust explain deploy/ --policies --subject shop/orders
  $ zero-trust explain --context prod-eu --ineffective`,
    )
    .action(async (sources: string[], options: ExplainOptions) => {
      const question = questionOf(options);
      const snapshot = await readCluster(
        sources,
        options,
        terminal,
        'findings are explained in one cluster at a time',
      );
      const { format } = options;
      if (question === 'ineffective') {
        terminal.write(explainIneffective(snapshot, format, terminal));
        exit(EXIT.ok);
        return;
      }
      const workload = workloadOf(question.subject, snapshot);
      if (!question.control) {
        const { text, isKnown } = explainSelection(
          workload,
          snapshot,
          format,
          terminal,
        );
        terminal.write(text);
        exit(isKnown ? EXIT.ok : EXIT.unknown);
        return;
      }
      const { control } = question;
      const findings = judge(snapshot, {
        controls: [control],
        workloads: [workload],
      });
      terminal.write(
        format === 'json'
          ? jsonDocument('FindingList', {
              findings: findings.map(finding =>
                findingJson(finding, undefined),
              ),
            })
          : findings
              .map(finding => describeFinding(finding, control, terminal))
              .join('\n'),
      );
      exit(exitCodeOf(findings));
    });
}

/** What is asked; of policies where there is no control. */
function questionOf({
  control,
  subject,
  policies,
  ineffective,
}: ExplainOptions): 'ineffective' | { control?: Control; subject: string } {
  if (ineffective) {
    return 'ineffective';
  }
  if (subject === undefined || (control === undefined && !policies)) {
    throw new InputError(
      'say what to explain: --control and --subject, --policies and --subject, or --ineffective',
    );
  }
  return {
    subject,
    ...(control === undefined ? {} : { control: controlOf(control) }),
  };
}

function workloadOf(text: string, snapshot: ClusterSnapshot): Workload {
  const [namespace, ...rest] = text.split('/');
  const found = snapshot
    .workloadsIn(namespace)
    .filter(({ reference: { kind, name } }) =>
      [name, `${kind}/${name}`].includes(rest.join('/')),
    );
  if (found.length === 1) {
    return found[0];
  }
  throw new InputError(
    found.length === 0
      ? `there is no workload "${text}"; give namespace/name or namespace/Kind/name`
      : `"${text}" may mean ${found
          .map(({ reference }) => describeObject(reference))
          .join(' or ')}: say which, as namespace/Kind/name`,
  );
}

function describeFinding(
  finding: Finding,
  control: Control,
  { colors }: Terminal,
): string {
  const { subject, verdict, severity, message, because, evidence } = finding;
  const { witness, fix, missing = [] } = finding;
  const port =
    subject.port === undefined
      ? ''
      : `, ${
          subject.port === null ? 'any other port' : `port ${subject.port}`
        }`;
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0
      ? []
      : ['', colors.bold(title), ...lines.map(line => `  ${line}`)];
  const lines = [
    `${colors.bold(verdict)}  ${control.id} ${control.title} (${severity})`,
    `${describeObject(subject)}${port}`,
    '',
    message,
    ...(because === undefined ? [] : [because]),
    ...section('Evidence', [
      ...evidence.map(
        ({ object, field, value }) =>
          `${describeObject(object)}${field === '' ? '' : `: ${field}`}${
            value === null ? ' is not set' : ` = ${JSON.stringify(value)}`
          }`,
      ),
    ]),
    ...section('Who could do what', witness ? [describeWitness(witness)] : []),
    ...section('To do', fix ? [fix.summary] : []),
    ...section(
      'Rights that are missing',
      missing.map(
        ({ verb, group, resource, namespace }) =>
          `${verb} ${resource}${group === '' ? '' : `.${group}`}${
            namespace === undefined ? '' : ` in ${namespace}`
          }`,
      ),
    ),
    ...section('Why it matters', [control.why]),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function describeWitness({
  from,
  to,
  protocol = 'TCP',
  port,
  transport,
  action,
}: Witness): string {
  return [
    `${from} → ${to}`,
    ...(port === undefined
      ? []
      : [port === null ? 'any other port' : `${protocol} port ${port}`]),
    ...(transport === undefined ? [] : [transport]),
    ...(action === undefined ? [] : [action]),
  ].join(', ');
}

function exitCodeOf(findings: readonly Finding[]): ExitCode {
  const has = (verdict: Finding['verdict']) =>
    findings.some(finding => finding.verdict === verdict);
  if (has('fail')) {
    return EXIT.fails;
  }
  return has('unknown') ? EXIT.unknown : EXIT.ok;
}
