/** The clusters as a table. */
import type { ClusterSummary } from '../control/ControlServer';
import { colors, table } from './terminal';

export function clusterTable(clusters: readonly ClusterSummary[]): string {
  return table(
    ['CLUSTER', 'ADDRESS', 'DATA PLANE', '>OBJECTS', 'STATE'],
    clusters.map(({ name, url, dataPlane, objects, up, faults }) => [
      colors.bold(name),
      url,
      dataPlane,
      String(objects),
      [
        up ? colors.green('up') : colors.red('down'),
        ...faults
          .filter(fault => fault !== 'down')
          .map(fault => colors.yellow(fault)),
      ].join(', '),
    ]),
  );
}
