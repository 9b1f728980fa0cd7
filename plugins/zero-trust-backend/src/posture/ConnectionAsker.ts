/** Answers one question about one connection from what is stored. */
import type {
  ConnectionAnswer,
  ConnectionEnd,
  ConnectionQuestion,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  ConnectionMap,
  MapEnd,
  askMap,
  describeObject,
} from '@backstage-zero-trust/posture-engine';
import { InputError, NotFoundError } from '@backstage/errors';
import type {
  ConnectionStore,
  EntityWorkload,
} from '../database/ConnectionStore';
import type { AskVisible } from './ConnectionReader';
import { CatalogNames } from './CatalogNames';
import { describeAnswer } from './describeAnswer';
import { StoredMaps } from './StoredMaps';

export interface ConnectionAskerOptions {
  store: ConnectionStore;
  maps: StoredMaps;
}

export class ConnectionAsker {
  readonly #store: ConnectionStore;
  readonly #maps: StoredMaps;

  static create(options: ConnectionAskerOptions): ConnectionAsker {
    return new ConnectionAsker(options);
  }

  private constructor({ store, maps }: ConnectionAskerOptions) {
    this.#store = store;
    this.#maps = maps;
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

  /** Throws a NotFoundError where an end or the cluster's connections are not known. */
  async ask(question: ConnectionQuestion): Promise<ConnectionAnswer> {
    const { cluster, from, to, port, protocol = 'TCP' } = question;
    if ('ip' in from && 'ip' in to) {
      throw new InputError('One of "from" and "to" must be a workload');
    }
    const states = await this.#store.listStates();
    const state = states.find(candidate => candidate.cluster === cluster);
    const stored = state && (await this.#maps.get(state));
    if (!state || !stored) {
      throw new NotFoundError(`No connections of cluster ${cluster} are known`);
    }
    const answer = askMap(stored.map, {
      source: endOf(stored.map, from),
      destination: endOf(stored.map, to),
      protocol,
      port,
    });
    if (!answer) {
      throw new InputError('"from" or "to" is no IP address');
    }
    const { verdict, conditions, decidedBy, partly } = answer;
    const message = describeAnswer(answer, {
      from: nameOf(from),
      to: nameOf(to),
      port: `${protocol} port ${port}`,
    });
    return {
      verdict,
      message: partly
        ? `${message} This holds for some of the pods; for others the answer is another.`
        : message,
      conditions: [...conditions],
      decidedBy: [...decidedBy],
      partly,
      caveats: [...state.caveats],
      evaluatedAt: state.evaluatedAt,
    };
  }
}

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
      `"${parameter}" must be namespace/Kind/name of a workload, or an IP address`,
    );
  }
  return { workload: { kind, namespace, name } };
}

function endOf(map: ConnectionMap, end: ConnectionEnd): MapEnd {
  if ('ip' in end) {
    return { address: end.ip };
  }
  const workload = map.find(end.workload);
  if (workload === undefined) {
    throw new NotFoundError(`No workload ${nameOf(end)} is known`);
  }
  return { workload };
}

function nameOf(end: ConnectionEnd): string {
  return 'ip' in end
    ? `${end.ip}, as an address outside,`
    : describeObject(end.workload);
}
