/** Answers one question about one connection or request, as the command line does: from the cluster's snapshot, by the network and the mesh together. */
import { isIP } from 'node:net';
import type {
  ConnectionAnswer,
  ConnectionEnd,
  ConnectionQuestion,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  ClusterSnapshot,
  EndpointName,
  JointQuestions,
  describeObject,
  stepsOf,
} from '@backstage-zero-trust/posture-engine';
import { InputError, NotFoundError } from '@backstage/errors';
import type {
  ConnectionStore,
  EntityWorkload,
} from '../database/ConnectionStore';
import type { Snapshots } from '../snapshots/Snapshots';
import type { AskVisible } from './ConnectionReader';
import { CatalogNames } from './CatalogNames';
import { toEngineRequest } from './askedRequest';
import { connectionCaveats, meshCaveats } from './connectionCaveats';
import { describeAnswer } from './describeAnswer';

export interface ConnectionAskerOptions {
  store: Pick<ConnectionStore, 'listOwners'>;
  snapshots: Pick<Snapshots, 'get'>;
}

export class ConnectionAsker {
  readonly #store: ConnectionAskerOptions['store'];
  readonly #snapshots: ConnectionAskerOptions['snapshots'];

  static create(options: ConnectionAskerOptions): ConnectionAsker {
    return new ConnectionAsker(options);
  }

  private constructor({ store, snapshots }: ConnectionAskerOptions) {
    this.#store = store;
    this.#snapshots = snapshots;
  }

  /** Whether one end belongs to an entity that the caller may see. */
  async concerns(
    { cluster, from, to }: ConnectionQuestion,
    askVisible: AskVisible,
  ): Promise<boolean> {
    const workloads = [from, to].flatMap((end): EntityWorkload[] =>
      'workload' in end ? [{ cluster, ...end.workload }] : [],
    );
    const names = await CatalogNames.read(this.#store, workloads, askVisible);
    return workloads.some(
      workload => names.of(workload).entityRef !== undefined,
    );
  }

  /** Throws a NotFoundError where an end or the cluster is not known. */
  async ask(question: ConnectionQuestion): Promise<ConnectionAnswer> {
    const { cluster, from, to, port, protocol = 'TCP', request } = question;
    if ('ip' in from && 'ip' in to) {
      throw new InputError('One of "from" and "to" must be in the cluster');
    }
    const known = await this.#snapshots.get(cluster);
    if (!known) {
      throw new NotFoundError(`No connections of cluster ${cluster} are known`);
    }
    const { snapshot, observedAt } = known;
    requireEnd(from, snapshot);
    requireEnd(to, snapshot);
    const questions = snapshot.derive(questionsOf);
    const answer = questions.answer({
      from: sourceName(from),
      to: endpointName(to),
      port,
      protocol,
      ...toEngineRequest(request),
    });
    const { network, mesh, conditions, transport } = answer;
    const verdict =
      answer.verdict === 'allow' && conditions.length > 0
        ? 'conditional'
        : answer.verdict;
    return {
      verdict,
      message: describeAnswer(answer, {
        from: nameOf(from),
        to: nameOf(to),
        port: `${protocol} port ${port}`,
        ...(request ? { request } : {}),
      }),
      conditions: [...conditions],
      steps: stepsOf(answer, {
        hasMesh: questions.layers().includes('mesh'),
        hasToken: request?.token !== undefined,
      }).map(({ reason, ...step }) => ({
        ...step,
        conditions: [...step.conditions],
        decidedBy: [...step.decidedBy],
        ...(reason === undefined ? {} : { message: reason }),
      })),
      ...(transport === null ? {} : { transport }),
      ...(mesh?.principal === undefined
        ? {}
        : { identity: `spiffe://${mesh.principal}` }),
      partly: Boolean(network?.partly || mesh?.partly),
      caveats: [...connectionCaveats(snapshot), ...meshCaveats(snapshot)],
      evaluatedAt: observedAt,
    };
  }
}

/** To be used with `derive`. */
function questionsOf(snapshot: ClusterSnapshot): JointQuestions {
  return JointQuestions.create(snapshot);
}

const SERVICE = 'Service';

/** `namespace/Kind/name`, or an address. Throws an InputError. */
export function parseEnd(
  parameter: 'from' | 'to',
  text: string,
): ConnectionEnd {
  const parts = text.split('/');
  if (parts.length === 1) {
    return { ip: text };
  }
  const [namespace, kind, name] = parts;
  if (parts.length !== 3 || !namespace || !kind || !name) {
    throw new InputError(
      `"${parameter}" must be namespace/Kind/name of a workload or a Service, or an IP address`,
    );
  }
  return kind === SERVICE
    ? { service: { namespace, name } }
    : { workload: { kind, namespace, name } };
}

/** Throws an InputError. */
export function parseSource(text: string): ConnectionQuestion['from'] {
  const end = parseEnd('from', text);
  if ('service' in end) {
    throw new InputError('"from" is a Service, which calls nobody');
  }
  return end;
}

function requireEnd(end: ConnectionEnd, snapshot: ClusterSnapshot): void {
  if ('ip' in end) {
    if (isIP(end.ip) === 0) {
      throw new InputError(`${end.ip} is no IP address`);
    }
    return;
  }
  const isKnown =
    'service' in end
      ? snapshot.get(SERVICE, end.service.name, end.service.namespace)
      : snapshot.workload(end.workload);
  if (!isKnown) {
    throw new NotFoundError(
      `No ${'service' in end ? '' : 'workload '}${nameOf(end)} is known`,
    );
  }
}

function endpointName(end: ConnectionEnd): EndpointName {
  return 'service' in end
    ? { service: `${end.service.namespace}/${end.service.name}` }
    : sourceName(end);
}

function sourceName(
  end: ConnectionQuestion['from'],
): Exclude<EndpointName, { service: string }> {
  if ('ip' in end) {
    return end;
  }
  const { namespace, kind, name } = end.workload;
  return { workload: `${namespace}/${kind}/${name}` };
}

function nameOf(end: ConnectionEnd): string {
  if ('ip' in end) {
    return end.ip;
  }
  return describeObject(
    'service' in end ? { kind: SERVICE, ...end.service } : end.workload,
  );
}
