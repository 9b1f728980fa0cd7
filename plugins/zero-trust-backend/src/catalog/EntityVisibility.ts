/**
 * What a caller may see of the catalog, asked with his own credentials. A
 * posture is as visible as its entity, and no more.
 */
import {
  AuthService,
  BackstageCredentials,
  CacheService,
  PermissionsService,
} from '@backstage/backend-plugin-api';
import {
  CompoundEntityRef,
  Entity,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { NotFoundError } from '@backstage/errors';
import { catalogEntityReadPermission } from '@backstage/plugin-catalog-common/alpha';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import type { VisibleEntities } from '../database/PostureStore';
import { digestOf } from '../database/rows';

export interface EntityVisibilityOptions {
  catalog: CatalogService;
  permissions: PermissionsService;
  cache: CacheService;
  auth: AuthService;
}

const REFS_AT_ONCE = 500;

/** Long enough for a person who pages and sorts, short enough for a right that was taken away. */
const REMEMBERED_FOR = { seconds: 10 };

export class EntityVisibility {
  readonly #catalog: CatalogService;
  readonly #permissions: PermissionsService;
  readonly #cache: CacheService;
  readonly #auth: AuthService;

  static create(options: EntityVisibilityOptions): EntityVisibility {
    return new EntityVisibility(options);
  }

  private constructor(options: EntityVisibilityOptions) {
    this.#catalog = options.catalog;
    this.#permissions = options.permissions;
    this.#cache = options.cache;
    this.#auth = options.auth;
  }

  /** An entity that the caller may not see does not exist for him: NotFoundError, either way. */
  async requireEntity(
    reference: CompoundEntityRef,
    credentials: BackstageCredentials,
  ): Promise<Entity> {
    const entity = await this.#catalog.getEntityByRef(reference, {
      credentials,
    });
    if (!entity) {
      throw new NotFoundError(
        `No entity ${stringifyEntityRef(reference)} was found`,
      );
    }
    return entity;
  }

  /** Those of the entities that the caller may see; `all` spares asking where the policy lets him see everything. */
  async visibleAmong(
    listEntityRefs: () => Promise<readonly string[]>,
    credentials: BackstageCredentials,
  ): Promise<VisibleEntities> {
    const [decision] = await this.#permissions.authorizeConditional(
      [{ permission: catalogEntityReadPermission }],
      { credentials },
    );
    switch (decision.result) {
      case AuthorizeResult.ALLOW:
        return 'all';
      case AuthorizeResult.CONDITIONAL:
        return this.#visibleByCatalog(listEntityRefs, credentials);
      default:
        return [];
    }
  }

  async #visibleByCatalog(
    listEntityRefs: () => Promise<readonly string[]>,
    credentials: BackstageCredentials,
  ): Promise<readonly string[]> {
    const entityRefs = await listEntityRefs();
    const key = this.#cacheKeyOf(credentials, entityRefs);
    const remembered = key && (await this.#cache.get<string[]>(key));
    if (remembered) {
      return remembered;
    }
    const visible: string[] = [];
    for (let start = 0; start < entityRefs.length; start += REFS_AT_ONCE) {
      const batch = entityRefs.slice(start, start + REFS_AT_ONCE);
      const { items } = await this.#catalog.getEntitiesByRefs(
        { entityRefs: batch, fields: ['kind'] },
        { credentials },
      );
      visible.push(...batch.filter((_, index) => items[index]));
    }
    if (key) {
      await this.#cache.set(key, visible, { ttl: REMEMBERED_FOR });
    }
    return visible;
  }
  /** Only a user's view is remembered: nothing else names its caller for certain. A service that is new is asked for at once. */
  #cacheKeyOf(
    credentials: BackstageCredentials,
    entityRefs: readonly string[],
  ): string | undefined {
    return this.#auth.isPrincipal(credentials, 'user')
      ? `visible-services:${digestOf(
          credentials.principal.userEntityRef,
          ...entityRefs,
        )}`
      : undefined;
  }
}
