/** `zero-trust scan`: every applicable control on every workload. */
import {
  CONTROLS,
  ClusterSnapshot,
  Control,
  Finding,
  PILLARS,
  Pillar,
  SEVERITIES,
  Severity,
  Workload,
  judge,
} from '@backstage-zero-trust/posture-engine';
import { Command, Option } from 'commander';
import { InputError } from '../errors';
import { EXIT, ExitCode } from '../exitCode';
import { Clusters, readClusters } from '../input/clusters';
import { readExemptions } from '../input/exemptions';
import {
  SourceOptions,
  collect,
  formatOption,
  withSources,
} from '../input/options';
import { jsonDocument } from '../output/json';
import { Terminal } from '../terminal';
import { ClusterFindings, reportOf } from './scanReport';
import { controlOf } from './controlOf';
import { scanHtml } from './scanHtml';
import { scanJunit } from './scanJunit';
import { scanSarif } from './scanSarif';
import { scanTable } from './scanTable';

const FORMATS = ['table', 'json', 'sarif', 'junit', 'html'] as const;

interface ScanOptions extends SourceOptions {
  format: (typeof FORMATS)[number];
  control?: string[];
  pillar?: Pillar[];
  namespace?: string[];
  failOn: Severity;
  exemptions?: string;
}

export function addScanCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  withSources(
    program
      .command('scan')
      .description('Every applicable control on every workload.'),
  )
    .addOption(formatOption(FORMATS))
    .option('--control <id>', 'only this control (again for more)', collect)
    .addOption(
      new Option('--pillar <pillar>', 'only this pillar (again for more)')
        .choices(PILLARS)
        .argParser(collectPillar),
    )
    .option(
      '--namespace <name>',
      'only workloads of this namespace (again for more); all else is still looked at',
      collect,
    )
    .addOption(
      new Option(
        '--fail-on <severity>',
        'the least severity of a finding that counts for the exit code',
      )
        .choices(SEVERITIES)
        .default('low'),
    )
    .option(
      '--exemptions <file>',
      'a list of exemptions: control, subject, reason, owner, approver, expires',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ zero-trust scan deploy/
  $ zero-trust scan deploy/ --fail-on high --exemptions exemptions.yaml
  $ zero-trust scan --context prod-eu --namespace shop --pillar authentication
  $ zero-trust scan deploy/ --format sarif > zero-trust.sarif
  $ zero-trust scan --all-contexts --format json > posture.json`,
    )
    .action(async (sources: string[], options: ScanOptions) => {
      const controls = selectControls(options);
      const exemptions =
        options.exemptions === undefined
          ? []
          : await readExemptions(options.exemptions);
      const clusters = await readClusters(sources, options, terminal);
      const selected = selectWorkloads(clusters, options.namespace);
      const results = clusters.snapshots.map((snapshot, index) => ({
        snapshot,
        workloads: selected[index],
        findings: judge(snapshot, {
          controls,
          exemptions,
          workloads: selected[index],
        }),
      }));
      if (results.every(({ workloads }) => workloads.length === 0)) {
        terminal.writeError('there is no workload to judge\n');
      }
      const report = reportOf(results, clusters, controls);
      switch (options.format) {
        case 'json':
          terminal.write(jsonDocument('PostureReport', report));
          break;
        case 'sarif':
          terminal.write(
            await scanSarif(results, report, controls, clusters.places),
          );
          break;
        case 'junit':
          terminal.write(scanJunit(results));
          break;
        case 'html':
          terminal.write(scanHtml(results, report));
          break;
        default:
          terminal.write(scanTable(results, report, terminal));
      }
      exit(exitCodeOf(results, clusters, options.failOn));
    });
}

function collectPillar(value: string, previous: Pillar[] = []): Pillar[] {
  const pillar = PILLARS.find(candidate => candidate === value);
  if (!pillar) {
    throw new InputError(
      `there is no pillar "${value}"; there are ${PILLARS.join(', ')}`,
    );
  }
  return [...previous, pillar];
}

function selectControls({
  control: ids,
  pillar: pillars,
}: ScanOptions): Control[] {
  const named = ids?.map(controlOf);
  const selected = CONTROLS.filter(
    control =>
      (named?.includes(control) ?? true) &&
      (pillars?.includes(control.pillar) ?? true),
  );
  if (selected.length === 0) {
    throw new InputError('no control is left to judge by');
  }
  return selected;
}

/** The workloads of each snapshot. A misspelt namespace must not look like one without failures. */
function selectWorkloads(
  { snapshots }: Clusters,
  namespaces: readonly string[] | undefined,
): Workload[][] {
  const all = snapshots.flatMap(({ workloads }) => workloads);
  const absent = namespaces?.find(
    namespace =>
      !all.some(({ reference }) => reference.namespace === namespace),
  );
  if (absent !== undefined) {
    throw new InputError(`there is no workload in namespace "${absent}"`);
  }
  return snapshots.map(snapshot => within(snapshot, namespaces));
}

function within(
  { workloads }: ClusterSnapshot,
  namespaces: readonly string[] | undefined,
): Workload[] {
  return workloads.filter(
    ({ reference }) => namespaces?.includes(reference.namespace) ?? true,
  );
}

function exitCodeOf(
  results: readonly ClusterFindings[],
  { unreachable }: Clusters,
  failOn: Severity,
): ExitCode {
  const counting = SEVERITIES.slice(0, SEVERITIES.indexOf(failOn) + 1);
  const has = (verdict: Finding['verdict']) =>
    results.some(({ findings }) =>
      findings.some(
        finding =>
          finding.verdict === verdict && counting.includes(finding.severity),
      ),
    );
  if (has('fail')) {
    return EXIT.fails;
  }
  return has('unknown') || unreachable.length > 0 ? EXIT.unknown : EXIT.ok;
}
