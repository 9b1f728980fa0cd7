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
import { InputError } from '../errors';
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
import {
  ClientFilter,
  ClientRow,
  checkFilter,
  clientJson,
  clientName,
  clientRows,
} from './mtlsClients';

interface MtlsOptions extends SourceOptions, ClientFilter {
  clients?: boolean;
  format: 'table' | 'json';
}

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
    .option(
      '--clients',
      'also what each client sends to each endpoint behind each port of a Service',
    )
    .option(
      '--from <workloads...>',
      'clients: a namespace, namespace/name or namespace/Kind/name',
    )
    .option('--to <workloads...>', 'endpoints, in the same forms')
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  $ zero-trust mtls deploy/
  $ zero-trust mtls deploy/ --mesh-config mesh.yaml
  $ zero-trust mtls deploy/ --clients --from shop --to shop/Deployment/orders
  $ zero-trust mtls --context prod-eu --format json`,
    )
    .action(async (sources: string[], options: MtlsOptions) => {
      if (!options.clients && (options.from ?? options.to)) {
        throw new InputError('--from and --to narrow --clients: say it too');
      }
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
      const clients = options.clients
        ? clientsOf(snapshots, options, several)
        : undefined;
      const untold = [
        ...undetermined.map(entry => [nameOf(entry), entry.reason]),
        ...(clients?.untold ?? []).map(row => [
          clientName(row),
          row.transport.reason,
        ]),
      ];
      for (const [name, reason] of untold) {
        terminal.writeError(
          `${oneLine(`${name} cannot be told: ${reason}`)}\n`,
        );
      }
      terminal.write(
        options.format === 'json'
          ? jsonDocument('TransportList', {
              ports: rows.map(rowJson),
              ...(clients && { clients: clients.told.map(clientJson) }),
            })
          : tablesOf(rows, clients?.told, terminal),
      );
      exit(
        untold.length > 0 || unreachable.length > 0 ? EXIT.unknown : EXIT.ok,
      );
    });
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
  const doubtOf = ({ membership, linkerd }: PodPort) =>
    membership.undecided ?? linkerd?.undecided;
  return {
    ports: ports.filter(port => doubtOf(port) === undefined),
    reasons: [...new Set(ports.flatMap(port => doubtOf(port) ?? []))],
  };
}

function clientsOf(
  snapshots: readonly ClusterSnapshot[],
  filter: ClientFilter,
  several: boolean,
): { told: ClientRow[]; untold: ClientRow[] } {
  checkFilter(filter, snapshots);
  const rows = snapshots.flatMap(snapshot =>
    clientRows(snapshot, filter).map(row => ({
      ...(several ? { cluster: snapshot.cluster } : {}),
      ...row,
    })),
  );
  const isTold = ({ transport }: ClientRow) =>
    transport.transport !== 'unknown';
  return {
    told: rows.filter(isTold),
    untold: rows.filter(row => !isTold(row)),
  };
}

function tablesOf(
  rows: readonly Row[],
  clients: readonly ClientRow[] | undefined,
  terminal: Terminal,
): string {
  const ports = table(
    ['Workload', 'Port', 'Data plane', 'Mode', 'Decided by'],
    rows.map(row => cellsOf(row, terminal.colors)),
    terminal,
  );
  return clients
    ? `${ports}\n${table(
        ['From', 'Service', 'Port', 'To', 'Transport', 'Because'],
        clients.map(row => clientCells(row, terminal.colors)),
        terminal,
      )}`
    : ports;
}

function clientCells(
  { cluster, from, service, port, to, transport }: ClientRow,
  colors: Colors,
): (Cell | string)[] {
  return [
    nameOf({ cluster, workload: from }),
    service,
    String(port),
    describeObject(to),
    {
      text: transport.transport,
      paint: transport.transport === 'mtls' ? colors.green : colors.red,
    },
    transport.reason,
  ];
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
