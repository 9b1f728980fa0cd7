/** What a write is asked with, and how it is told of. */
import type { Preconditions } from './preconditions';

export type WriteVerb = 'create' | 'update' | 'patch' | 'delete' | 'restore';

/** Who did what to which object, for whoever watches the terminal. */
export interface Change {
  user: string;
  verb: WriteVerb;
  kind: string;
  namespace?: string;
  name: string;
}

export interface WriteOptions {
  user: string;
  manager?: string;
  subresource?: 'status' | 'scale';
  dryRun?: boolean;
  /** The verb to report; a patch is stored as an update. */
  verb?: WriteVerb;
  /** For an apply: what it names. */
  apply?: Map<string, readonly string[]>;
}

export type DeleteOptions = WriteOptions & Preconditions;
