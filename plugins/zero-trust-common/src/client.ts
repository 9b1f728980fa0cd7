/** The client of the zero-trust API, for the frontend, other plugins and scripts. */
import { CompoundEntityRef, parseEntityRef } from '@backstage/catalog-model';
import { ResponseError } from '@backstage/errors';
import type {
  ConnectionAnswer,
  ConnectionEnd,
  ConnectionQuestion,
  EntityConnectionQuery,
  EntityConnections,
} from './connections';
import type {
  BlastRadiusList,
  BlastRadiusQuery,
  EntityBlastRadius,
  NamespaceMatrix,
} from './reach';
import type {
  ClusterStatus,
  ControlDescription,
  EntityFindings,
  EntityPosture,
  FindingQuery,
  ServiceList,
  ServiceQuery,
} from './types';

export interface ZeroTrustApi {
  getEntityPosture(entityRef: string): Promise<EntityPosture>;
  getEntityFindings(
    entityRef: string,
    query?: FindingQuery,
  ): Promise<EntityFindings>;
  getServices(query?: ServiceQuery): Promise<ServiceList>;
  getClusters(): Promise<{ items: ClusterStatus[] }>;
  getControls(): Promise<{ items: ControlDescription[] }>;
  getEntityConnections(
    entityRef: string,
    query?: EntityConnectionQuery,
  ): Promise<EntityConnections>;
  getEntityBlastRadius(entityRef: string): Promise<EntityBlastRadius>;
  getNamespaceMatrix(cluster: string): Promise<NamespaceMatrix>;
  getBlastRadius(query?: BlastRadiusQuery): Promise<BlastRadiusList>;
  getConnection(question: ConnectionQuestion): Promise<ConnectionAnswer>;
}

/** Knows how to reach a plugin: Backstage's own fetch API resolves `plugin://` addresses. */
export interface ZeroTrustClientOptions {
  fetchApi: { fetch: typeof fetch };
}

type Query = Readonly<
  Record<string, string | number | readonly string[] | undefined>
>;

export class ZeroTrustClient implements ZeroTrustApi {
  readonly #fetchApi: ZeroTrustClientOptions['fetchApi'];

  static create(options: ZeroTrustClientOptions): ZeroTrustClient {
    return new ZeroTrustClient(options);
  }

  private constructor({ fetchApi }: ZeroTrustClientOptions) {
    this.#fetchApi = fetchApi;
  }

  async getEntityPosture(entityRef: string): Promise<EntityPosture> {
    return this.#get(`${entityPath(entityRef)}/posture`);
  }

  async getEntityFindings(
    entityRef: string,
    query: FindingQuery = {},
  ): Promise<EntityFindings> {
    return this.#get(`${entityPath(entityRef)}/findings`, { ...query });
  }

  async getServices(query: ServiceQuery = {}): Promise<ServiceList> {
    return this.#get('/services', { ...query });
  }

  async getClusters(): Promise<{ items: ClusterStatus[] }> {
    return this.#get('/clusters');
  }

  async getControls(): Promise<{ items: ControlDescription[] }> {
    return this.#get('/controls');
  }

  async getEntityConnections(
    entityRef: string,
    query: EntityConnectionQuery = {},
  ): Promise<EntityConnections> {
    return this.#get(`${entityPath(entityRef)}/connections`, { ...query });
  }

  async getEntityBlastRadius(entityRef: string): Promise<EntityBlastRadius> {
    return this.#get(`${entityPath(entityRef)}/blast-radius`);
  }

  async getNamespaceMatrix(cluster: string): Promise<NamespaceMatrix> {
    return this.#get(`/clusters/${encodeURIComponent(cluster)}/namespaces`);
  }

  async getBlastRadius(query: BlastRadiusQuery = {}): Promise<BlastRadiusList> {
    return this.#get('/blast-radius', { ...query });
  }

  async getConnection({
    cluster,
    from,
    to,
    port,
    protocol,
    request = {},
  }: ConnectionQuestion): Promise<ConnectionAnswer> {
    const { headers = {}, token, ...rest } = request;
    return this.#get(`/clusters/${encodeURIComponent(cluster)}/connection`, {
      from: endName(from),
      to: endName(to),
      port,
      protocol,
      ...rest,
      header: Object.entries(headers).map(
        ([name, value]) => `${name}: ${value}`,
      ),
      issuer: token?.issuer,
      subject: token?.subject,
      audience: token?.audiences,
      claims: token?.claims && JSON.stringify(token.claims),
    });
  }

  async #get<T>(path: string, query: Query = {}): Promise<T> {
    const parameters = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined) {
          parameters.append(key, String(one));
        }
      }
    }
    const search = parameters.size > 0 ? `?${parameters}` : '';
    const response = await this.#fetchApi.fetch(
      `plugin://zero-trust${path}${search}`,
    );
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response.json() as Promise<T>;
  }
}

function endName(end: ConnectionEnd): string {
  if ('ip' in end) {
    return end.ip;
  }
  if ('service' in end) {
    return `${end.service.namespace}/Service/${end.service.name}`;
  }
  const { namespace, kind, name } = end.workload;
  return `${namespace}/${kind}/${name}`;
}

function entityPath(entityRef: string): string {
  const { namespace, kind, name }: CompoundEntityRef =
    parseEntityRef(entityRef);
  return `/entities/${[namespace, kind, name]
    .map(encodeURIComponent)
    .join('/')}`;
}
