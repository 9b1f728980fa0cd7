/** `zero-trust reach`: all connections. */
import {
  ClusterSnapshot,
  Layer,
  layersOf,
  networkGapsOf,
} from '@backstage-zero-trust/posture-engine';
import { Command, Option } from 'commander';
import { EXIT, ExitCode } from '../exitCode';
import { Clusters, readClusters } from '../input/clusters';
import { SourceOptions, collect, withSources } from '../input/options';
import { writeAll } from '../output/chunks';
import { oneLine } from '../output/text';
import { Terminal } from '../terminal';
import { sideOf } from './reachFilter';
import { FORMATS, Format, formatReach } from './reachFormats';
import { layersOption } from './layers';
import { GROUPINGS, Grouping, groupsOf } from './reachEnds';
import { ReachRow, rowsOf } from './reachRows';

interface ReachOptions extends SourceOptions {
  by: Grouping;
  layers?: readonly Layer[];
  from?: string[];
  to?: string[];
  format: Format;
}

/** Counts what nobody can tell while rows pass by. */
class UnknownCounter implements Iterable<ReachRow> {
  static create(clusters: readonly Iterable<ReachRow>[]): UnknownCounter {
    return new UnknownCounter(clusters);
  }

  unknown = 0;

  private constructor(
    private readonly clusters: readonly Iterable<ReachRow>[],
  ) {}

  *[Symbol.iterator](): Generator<ReachRow> {
    for (const rows of this.clusters) {
      for (const row of rows) {
        this.unknown += row.verdict === 'unknown' ? 1 : 0;
        yield row;
      }
    }
  }
}

export function addReachCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  withSources(
    program
      .command('reach')
      .description(
        'All connections that the network and the mesh let through: who may reach whom, on which ports, in which transport.',
      ),
  )
    .addOption(
      new Option('--by <what>', 'what a row is')
        .choices(GROUPINGS)
        .default('workload'),
    )
    .addOption(layersOption())
    .option(
      '--from <name>',
      'only from here (again for more): a namespace, namespace/name, namespace/Kind/name, an address, a block of addresses, or "external"',
      collect,
    )
    .option('--to <name>', 'only to here (again for more)', collect)
    .addOption(
      new Option('--format <format>', 'how to print the result')
        .choices(FORMATS)
        .default('table'),
    )
    .addHelpText(
      'after',
      `
An edge that is not listed is denied. What nobody can tell is listed apart, with the reason, and gives exit code 3.
Listed as refused is what the network lets through and the two sides' transports do not: a client that speaks plaintext to a server that takes mTLS alone, say.
Transport "either": the server takes both, and the caller chooses.

Examples:
  $ zero-trust reach deploy/
  $ zero-trust reach deploy/ --to shop/Deployment/orders
  $ zero-trust reach deploy/ --from external --by namespace
  $ zero-trust reach deploy/ --layers network,mesh --to shop/orders
  $ zero-trust reach --context prod-eu --format json > connections.json
  $ zero-trust reach deploy/ --by namespace --format dot | dot -Tsvg > connections.svg`,
    )
    .action(async (sources: string[], options: ReachOptions) => {
      const clusters = await readClusters(sources, options, terminal);
      const gaps = gapsOf(clusters);
      for (const { cluster, reason } of gaps) {
        terminal.writeError(
          `${oneLine(
            `not seen${
              cluster === undefined ? '' : ` in ${cluster}`
            }: ${reason}`,
          )}\n`,
        );
      }
      const layers = options.layers ?? layersOf(clusters.snapshots);
      const rows = UnknownCounter.create(
        clusters.snapshots.map(snapshot =>
          rowsIn(snapshot, clusters, layers, options),
        ),
      );
      await writeAll(
        formatReach(
          options.format,
          rows,
          { by: options.by, layers, gaps },
          terminal,
        ),
        terminal,
      );
      exit(
        rows.unknown > 0 || gaps.length > 0 || clusters.unreachable.length > 0
          ? EXIT.unknown
          : EXIT.ok,
      );
    });
}

function rowsIn(
  snapshot: ClusterSnapshot,
  { several }: Clusters,
  layers: readonly Layer[],
  { by, from, to }: ReachOptions,
): Iterable<ReachRow> {
  const groups = groupsOf(snapshot, by);
  return rowsOf(snapshot, {
    by,
    layers,
    from: sideOf(from, groups),
    to: sideOf(to, groups),
    ...(several ? { cluster: snapshot.cluster } : {}),
  });
}

interface Gap {
  cluster?: string;
  kind: string | null;
  reason: string;
}

function gapsOf({ snapshots, several, unreachable }: Clusters): Gap[] {
  return [
    ...snapshots.flatMap(snapshot =>
      networkGapsOf(snapshot).map(({ kind, reason }) => ({
        ...(several ? { cluster: snapshot.cluster } : {}),
        kind,
        reason,
      })),
    ),
    ...unreachable.map(({ cluster, reason }) => ({
      cluster,
      kind: null,
      reason,
    })),
  ];
}
