import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  PortSet,
  ReachEdge,
  ReachEndpoint,
  protocolOf,
  reachAmong,
  placeOf,
} from '../decisions';
import { parseManifests } from '../manifests';
import { ClusterSnapshot, KubernetesObject, Workload } from '../snapshot';
import { describeConformance } from '../testing/conformance';
import { connectionsOf } from './connections';

const FOLDER = resolve(__dirname, '../../../../../shared/conformance/np-guard');

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map(name => join(folder, name))
    .flatMap(path =>
      statSync(path).isDirectory() ? filesBelow(path) : [path],
    );
}

/**
 * Upstream reads manifests that no API server would take, and does not model
 * two things that ours does: that policies do not select pods on their node's
 * network, and that pods which ended have no connections.
 */
function asUpstreamReadsIt(object: KubernetesObject): KubernetesObject {
  return JSON.parse(
    JSON.stringify(object, (key, value) => {
      switch (key) {
        case 'hostNetwork':
        case 'phase':
          return undefined;
        case 'containers':
        case 'initContainers':
          return value?.map((container: object, index: number) => ({
            name: `${index}`,
            ...container,
          }));
        case 'ports':
          return value?.filter((port: object) => !isPortWithoutNumber(port));
        case 'ownerReferences':
          return value?.map((owner: object) => ({
            apiVersion: 'v1',
            kind: 'Pod',
            ...owner,
          }));
        default:
          return value;
      }
    }),
  );
}

function isPortWithoutNumber(port: object): boolean {
  return 'name' in port && !('containerPort' in port) && !('port' in port);
}

function snapshotOf(name: string): ClusterSnapshot {
  const objects = filesBelow(join(FOLDER, name, 'manifests')).flatMap(file =>
    parseManifests(readFileSync(file, 'utf8'), basename(file)).objects.map(
      ({ object }) => asUpstreamReadsIt(object),
    ),
  );
  return ClusterSnapshot.create({ cluster: name, objects });
}

type Side = { workload: string } | { from: bigint; to: bigint };

interface Line {
  source: Side;
  destination: Side;
  ports: PortSet;
}

function parseSide(text: string): Side {
  const external = /^([\da-f.:]+)-([\da-f.:]+)\[External\]$/.exec(text);
  if (!external) {
    return { workload: text };
  }
  const [, from, to] = external;
  return { from: placeOf(from) ?? -1n, to: placeOf(to) ?? -1n };
}

function parsePorts(text: string): PortSet {
  if (text === 'All Connections') {
    return PortSet.all;
  }
  const sets: PortSet[] = [];
  // `TCP 80,8080-8090,UDP 53`
  let protocol = protocolOf('TCP');
  for (const part of text.split(',')) {
    const [first, second] = part.trim().split(' ');
    const named = protocolOf(first);
    protocol = named ?? protocol;
    const ports = named ? second : first;
    if (!protocol) {
      throw new Error(text);
    }
    if (ports === undefined) {
      sets.push(PortSet.allOf(protocol));
    } else {
      const [from, to = from] = ports.split('-').map(Number);
      sets.push(PortSet.range(protocol, from, to));
    }
  }
  return PortSet.union(sets);
}

function expectedLines(name: string): Line[] {
  const file = readdirSync(join(FOLDER, name)).find(entry =>
    entry.startsWith('expected'),
  );
  const text = readFileSync(join(FOLDER, name, file ?? ''), 'utf8');
  return text
    .split('Exposure Analysis Result:')[0]
    .split('\n')
    .filter(
      line => line.includes(' => ') && !line.includes('{ingress-controller}'),
    )
    .map(line => {
      const [ends, ports] = line.split(' : ');
      const [source, destination] = ends.split(' => ').map(parseSide);
      return { source, destination, ports: parsePorts(ports.trim()) };
    });
}

function sideOf(endpoint: ReachEndpoint<Workload>): Side[] {
  if (endpoint.kind === 'external') {
    return endpoint.ranges.map(range => ({ ...range }));
  }
  const { kind, namespace, name } = endpoint.group.reference;
  return [{ workload: `${namespace}/${name}[${kind}]` }];
}

/** Text per pair of workloads, or per workload and stretch of addresses, cut at all borders of both lists; IPv4 only, as upstream. */
function canonical(
  lines: readonly Line[],
  borders: readonly bigint[],
): string[] {
  const cells = new Map<string, PortSet[]>();
  const cut = (side: Side): string[] =>
    'workload' in side
      ? [side.workload]
      : borders
          .filter(border => border >= side.from && border <= side.to)
          .map(String);
  for (const { source, destination, ports } of lines) {
    for (const one of cut(source)) {
      for (const other of cut(destination)) {
        const key = `${one} => ${other}`;
        cells.set(key, [...(cells.get(key) ?? []), ports]);
      }
    }
  }
  return [...cells]
    .map(([key, ports]) => `${key} : ${PortSet.union(ports).key}`)
    .sort();
}

function bordersOf(lines: readonly Line[], limit: bigint): bigint[] {
  const borders = new Set<bigint>();
  for (const side of lines.flatMap(({ source, destination }) => [
    source,
    destination,
  ])) {
    if ('from' in side) {
      borders.add(side.from);
      borders.add(side.to + 1n);
    }
  }
  return [...borders].filter(border => border < limit);
}

describeConformance('np-guard', () => {
  it.each(
    readdirSync(FOLDER).filter(name =>
      statSync(join(FOLDER, name)).isDirectory(),
    ),
  )('%s', name => {
    const expected = expectedLines(name);
    const snapshot = snapshotOf(name);
    const actual = [
      ...reachAmong(snapshot.derive(connectionsOf), snapshot.workloads),
    ].flatMap(({ source, destination, allowed }: ReachEdge<Workload>) =>
      sideOf(source).flatMap(one =>
        sideOf(destination).map(other => ({
          source: one,
          destination: other,
          ports: allowed,
        })),
      ),
    );
    const ipv6 = expected.some(({ source, destination }) =>
      [source, destination].some(
        side => 'from' in side && side.from >= 1n << 32n,
      ),
    );
    const limit = ipv6 ? 1n << 129n : 1n << 32n;
    const borders = bordersOf([...expected, ...actual], limit);
    expect(canonical(actual, borders)).toEqual(canonical(expected, borders));
  });
});
