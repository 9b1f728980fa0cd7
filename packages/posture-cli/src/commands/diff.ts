/** `zero-trust diff`: what a change opens, closes and re-encrypts, and which verdicts it changes. */
import {
  CONTROLS,
  ClusterSnapshot,
  Finding,
  Layer,
  Verdict,
  changesBetween,
  describeObject,
  judge,
  layersOf,
  networkGapsOf,
  workloadKey,
} from '@backstage-zero-trust/posture-engine';
import { Command } from 'commander';
import { EXIT, ExitCode } from '../exitCode';
import { readClusters } from '../input/clusters';
import {
  SourceOptions,
  formatOption,
  withManifestOptions,
} from '../input/options';
import { jsonDocument, workloadJson } from '../output/json';
import { table } from '../output/table';
import { oneLine } from '../output/text';
import { Terminal } from '../terminal';
import { changesJson, describeChanges } from './connectionChanges';
import { layersOption } from './layers';

type DiffOptions = Pick<SourceOptions, 'keepGoing' | 'meshConfig' | 'cni'> & {
  layers?: readonly Layer[];
  format: 'table' | 'json';
};

interface VerdictChange {
  /** Absent where there was no such finding. */
  before?: Verdict;
  after?: Verdict;
  /** The finding now, or the last one. */
  finding: Finding;
}

export function addDiffCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  withManifestOptions(
    program
      .command('diff')
      .description(
        'What a change opens, closes and re-encrypts in the network and the mesh, and which verdicts change.',
      )
      .argument('<before>', 'a folder, a file, or - for standard input')
      .argument('<after>', 'the same after the change'),
  )
    .addOption(layersOption())
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Each side is a whole cluster: hand in everything that holds for it, not only what changed.

Examples:
  $ zero-trust diff main/ branch/
  $ git diff --quiet || kustomize build . | zero-trust diff released.yaml - --format json`,
    )
    .action(async (before: string, after: string, options: DiffOptions) => {
      const then = await readSide(before, options, terminal);
      // What did not change is worked out once.
      const now = (await readSide(after, options, terminal)).sharing(then);
      const gaps = [...gapsOf(then, 'before'), ...gapsOf(now, 'after')];
      for (const { side, reason } of gaps) {
        terminal.writeError(`${oneLine(`not seen ${side}: ${reason}`)}\n`);
      }
      const layers = options.layers ?? layersOf([then, now]);
      const changes = changesBetween(then, now, layers);
      const verdicts = verdictChanges(then, now);
      terminal.write(
        options.format === 'json'
          ? jsonDocument('PostureDiff', {
              layers,
              ...changesJson(changes, layers),
              verdicts: verdicts.map(verdictJson),
              gaps,
            })
          : describeDiff(changes, verdicts, terminal),
      );
      const isChanged =
        verdicts.length > 0 ||
        changes.some(
          ({ opened, closed, conditions, reencrypted }) =>
            reencrypted.length > 0 ||
            [opened, closed, conditions].some(ports => !ports.isEmpty),
        );
      if (isChanged) {
        exit(EXIT.fails);
      } else {
        exit(changes.length > 0 || gaps.length > 0 ? EXIT.unknown : EXIT.ok);
      }
    });
}

async function readSide(
  source: string,
  options: DiffOptions,
  terminal: Terminal,
): Promise<ClusterSnapshot> {
  const { snapshots } = await readClusters([source], options, terminal);
  return snapshots[0];
}

function gapsOf(snapshot: ClusterSnapshot, side: 'before' | 'after') {
  return networkGapsOf(snapshot).map(({ kind, reason }) => ({
    side,
    kind,
    reason,
  }));
}

/** Sorted by subject and control, as findings are. */
function verdictChanges(
  before: ClusterSnapshot,
  after: ClusterSnapshot,
): VerdictChange[] {
  const changes = new Map<string, VerdictChange>();
  for (const [when, snapshot] of [
    ['after', after],
    ['before', before],
  ] as const) {
    for (const finding of judge(snapshot, { controls: CONTROLS })) {
      const { control, subject, verdict } = finding;
      const key = [
        workloadKey(subject),
        control,
        String(subject.port).padStart(5),
      ].join('\u0000');
      changes.set(key, { finding, ...changes.get(key), [when]: verdict });
    }
  }
  return [...changes]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, change]) => change)
    .filter(change => change.before !== change.after);
}

function verdictJson({ before, after, finding }: VerdictChange) {
  const { control, subject, severity, message } = finding;
  return {
    control,
    subject: {
      ...workloadJson(subject, undefined),
      ...(subject.port === undefined ? {} : { port: subject.port }),
    },
    before: before ?? null,
    after: after ?? null,
    severity,
    message,
  };
}

function describeDiff(
  changes: ReturnType<typeof changesBetween>,
  verdicts: readonly VerdictChange[],
  terminal: Terminal,
): string {
  const findings = verdicts.map(({ before, after, finding }) => [
    `${before ?? 'none'} → ${after ?? 'none'}`,
    finding.control,
    [describeObject(finding.subject), finding.message, ''].join('\n'),
  ]);
  return [
    describeChanges(changes, terminal),
    '\n',
    findings.length > 0
      ? table(['Verdict', 'Control', 'Finding'], findings, terminal)
      : 'no verdict changes\n',
  ].join('');
}
