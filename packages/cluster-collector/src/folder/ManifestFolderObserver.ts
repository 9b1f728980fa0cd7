/**
 * Observes a folder of manifests as if it were a cluster. The folder counts
 * when it can be read whole: half a folder could hide the policy that matters,
 * so meanwhile the last whole view stays.
 */
import { FSWatcher, watch } from 'node:fs';
import {
  ClusterSettings,
  ClusterSnapshot,
  KubernetesObject,
  describeProblem,
  readObject,
} from '@backstage-zero-trust/posture-engine';
import { errorCode } from '../connection/ClusterRequestError';
import type {
  ClusterObservation,
  ClusterObserver,
  ObserveClusterOptions,
} from '../observation';
import {
  ManifestFolderMemory,
  readManifestFolderAgain,
} from './readManifestFolder';

/** A save is often several events. */
const DEBOUNCE = 200;
/** Where the file system tells of no changes, such as over a network. */
const POLL = 30_000;

export interface ManifestFolderObserverOptions extends ObserveClusterOptions {
  settings?: ClusterSettings;
}

export class ManifestFolderObserver implements ClusterObserver {
  static create(
    cluster: string,
    path: string,
    options: ManifestFolderObserverOptions,
  ): ManifestFolderObserver {
    return new ManifestFolderObserver(cluster, path, options);
  }

  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #stopped = false;
  #memory: ManifestFolderMemory | undefined;
  #objects: KubernetesObject[] = [];
  #snapshot: ClusterSnapshot | undefined;
  #lastSync: string | undefined;
  #problem: string | undefined;

  private constructor(
    private readonly cluster: string,
    private readonly path: string,
    private readonly options: ManifestFolderObserverOptions,
  ) {}

  start(): void {
    this.#readIn(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#watcher?.close();
    await this.#reading;
  }

  current(): ClusterSnapshot | undefined {
    return this.#snapshot;
  }

  status(): ClusterObservation {
    return {
      state: this.#state(),
      ...(this.#lastSync === undefined ? {} : { lastSync: this.#lastSync }),
      ...(this.#problem === undefined ? {} : { message: this.#problem }),
      kinds: [],
    };
  }

  #state(): ClusterObservation['state'] {
    if (this.#problem !== undefined) {
      return this.#snapshot ? 'stale' : 'unreachable';
    }
    return this.#snapshot ? 'ready' : 'syncing';
  }

  #readIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) {
      this.#timer = setTimeout(() => this.#readSoon(), milliseconds);
    }
  }

  #readSoon(): void {
    // What changes while it is read is read again.
    this.#reading = (this.#reading ?? Promise.resolve()).then(async () => {
      if (!this.#stopped) {
        this.#watch();
        await this.#read();
        this.#readIn(POLL);
      }
    });
  }

  #watch(): void {
    if (this.#watcher) {
      return;
    }
    try {
      this.#watcher = watch(this.path, { recursive: true }, () =>
        this.#readIn(DEBOUNCE),
      );
      this.#watcher.on('error', () => {
        this.#watcher?.close();
        this.#watcher = undefined; // opened again with the next read
      });
    } catch (error) {
      this.options.logger.debug(
        `folder ${this.path} is not watched (${errorCode(
          error,
        )}), only read now and then`,
      );
    }
  }

  async #read(): Promise<void> {
    try {
      const { read, memory } = await readManifestFolderAgain(
        this.path,
        this.#memory,
      );
      if (read.problems.length > 0) {
        const [first, ...others] = read.problems.map(describeProblem);
        this.#fail(
          others.length === 0 ? first : `${first} (and ${others.length} more)`,
        );
        return;
      }
      this.#memory = memory;
      this.#take(read.objects.map(({ object }) => projected(object)));
    } catch (error) {
      this.#fail(
        `the folder ${this.path} cannot be read (${
          errorCode(error) ?? 'for an unknown reason'
        })`,
      );
    }
  }

  #take(objects: KubernetesObject[]): void {
    const now = new Date().toISOString();
    const hadProblem = this.#problem !== undefined;
    this.#problem = undefined;
    this.#lastSync = now;
    const same =
      this.#snapshot !== undefined &&
      objects.length === this.#objects.length &&
      objects.every((object, index) => object === this.#objects[index]);
    if (!same) {
      this.#objects = objects;
      this.#snapshot = ClusterSnapshot.create({
        cluster: this.cluster,
        objects,
        observedAt: now,
        settings: this.options.settings,
      });
    }
    if (!same || hadProblem) {
      this.#changed();
    }
  }

  #fail(problem: string): void {
    if (problem !== this.#problem) {
      this.#problem = problem;
      this.#changed();
    }
  }

  #changed(): void {
    if (!this.#stopped) {
      this.options.onChange();
    }
  }
}

/** The engine's projection where there is one; the same for the same object. */
function projected(object: KubernetesObject): KubernetesObject {
  const result = readObject(object);
  return 'resource' in result ? result.resource : object;
}
