/** What workloads are called in the catalog, as far as a caller may see it. */
import type {
  ConnectionStore,
  EntityWorkload,
  WorkloadOwner,
  WorkloadOwners,
} from '../database/ConnectionStore';
import type { VisibleEntities } from '../database/PostureStore';

export class CatalogNames {
  static async read(
    store: Pick<ConnectionStore, 'listOwners'>,
    workloads: readonly EntityWorkload[],
    askVisible: (
      listEntityRefs: () => Promise<readonly string[]>,
    ) => Promise<VisibleEntities>,
  ): Promise<CatalogNames> {
    const owners = await store.listOwners(workloads);
    const entityRefs = owners.entityRefs();
    const visible =
      entityRefs.length === 0 ? [] : await askVisible(async () => entityRefs);
    return new CatalogNames(
      owners,
      visible === 'all' ? 'all' : new Set(visible),
    );
  }

  private constructor(
    private readonly owners: WorkloadOwners,
    private readonly visible: 'all' | ReadonlySet<string>,
  ) {}

  /** The first of the entities that it belongs to and the caller may see; nothing where there is none. */
  of(workload: EntityWorkload): Partial<WorkloadOwner> {
    const { visible } = this;
    return (
      this.owners
        .of(workload)
        .find(({ entityRef }) => visible === 'all' || visible.has(entityRef)) ??
      {}
    );
  }
}
