/**
 * Questions to the mesh as people ask them: by the names of pods, workloads,
 * addresses and Services.
 */
import { ClusterSnapshot, PodView, Workload } from '../../snapshot';
import { Connections } from '../../decisions/Connections';
import { Endpoints } from '../../decisions/decideEndpoints';
import { EndpointName, Target } from '../../decisions/endpointNames';
import { ConnectionQuestion } from '../../decisions/decideQuestions';
import { servicesSelecting } from '../../network/services';
import { HttpRequest } from '../authorization';
import { Member, ServiceTarget } from '../client';
import type { Sent } from '../client/outbound';
import { dataPlaneOf } from '../dataPlane';
import { endpointPort } from '../portProtocol';
import { MeshAnswer, answer } from './meshAnswer';
import { meshConnection } from './meshConnection';
import { outsideConnection } from './outsideConnection';

export interface MeshQuestionByName extends ConnectionQuestion {
  /** Left out for whatever may be sent. */
  request?: HttpRequest;
  clientTls?: 'plaintext' | 'mtls';
  principal?: string;
  /** The name that a TLS client asks for (SNI), where it calls an address outside. */
  serverName?: string;
}

export class MeshQuestions {
  static create(
    snapshot: ClusterSnapshot,
    connections: Connections,
  ): MeshQuestions {
    return new MeshQuestions(snapshot, Endpoints.create(snapshot, connections));
  }

  readonly #workloads = new Map<PodView, Workload>();

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly endpoints: Endpoints,
  ) {
    for (const workload of snapshot.workloads) {
      for (const pod of workload.pods) {
        this.#workloads.set(pod, workload);
      }
    }
  }

  /**
   * Of several pods the most open answer: what an intruder would use. What the
   * snapshot does not hold, or holds in a form that no API server admits, is
   * `unknown`.
   */
  answer(question: MeshQuestionByName): MeshAnswer {
    try {
      return this.#answer(question);
    } catch (error) {
      return unknownAnswer(
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  #answer(question: MeshQuestionByName): MeshAnswer {
    const { from, to, port, protocol } = question;
    const source = this.endpoints.side(from);
    if ('reason' in source) {
      return unknownAnswer(source.reason);
    }
    const targets = this.endpoints.targets(to, port, protocol);
    if ('reason' in targets) {
      return unknownAnswer(targets.reason);
    }
    const clients = [...source.pods];
    if (protocol !== 'TCP') {
      return {
        verdict: 'allow',
        transport: 'plaintext',
        decidedBy: [],
        reason: `The mesh carries TCP alone, so it refuses no ${protocol}.`,
      };
    }
    const senders: (Member | { address: string })[] =
      clients.length === 0 && 'ip' in from
        ? [{ address: from.ip }]
        : clients.map(pod => this.#member(pod));
    const answers = targets.flatMap(target =>
      senders.flatMap(sender => this.#answersTo(question, sender, target)),
    );
    return answers.length === 0
      ? unknownAnswer(
          'no policy decides what a pod may do with itself, so nobody can tell',
        )
      : ofSomePods(answers);
  }

  #member(pod: PodView): Member {
    const workload = this.#workloads.get(pod);
    if (!workload) {
      throw new Error(`pod ${pod.namespace}/${pod.name} has no workload`);
    }
    return { workload, pod };
  }

  #answersTo(
    question: MeshQuestionByName,
    from: Member | { address: string },
    target: Target,
  ): MeshAnswer[] {
    const { to, port, request, clientTls, principal } = question;
    if (target.side.pods.size === 0) {
      return 'address' in from
        ? [
            unknownAnswer(
              'neither end is a pod of the source, so no policy of it says anything',
            ),
          ]
        : [
            outsideConnection(
              from,
              {
                address: addressOf(to),
                port: target.port,
                ...sentBy(question),
              },
              this.snapshot,
            ),
          ];
    }
    return [...target.side.pods]
      .filter(pod => 'address' in from || pod !== from.pod)
      .map(pod =>
        mostOpen(
          this.#ways(to, port, pod, target.port).map(way =>
            meshConnection(
              {
                from,
                to: this.#member(pod),
                port: target.port,
                ...way,
                request: request ?? 'any',
                ...(clientTls ? { clientTls } : {}),
                ...(principal === undefined ? {} : { principal }),
              },
              this.snapshot,
            ),
          ),
        ),
      );
  }

  /** A pod is called by its address, a Service by its port; a workload by every Service in front of it, and by address. */
  #ways(
    to: EndpointName,
    port: number | string,
    pod: PodView,
    targetPort: number,
  ): { service?: ServiceTarget }[] {
    return 'workload' in to
      ? [
          ...servicesSelecting(this.snapshot, pod).flatMap(service =>
            (service.spec?.ports ?? [])
              .filter(candidate => endpointPort(pod, candidate) === targetPort)
              .map(candidate => ({ service: { service, port: candidate } })),
          ),
          {},
        ]
      : [this.#serviceOf(to, port, pod, targetPort)];
  }

  #serviceOf(
    to: EndpointName,
    port: number | string,
    pod: PodView,
    targetPort: number,
  ): { service?: ServiceTarget } {
    if (!('service' in to)) {
      return {};
    }
    const [namespace, name] = to.service.split('/');
    const service = this.snapshot.get('Service', name, namespace);
    const found = service?.spec?.ports?.find(
      candidate =>
        candidate.protocol === 'TCP' &&
        (typeof port === 'string'
          ? candidate.name === port
          : candidate.port === port ||
            (service.spec?.clusterIP === 'None' &&
              endpointPort(pod, candidate) === targetPort)),
    );
    return service && found ? { service: { service, port: found } } : {};
  }
}

