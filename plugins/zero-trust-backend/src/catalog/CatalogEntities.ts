/**
 * The entities of the catalog that name workloads, of whatever kind. They are
 * read with the plugin's own rights, since every cluster is judged for all;
 * who may see which of them is asked anew for every reader.
 */
import { compare } from '@backstage-zero-trust/posture-engine';
import { AuthService, LoggerService } from '@backstage/backend-plugin-api';
import {
  Entity,
  RELATION_OWNED_BY,
  RELATION_PART_OF,
  parseEntityRef,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { Loop } from '../Loop';
import { WorkloadSelector, workloadSelectorOf } from './entityWorkloads';
import { describeFailure } from '../describeFailure';

export interface CatalogEntity {
  entityRef: string;
  title: string;
  owner?: string;
  system?: string;
  selector: WorkloadSelector;
}

export interface CatalogEntitiesOptions {
  catalog: CatalogService;
  auth: AuthService;
  logger: LoggerService;
}

/** A catalog that was different at the last read, or does not answer yet, may be so again at once; the longer it is quiet, the less often it is read. */
const SHORTEST_PAUSE_MILLISECONDS = 1_000;
const LONGEST_PAUSE_MILLISECONDS = 30_000;
/** A catalog without any such entity is still being filled, or waits for its first. */
const LONGEST_PAUSE_WHILE_EMPTY_MILLISECONDS = 3_000;

const EXISTS = { $exists: true };
const FIELDS = [
  'kind',
  'metadata.name',
  'metadata.namespace',
  'metadata.title',
  'metadata.annotations',
  'relations',
];

export class CatalogEntities {
  readonly #catalog: CatalogService;
  readonly #auth: AuthService;
  readonly #logger: LoggerService;
  readonly #loop: Loop;
  readonly #listeners = new Set<() => void>();
  #entities: readonly CatalogEntity[] | undefined;
  #readAt = -Infinity;
  #pause = SHORTEST_PAUSE_MILLISECONDS;

  /** Begins to read, and to read again every so often; where that fails, what was known stays. */
  static start(options: CatalogEntitiesOptions): CatalogEntities {
    return new CatalogEntities(options);
  }

  private constructor({ catalog, auth, logger }: CatalogEntitiesOptions) {
    this.#catalog = catalog;
    this.#auth = auth;
    this.#logger = logger;
    this.#loop = Loop.start({ call: () => this.#refresh() });
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Undefined until the catalog was read once. The same array until something changed. */
  current(): readonly CatalogEntity[] | undefined {
    return this.#entities;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Somebody looks at an entity: should it be new, it is read without waiting for the next turn, though never more often than a busy catalog is. */
  expect(entityRef: string): void {
    if (!this.#entities?.some(entity => entity.entityRef === entityRef)) {
      const rested = performance.now() - this.#readAt;
      this.#loop.within(SHORTEST_PAUSE_MILLISECONDS - rested);
    }
  }

  async #refresh(): Promise<number> {
    this.#readAt = performance.now();
    const before = this.#entities;
    try {
      await this.#read();
    } catch (error) {
      this.#logger.warn('Entities could not be read from the catalog', {
        error: describeFailure(error),
      });
    }
    const pause =
      this.#entities === before ? this.#pause : SHORTEST_PAUSE_MILLISECONDS;
    this.#pause = Math.min(
      2 * pause,
      this.#entities?.length
        ? LONGEST_PAUSE_MILLISECONDS
        : LONGEST_PAUSE_WHILE_EMPTY_MILLISECONDS,
    );
    return pause;
  }

  async #read(): Promise<void> {
    const entities: CatalogEntity[] = [];
    const pages = this.#catalog.streamEntities(
      {
        query: {
          $any: [
            { 'metadata.annotations.backstage.io/kubernetes-id': EXISTS },
            {
              'metadata.annotations.backstage.io/kubernetes-label-selector':
                EXISTS,
            },
          ],
        },
        fields: FIELDS,
      },
      { credentials: await this.#auth.getOwnServiceCredentials() },
    );
    for await (const page of pages) {
      entities.push(...page.flatMap(entity => toCatalogEntity(entity) ?? []));
    }
    entities.sort((left, right) => compare(left.entityRef, right.entityRef));
    if (JSON.stringify(entities) !== JSON.stringify(this.#entities)) {
      this.#entities = entities;
      for (const listener of this.#listeners) {
        listener();
      }
    }
  }
}

function toCatalogEntity(entity: Entity): CatalogEntity | undefined {
  const result = workloadSelectorOf(entity);
  if (!result || 'problem' in result) {
    return undefined;
  }
  const owner = targetOf(entity, RELATION_OWNED_BY);
  const system = targetOf(entity, RELATION_PART_OF, 'system');
  return {
    entityRef: stringifyEntityRef(entity),
    title: entity.metadata.title ?? entity.metadata.name,
    ...(owner ? { owner } : {}),
    ...(system ? { system } : {}),
    selector: result.selector,
  };
}

function targetOf(
  entity: Entity,
  relation: string,
  kind?: string,
): string | undefined {
  return entity.relations?.find(
    ({ type, targetRef }) =>
      type === relation &&
      (kind === undefined ||
        parseEntityRef(targetRef).kind.toLocaleLowerCase('en-US') === kind),
  )?.targetRef;
}
