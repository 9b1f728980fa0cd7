/** Follows the changes of a kind from a resource version on. */
import { KINDS } from '@backstage-zero-trust/posture-engine';
import type { ClusterConnection } from '../connection/ClusterConnection';
import {
  ClusterRequestError,
  answerError,
} from '../connection/ClusterRequestError';
import { isRecord, textOf } from '../json';
import { KindScope, apiVersionOf, kindPath } from '../listing/kindPath';
import { CollectedObject, projectObject } from '../listing/projectObject';

export type WatchEvent =
  | { type: 'set' | 'delete'; collected: CollectedObject }
  /** Nothing changed up to this version. */
  | { type: 'bookmark'; resourceVersion: string };

export interface WatchKindOptions {
  resourceVersion: string;
  signal?: AbortSignal;
  /** After which the server is asked to end the watch. */
  durationSeconds: number;
  /** After which a silent watch is given up. */
  idleMilliseconds: number;
  timeoutMilliseconds?: number;
  onOpen?: () => void;
}

/**
 * Events in order, until the server ends the watch. Throws a
 * {@link ClusterRequestError}, `expired` where only a new list helps. An event
 * that cannot be understood is an error too: skipping it would lose a change.
 */
export async function* watchKind(
  connection: ClusterConnection,
  scope: KindScope,
  options: WatchKindOptions,
): AsyncGenerator<WatchEvent> {
  const { resourceVersion, durationSeconds, ...stream } = options;
  const path = kindPath(scope, {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion,
    timeoutSeconds: String(Math.ceil(durationSeconds)),
  });
  for await (const line of connection.getLines(path, stream)) {
    yield readEvent(connection.server, scope, line);
  }
}

function readEvent(server: string, scope: KindScope, line: string): WatchEvent {
  const { plural } = KINDS[scope.kind];
  const event = parse(line);
  const object = event?.object;
  if (!isRecord(object)) {
    throw notUnderstood(server, plural);
  }
  switch (event?.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return {
        type: event.type === 'DELETED' ? 'delete' : 'set',
        collected: projectObject(scope.kind, apiVersionOf(scope), object),
      };
    case 'BOOKMARK':
      return {
        type: 'bookmark',
        resourceVersion: isRecord(object.metadata)
          ? textOf(object.metadata.resourceVersion)
          : '',
      };
    case 'ERROR':
      throw answerError(
        server,
        `the watch of ${plural}`,
        typeof object.code === 'number' ? object.code : 500,
        JSON.stringify(object),
      );
    default:
      throw notUnderstood(server, plural);
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const event: unknown = JSON.parse(line);
    return isRecord(event) ? event : undefined;
  } catch {
    return undefined;
  }
}

function notUnderstood(server: string, plural: string): ClusterRequestError {
  // `expired`, because what the event said can only be had from a new list.
  return new ClusterRequestError(
    'expired',
    `${server} sent an event in the watch of ${plural} that cannot be understood`,
  );
}