/** Of an end without pods, which is an address. */
function addressOf(to: EndpointName): string {
  return 'ip' in to ? to.ip : '';
}

/** A request names its host, if anything does. */
function sentBy({ request, serverName }: MeshQuestionByName): { sent?: Sent } {
  if (request?.host !== undefined) {
    return { sent: { kind: 'http', host: request.host } };
  }
  return serverName === undefined ? {} : { sent: { kind: 'tls', serverName } };
}

const ISTIO_POLICIES = [
  'AuthorizationPolicy',
  'PeerAuthentication',
  'RequestAuthentication',
] as const;

/**
 * Whether something in a snapshot tells of a mesh: a pod that is in one, or a
 * policy for one. Use as `snapshot.derive(hasMesh)`.
 */
export function hasMesh(snapshot: ClusterSnapshot): boolean {
  return (
    ISTIO_POLICIES.some(kind => snapshot.all(kind).length > 0) ||
    snapshot.workloads.some(workload =>
      workload.pods.some(pod => {
        const { dataPlane, gateway } = dataPlaneOf(workload, pod, snapshot);
        return dataPlane !== 'none' || gateway;
      }),
    )
  );
}

const FROM_MOST_OPEN = ['allow', 'conditional', 'unknown', 'deny'] as const;

function mostOpen(answers: readonly MeshAnswer[]): MeshAnswer {
  return answers.reduce((open, candidate) =>
    FROM_MOST_OPEN.indexOf(candidate.verdict) <
    FROM_MOST_OPEN.indexOf(open.verdict)
      ? candidate
      : open,
  );
}

/** The most open answer stands for all pods. */
function ofSomePods(answers: readonly MeshAnswer[]): MeshAnswer {
  const open = mostOpen(answers);
  return answers.some(({ verdict }) => verdict !== open.verdict)
    ? {
        ...open,
        partly: true,
        reason: `${open.reason} This holds for some of the pods; for others the answer is another.`,
      }
    : open;
}

function unknownAnswer(reason: string): MeshAnswer {
  return answer('unknown', null, [], reason);
}
