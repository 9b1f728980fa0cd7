/** Who may call a service and whom it may call: the answer, the list, and the same as a picture. */
import { useMemo } from 'react';
import { RiTimerLine } from '@remixicon/react';
import {
  EntityClusterPosture,
  EntityConnections as Connections,
  zeroTrustPostureReadPermission,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  BothDirections,
  GRAPH_LIMIT,
  useBothDirections,
  useConnections,
} from '../../hooks/useConnections';
import { useMessages } from '../../hooks/useMessages';
import { answerFor } from '../../connections/answer';
import { DIRECTIONS, workloadsAmong } from '../../connections/peers';
import { NotRefreshed } from '../card/NotRefreshed';
import { Caveats, Failure, Message } from '../state';
import { Announce, Computed } from '../text';
import { Ask } from './Ask';
import { ChosenPeer } from './ChosenPeer';
import { ConnectionFilters } from './ConnectionFilters';
import { ConnectionGraph } from './ConnectionGraph';
import { ConnectionList } from './ConnectionList';
import { ConnectionsSkeleton } from './ConnectionsSkeleton';
import { useConnectionQuery } from './useConnectionQuery';
import styles from './Connections.module.css';

export interface EntityConnectionsProps {
  entityRef: string;
  name: string;
  /** Those in which the service runs. */
  clusters: readonly Pick<EntityClusterPosture, 'cluster' | 'workloads'>[];
}

export function EntityConnections({
  entityRef,
  name,
  clusters,
}: EntityConnectionsProps) {
  const t = useMessages();
  const state = useConnectionQuery();
  const both = useBothDirections(entityRef, state.query.cluster);
  const page = useConnections(entityRef, state.query);
  const failed = both.error ?? page.error;
  if (!both.value || !page.value) {
    return failed ? (
      <Failure
        error={failed}
        permission={zeroTrustPostureReadPermission.name}
        retry={() => {
          both.retry();
          page.retry();
        }}
      />
    ) : (
      <ConnectionsSkeleton name={name} />
    );
  }
  const { evaluatedAt } = page.value;
  if (evaluatedAt === undefined) {
    return (
      <Message
        icon={RiTimerLine}
        title={t('connections.pending', { name })}
        hint={t('connections.pendingHint')}
      />
    );
  }
  const { direction } = state.query;
  const workloads = new Set(
    [...both.value.in.items, ...both.value.out.items].map(
      ({ cluster, workload }) => `${cluster}/${workload.kind}/${workload.name}`,
    ),
  );
  const shared = {
    direction,
    hasSeveralClusters: clusters.length > 1,
    hasSeveralWorkloads: workloads.size > clusters.length,
    hasMesh: [...both.value.in.items, ...both.value.out.items].some(
      ({ mesh }) => mesh !== undefined,
    ),
  };
  return (
    <section className={styles.page} aria-label={t('connections.label')}>
      {failed && both.loadedAt !== undefined && (
        <NotRefreshed since={both.loadedAt} />
      )}
      <Caveats caveats={page.value.caveats} isNamed={clusters.length > 1} />
      <Answers both={both.value} name={name} evaluatedAt={evaluatedAt} />
      <ConnectionFilters
        state={state}
        counts={page.value.counts}
        namespaces={page.value.namespaces}
        transports={page.value.transports}
        clusters={clusters.map(({ cluster }) => cluster)}
      />
      <div className={styles.halves}>
        <div className={styles.list}>
          {state.peer === undefined ? (
            <ConnectionList
              page={page.value}
              isBusy={page.isStale}
              state={state}
              name={name}
              {...shared}
            />
          ) : (
            <ChosenPeer
              connections={both.value[direction].items}
              chosen={state.peer}
              letGo={() => state.choosePeer(undefined)}
              {...shared}
            />
          )}
        </div>
        <section className={styles.picture} aria-label={t('connections.graph')}>
          <ConnectionGraph
            connections={both.value}
            name={name}
            state={state}
            hasMesh={shared.hasMesh}
          />
          <p className={styles.hint}>
            {t('connections.graphHint')}
            {DIRECTIONS.some(side => isCut(both.value, side)) &&
              ` ${t('connections.graphCut', {
                number: String(GRAPH_LIMIT),
              })}`}
          </p>
        </section>
      </div>
      <Ask
        entityRef={entityRef}
        name={name}
        clusters={clusters}
        peers={workloadsAmong([
          ...both.value.in.items,
          ...both.value.out.items,
        ])}
        hasMesh={shared.hasMesh}
      />
      <Changes connections={page.value} key={page.value.question} name={name} />
    </section>
  );
}

function isCut(
  both: BothDirections | undefined,
  side: keyof BothDirections,
): boolean {
  return both !== undefined && both[side].totalCount > both[side].items.length;
}

function Answers({
  both,
  name,
  evaluatedAt,
}: {
  both: BothDirections;
  name: string;
  evaluatedAt: string;
}) {
  const t = useMessages();
  return (
    <div className={styles.answers}>
      {DIRECTIONS.map(direction => {
        const { sentence, doubt, notes } = answerFor(
          direction,
          both[direction],
          name,
          t,
        );
        return (
          <div key={direction}>
            <h2 className={styles.answer}>
              {sentence}
              {doubt && ' '}
              {doubt && <span className={styles.muted}>{doubt}</span>}
            </h2>
            {notes.length > 0 && (
              <p className={styles.note}>{notes.join(' ')}</p>
            )}
          </div>
        );
      })}
      <p className={styles.muted}>
        <Computed evaluatedAt={evaluatedAt} />
      </p>
    </div>
  );
}

function Changes({
  connections: { items },
  name,
}: {
  connections: Connections;
  name: string;
}) {
  const t = useMessages();
  const shown = useMemo(
    () =>
      Object.fromEntries(
        items.map(({ id, verdict, ports, mesh }) => [
          id,
          verdict + JSON.stringify([ports, mesh?.transport]),
        ]),
      ),
    [items],
  );
  return (
    <Announce state={shown} say={() => t('connections.changed', { name })} />
  );
}
