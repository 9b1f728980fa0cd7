/** `mtls --clients`: what each client's side does to each endpoint behind each port of a Service. */
import {
  ClientTransport,
  ClusterSnapshot,
  Member,
  Service,
  Workload,
  WorkloadReference,
  describeObject,
  endpointsOf,
  tellTransport,
} from '@backstage-zero-trust/posture-engine';
import { objectJson, workloadJson } from '../output/json';
import { InputError } from '../errors';

export interface ClientRow {
  cluster?: string;
  from: WorkloadReference;
  /** `namespace/name` */
  service: string;
  port: number;
  to: WorkloadReference;
  transport: ClientTransport;
}

/** Most open first: of several pods, the one that protects least is shown. */
const FROM_WORST: readonly ClientTransport['transport'][] = [
  'unknown',
  'plaintext',
  'tls',
  'mtls',
  'blocked',
];

export interface ClientFilter {
  /** `namespace`, `namespace/name` or `namespace/Kind/name`. */
  from?: readonly string[];
  to?: readonly string[];
}

/** Of each client and endpoint one row; connections that the client's own proxy refuses are none. */
export function clientRows(
  snapshot: ClusterSnapshot,
  { from, to }: ClientFilter,
): ClientRow[] {
  const clients = snapshot.workloads.filter(
    ({ reference }) => !from || from.some(text => names(text, reference)),
  );
  return snapshot.all('Service').flatMap(service => {
    const endpoints = endpointsByWorkload(service, snapshot).filter(
      ([{ reference }]) => !to || to.some(text => names(text, reference)),
    );
    return (service.spec?.ports ?? [])
      .filter(({ protocol }) => protocol === 'TCP')
      .flatMap(port =>
        clients.flatMap(client =>
          endpoints
            .filter(([workload]) => workload !== client)
            .flatMap(([workload, members]) => {
              const transport = worst(
                client.pods.flatMap(pod =>
                  members.map(member =>
                    tellTransport(
                      { workload: client, pod },
                      { service, port },
                      member,
                      snapshot,
                    ),
                  ),
                ),
              );
              return transport.transport === 'blocked'
                ? []
                : {
                    from: client.reference,
                    service: `${service.metadata.namespace ?? 'default'}/${
                      service.metadata.name
                    }`,
                    port: port.port,
                    to: workload.reference,
                    transport,
                  };
            }),
        ),
      );
  });
}

/** Throws an {@link InputError} for a name that no workload has. */
export function checkFilter(
  { from = [], to = [] }: ClientFilter,
  snapshots: readonly ClusterSnapshot[],
): void {
  for (const text of [...from, ...to]) {
    const found = snapshots.some(({ workloads }) =>
      workloads.some(({ reference }) => names(text, reference)),
    );
    if (!found) {
      throw new InputError(
        `"${text}" names no workload here: give a namespace, namespace/name or namespace/Kind/name`,
      );
    }
  }
}

function names(text: string, { namespace, kind, name }: WorkloadReference) {
  return [
    namespace,
    `${namespace}/${name}`,
    `${namespace}/${kind}/${name}`,
  ].includes(text);
}

function endpointsByWorkload(
  service: Service,
  snapshot: ClusterSnapshot,
): [Workload, Member[]][] {
  const groups = new Map<Workload, Member[]>();
  for (const member of endpointsOf(service, snapshot)) {
    const group = groups.get(member.workload) ?? [];
    group.push(member);
    groups.set(member.workload, group);
  }
  return [...groups];
}

function worst(transports: readonly ClientTransport[]): ClientTransport {
  return transports.reduce((found, candidate) =>
    FROM_WORST.indexOf(candidate.transport) <
    FROM_WORST.indexOf(found.transport)
      ? candidate
      : found,
  );
}

export function clientJson({
  cluster,
  from,
  service,
  port,
  to,
  transport,
}: ClientRow) {
  return {
    from: workloadJson(from, cluster),
    service,
    port,
    to: workloadJson(to, cluster),
    transport: transport.transport,
    decidedBy: transport.decidedBy.map(({ layer, object, field }) => ({
      layer,
      object: objectJson(object),
      field,
    })),
  };
}

export function clientName({ cluster, from, service, port, to }: ClientRow) {
  return `${cluster === undefined ? '' : `${cluster}: `}what ${describeObject(
    from,
  )} sends to ${describeObject(to)} by port ${port} of Service ${service}`;
}
