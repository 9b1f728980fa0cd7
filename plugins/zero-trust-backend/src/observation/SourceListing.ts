/** The clusters of one source, asked for now and then; while the source fails, those known before stay. */
import type {
  ClusterSource,
  ClusterTarget,
} from '@backstage-zero-trust/plugin-zero-trust-node';
import { LoggerService } from '@backstage/backend-plugin-api';
import { Loop } from '../Loop';
import { describeFailure } from '../describeFailure';

export interface SourceListingOptions {
  source: ClusterSource;
  onChange: () => void;
  logger: LoggerService;
}

const LIST_EVERY_MILLISECONDS = 60_000;
const RETRY_MILLISECONDS = 2_000;

/** What the tables can hold. */
const LONGEST_NAME = 255;

export class SourceListing {
  readonly #options: SourceListingOptions;
  readonly #loop: Loop;
  #targets: readonly ClusterTarget[] | undefined;
  #failure: string | undefined;

  static start(options: SourceListingOptions): SourceListing {
    return new SourceListing(options);
  }

  private constructor(options: SourceListingOptions) {
    this.#options = options;
    this.#loop = Loop.start({ call: () => this.#list() });
  }

  get id(): string {
    return this.#options.source.id;
  }

  /** Undefined until the source answered once. */
  targets(): readonly ClusterTarget[] | undefined {
    return this.#targets;
  }

  /** Does not wait: a source that hangs must not keep a server from stopping. */
  stop(): void {
    this.#loop.stop();
  }

  async #list(): Promise<number> {
    const { source, onChange, logger } = this.#options;
    try {
      const targets = await source.list();
      this.#targets = targets.filter(({ name }) => this.#isUsable(name));
      this.#failure = undefined;
      onChange();
      return LIST_EVERY_MILLISECONDS;
    } catch (error) {
      const failure = describeFailure(error);
      if (failure !== this.#failure) {
        this.#failure = failure;
        logger.warn(
          `Clusters of ${source.id} could not be listed; those known before are kept`,
          { error: failure },
        );
      }
      return this.#targets ? LIST_EVERY_MILLISECONDS : RETRY_MILLISECONDS;
    }
  }

  #isUsable(name: string): boolean {
    const usable =
      name !== '' && name.length <= LONGEST_NAME && !name.includes('\u0000');
    if (!usable) {
      this.#options.logger.warn(
        `A cluster of ${this.id} is left out: its name must have 1 to ${LONGEST_NAME} characters`,
        { name: name.slice(0, LONGEST_NAME) },
      );
    }
    return usable;
  }
}
