/** Brings published services into the catalog, in the place of a repository's discovery. */
import { promises as fs } from 'node:fs';
import {
  LoggerService,
  resolveSafeChildPath,
} from '@backstage/backend-plugin-api';
import {
  ANNOTATION_LOCATION,
  ANNOTATION_ORIGIN_LOCATION,
  Entity,
} from '@backstage/catalog-model';
import { NotFoundError, assertError } from '@backstage/errors';
import {
  DeferredEntity,
  EntityProvider,
  EntityProviderConnection,
  parseEntityYaml,
} from '@backstage/plugin-catalog-node';
import { EventsService } from '@backstage/plugin-events-node';
import { PUBLISHED_TOPIC } from './readDemoOptions';

export interface PublishedServicesProviderOptions {
  publishDirectory: string;
  events: EventsService;
  logger: LoggerService;
}

export class PublishedServicesProvider implements EntityProvider {
  static create(options: PublishedServicesProviderOptions) {
    return new PublishedServicesProvider(options);
  }

  readonly #options: PublishedServicesProviderOptions;

  private constructor(options: PublishedServicesProviderOptions) {
    this.#options = options;
  }

  getProviderName(): string {
    return 'demo-published-services';
  }

  async connect(connection: EntityProviderConnection): Promise<void> {
    const refresh = async () =>
      connection.applyMutation({
        type: 'full',
        entities: await this.#readAll(),
      });
    await this.#options.events.subscribe({
      id: this.getProviderName(),
      topics: [PUBLISHED_TOPIC],
      onEvent: refresh,
    });
    await refresh();
  }

  async #readAll(): Promise<DeferredEntity[]> {
    const { publishDirectory, logger } = this.#options;
    await fs.mkdir(publishDirectory, { recursive: true });
    const entities: DeferredEntity[] = [];
    for (const name of (await fs.readdir(publishDirectory)).sort()) {
      try {
        entities.push(...(await this.#readService(name)));
      } catch (error) {
        assertError(error);
        logger.warn(`Published service ${name} is left out: ${error.message}`);
      }
    }
    return entities;
  }

  async #readService(name: string): Promise<DeferredEntity[]> {
    const file = resolveSafeChildPath(
      this.#options.publishDirectory,
      `${name}/catalog-info.yaml`,
    );
    const data = await fs.readFile(file).catch(() => {
      throw new NotFoundError('it has no catalog-info.yaml');
    });
    const entities: DeferredEntity[] = [];
    const location = { type: 'file', target: file };
    for (const result of parseEntityYaml(data, location)) {
      if (result.type === 'error') {
        throw result.error;
      }
      if (result.type === 'entity') {
        entities.push({
          entity: located(result.entity, `file:${file}`),
          locationKey: this.getProviderName(),
        });
      }
    }
    return entities;
  }
}

function located(entity: Entity, location: string): Entity {
  return {
    ...entity,
    metadata: {
      ...entity.metadata,
      annotations: {
        ...entity.metadata.annotations,
        [ANNOTATION_LOCATION]: location,
        [ANNOTATION_ORIGIN_LOCATION]: location,
      },
    },
  };
}
