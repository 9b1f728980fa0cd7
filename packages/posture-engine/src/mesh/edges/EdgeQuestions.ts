/** Asks the mesh about all ports of one pod: each that something may treat differently, and one that stands for all others. */
import { PortSet } from '../../decisions/PortSet';
import { servicesSelecting } from '../../network/services';
import { ClusterSnapshot } from '../../snapshot';
import { ServiceTarget } from '../client';
import {
  MeshAnswer,
  MeshQuestion,
  answer,
  meshConnection,
} from '../connection';
import { endpointPort } from '../portProtocol';
import { ClientProfile } from './clientProfile';
import { EdgePassages } from './edgePassages';
import { WayAnswer, mergePassages, passageOfWays } from './meshPassage';
import { Server } from './MeshProfiles';

const ANY_TCP = PortSet.allOf('TCP');
const LAST_PORT = 65_535;

type Caller = MeshQuestion['from'];

/** A port of a Service, and the pod's own behind it. */
interface Way extends ServiceTarget {
  endpoint: number | undefined;
}

export class EdgeQuestions {
  static create(snapshot: ClusterSnapshot): EdgeQuestions {
    return new EdgeQuestions(snapshot);
  }

  private constructor(private readonly snapshot: ClusterSnapshot) {}

  /** Ports are disjoint; of all ways together they are all of TCP. */
  passagesTo(
    server: Server,
    from: Caller,
    client?: Pick<ClientProfile, 'ports' | 'problem'>,
  ): EdgePassages {
    const problem = client?.problem ?? server.profile.problem;
    if (problem !== undefined) {
      const all = [
        passageOfWays(ANY_TCP, [{ answer: unknownAnswer(problem) }]),
      ];
      return { all, direct: all, tunnels: [] };
    }
    const numbers = [
      ...new Set([...server.profile.ports, ...(client?.ports ?? [])]),
    ]
      .filter(port => !PortSet.range('TCP', port).isEmpty)
      .sort((left, right) => left - right);
    const alone = numbers.map(port => PortSet.range('TCP', port));
    const rest = ANY_TCP.subtract(PortSet.union(alone));
    const services = this.#waysTo(server);
    const asked = [
      ...alone.map((ports, index) => ({ ports, port: numbers[index] })),
      { ports: rest, port: lastPortBeside(numbers) },
    ].map(({ ports, port }) => ({
      ports,
      ways: this.#askAll(server, from, port, services),
    }));
    const passagesBy = (counts: (way: WayAnswer) => boolean) =>
      mergePassages(
        asked.flatMap(({ ports, ways }) => {
          const counted = ways.filter(counts);
          return counted.length === 0 ? [] : [passageOfWays(ports, counted)];
        }),
      );
    const all = passagesBy(() => true);
    const tunnels = new Set(
      asked.flatMap(({ ways }) =>
        ways.filter(isTunnel).map(({ answer: { tunnel } }) => tunnel?.via),
      ),
    );
    return {
      all,
      direct: tunnels.size > 0 ? passagesBy(way => !isTunnel(way)) : all,
      tunnels: [...tunnels].map(via => ({
        ...(via ? { via } : {}),
        passages: passagesBy(
          way => isTunnel(way) && way.answer.tunnel?.via === via,
        ),
      })),
    };
  }

  #askAll(
    server: Server,
    from: Caller,
    port: number,
    services: readonly Way[],
  ): WayAnswer[] {
    return [
      ...services
        .filter(({ endpoint }) => endpoint === port)
        .map(({ service, port: servicePort }) => ({
          service: `${service.metadata.namespace}/${service.metadata.name}`,
          answer: this.#ask(server, from, port, {
            service,
            port: servicePort,
          }),
        })),
      { answer: this.#ask(server, from, port) },
    ];
  }

  #waysTo({ member: { pod } }: Server): Way[] {
    return servicesSelecting(this.snapshot, pod).flatMap(service =>
      (service.spec?.ports ?? []).map(port => ({
        service,
        port,
        endpoint: endpointPort(pod, port),
      })),
    );
  }

  #ask(
    { member }: Server,
    from: Caller,
    port: number,
    service?: ServiceTarget,
  ): MeshAnswer {
    return toldBy(() =>
      meshConnection(
        {
          from,
          to: member,
          port,
          portInWords: 'this port',
          request: 'any',
          ...(service ? { service } : {}),
        },
        this.snapshot,
      ),
    );
  }
}

function isTunnel({ answer: { tunnel } }: WayAnswer): boolean {
  return tunnel !== undefined;
}

/** What cannot be evaluated is unknown. */
function toldBy(ask: () => MeshAnswer): MeshAnswer {
  try {
    return ask();
  } catch (error) {
    return unknownAnswer(
      error instanceof Error ? error.message : String(error),
    );
  }
}

function unknownAnswer(reason: string): MeshAnswer {
  return answer('unknown', null, [], reason);
}

/** It stands for all ports that are not among some. */
function lastPortBeside(numbers: readonly number[]): number {
  const taken = new Set(numbers);
  let port = LAST_PORT;
  while (taken.has(port)) {
    port--;
  }
  return port;
}
