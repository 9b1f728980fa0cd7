/** `zero-trust mtls`: per workload and port, what stands before it and which mode it is in. */
import {
  CONTROLS,
  ClusterSnapshot,
  PodPort,
  Workload,
  WorkloadReference,
  describeObject,
  judge,
  worstPodPorts,
} from '@backstage-zero-trust/posture-engine';
import { Command } from 'commander';
import { EXIT, ExitCode } from '../exitCode';
import { readClusters } from '../input/clusters';
import { SourceOptions, formatOption, withSources } from '../input/options';
import {
  evidenceJson,
  jsonDocument,
  objectJson,
  workloadJson,
} from '../output/json';
import { Cell, table } from '../output/table';
import { oneLine } from '../output/text';
import { Colors, Terminal } from '../terminal';

interface Row {
  cluster?: string;
  workload: WorkloadReference;
  port: PodPort;
}

/** A workload, or a port of it, whose transport cannot be told. */
interface Undetermined {
  cluster?: string;
  workload: WorkloadReference;
  reason: string;
}

export function addMtlsCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  withSources(
    program
      .command('mtls')
      .description(
        'Per workload and port: data plane, effective inbound mode, the ways past it, and which policy decided.',
      ),
  )
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  $ zero-trust mtls deploy/
  $ zero-trust mtls deploy/ --mesh-config mesh.yaml
  $ zero-trust mtls --context prod-eu --format json`,
    )
    .action(
      async (
        sources: string[],
        options: SourceOptions & { format: 'table' | 'json' },
      ) => {
        const { snapshots, several, unreachable } = await readClusters(
          sources,
          options,
          terminal,
        );
        const rows: Row[] = [];
        const undetermined: Undetermined[] = [];
        for (const snapshot of snapshots) {
          const cluster = several ? { cluster: snapshot.cluster } : {};
          for (const workload of snapshot.workloads) {
            const answer = portsOf(workload, snapshot);
            const common = { ...cluster, workload: workload.reference };
            rows.push(...answer.ports.map(port => ({ ...common, port })));
            undetermined.push(
              ...answer.reasons.map(reason => ({ ...common, reason })),
            );
          }
        }
        for (const entry of undetermined) {
          terminal.writeError(
            `${oneLine(`${nameOf(entry)} cannot be told: ${entry.reason}`)}\n`,
          );
        }
        terminal.write(
          options.format === 'json'
            ? jsonDocument('TransportList', { ports: rows.map(rowJson) })
            : table(
                ['Workload', 'Port', 'Data plane', 'Mode', 'Decided by'],
                rows.map(row => cellsOf(row, terminal.colors)),
                terminal,
              ),
        );
        exit(
          undetermined.length > 0 || unreachable.length > 0
            ? EXIT.unknown
            : EXIT.ok,
        );
      },
    );
}

/** The control that judges what this command shows knows which kinds must have been seen. */
const INBOUND = CONTROLS.filter(({ id }) => id === 'AN-2');

function portsOf(
  workload: Workload,
  snapshot: ClusterSnapshot,
): { ports: PodPort[]; reasons: string[] } {
  const gap = judge(snapshot, {
    controls: INBOUND,
    workloads: [workload],
  }).find(
    ({ verdict, subject }) =>
      verdict === 'unknown' && subject.port === undefined,
  );
  if (gap) {
    return { ports: [], reasons: [gap.message] };
  }
  const ports = worstPodPorts(workload, snapshot);
  const isDecided = ({ membership }: PodPort) =>
    membership.undecided === undefined;
  return {
    ports: ports.filter(isDecided),
    reasons: [
      ...new Set(ports.flatMap(({ membership }) => membership.undecided ?? [])),
    ],
  };
}

function rowJson({ cluster, workload, port: row }: Row) {
  return {
    workload: workloadJson(workload, cluster),
    port: row.port,
    dataPlane: row.dataPlane,
    mode: row.mode,
    bypass: row.bypass.map(({ kind, certain, ...evidence }) => ({
      kind,
      certain,
      ...evidenceJson(evidence),
    })),
    decidedBy: row.decidedBy.map(({ layer, object, field }) => ({
      layer,
      object: objectJson(object),
      field,
    })),
  };
}

function nameOf({
  cluster,
  workload,
}: {
  cluster?: string;
  workload: WorkloadReference;
}): string {
  return `${cluster === undefined ? '' : `${cluster}: `}${describeObject(
    workload,
  )}`;
}

function cellsOf(row: Row, colors: Colors): (Cell | string)[] {
  const { port, dataPlane, mode, bypass, decidedBy } = row.port;
  const by = decidedBy
    .slice(-1)
    .map(({ object, field }) => `${describeObject(object)} (${field})`);
  const past = bypass.map(
    ({ kind, object }) => `past it: ${kind} of ${describeObject(object)}`,
  );
  return [
    nameOf(row),
    port === null ? 'any other' : String(port),
    dataPlane,
    { text: mode ?? '-', paint: mode === 'STRICT' ? colors.green : colors.red },
    [...by, ...past].join('\n'),
  ];
}
