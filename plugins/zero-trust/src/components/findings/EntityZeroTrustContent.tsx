/** The tab on a service's page: its findings, and, one click away, who may reach whom and what falls with it. */
import { stringifyEntityRef } from '@backstage/catalog-model';
import { useEntity } from '@backstage/plugin-catalog-react';
import {
  EntityPosture,
  Summary,
  zeroTrustPostureReadPermission,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { useFindings, usePosture } from '../../hooks/usePosture';
import { EntityBlastRadius } from '../blast';
import { EntityConnections } from '../connections';
import { ViewLinks, useView } from '../page';
import { Failure, Notices } from '../state';
import { Clusters } from '../card/Clusters';
import { Coverage } from '../card/Coverage';
import { Headline } from '../card/Headline';
import { NotRefreshed } from '../card/NotRefreshed';
import { Unjudged } from '../card/Unjudged';
import { useFindingsLink } from '../../hooks/useFindingsLink';
import { FindingList } from './FindingList';
import { FindingsSkeleton } from './FindingsSkeleton';
import { useControls } from './useControls';
import styles from './Findings.module.css';

/** The first one is the tab itself; the names are part of addresses. */
const VIEWS = ['findings', 'connections', 'blast-radius'] as const;

export function EntityZeroTrustContent() {
  const { entity } = useEntity();
  const entityRef = stringifyEntityRef(entity);
  const name = entity.metadata.title ?? entity.metadata.name;
  const posture = usePosture(entityRef);
  const { value, error, retry } = posture;
  if (value?.state === 'judged' && value.summary) {
    return (
      <Judged
        key={entityRef}
        posture={value}
        summary={value.summary}
        name={name}
        notRefreshedSince={error ? posture.loadedAt : undefined}
      />
    );
  }
  if (value) {
    return <Unjudged posture={value} entity={entity} name={name} />;
  }
  if (error) {
    return (
      <Failure
        error={error}
        permission={zeroTrustPostureReadPermission.name}
        retry={retry}
      />
    );
  }
  return <FindingsSkeleton name={name} />;
}

function Judged({ posture, summary, name, notRefreshedSince }: OverviewProps) {
  const t = useMessages();
  const { view, pathOf } = useView(VIEWS);
  const { entityRef } = posture;
  const titles = {
    findings: t('nav.findings'),
    connections: t('nav.connections'),
    'blast-radius': t('nav.blastRadius'),
  };
  return (
    <div className={styles.content}>
      <ViewLinks
        label={t('nav.label')}
        links={VIEWS.map(one => ({
          path: pathOf(one),
          title: titles[one],
          isCurrent: one === view,
        }))}
      />
      {view === 'findings' ? (
        <>
          <Overview
            posture={posture}
            summary={summary}
            name={name}
            notRefreshedSince={notRefreshedSince}
          />
          <Findings entityRef={entityRef} summary={summary} name={name} />
        </>
      ) : (
        <Notices posture={posture} name={name} />
      )}
      {view === 'connections' && (
        <EntityConnections
          entityRef={entityRef}
          name={name}
          clusters={posture.clusters}
        />
      )}
      {view === 'blast-radius' && (
        <EntityBlastRadius entityRef={entityRef} name={name} />
      )}
    </div>
  );
}

interface OverviewProps {
  posture: EntityPosture;
  summary: Summary;
  name: string;
  notRefreshedSince?: number;
}

function Overview({
  posture,
  summary,
  name,
  notRefreshedSince,
}: OverviewProps) {
  const linkTo = useFindingsLink();
  return (
    <section className={styles.overview}>
      {notRefreshedSince !== undefined && (
        <NotRefreshed since={notRefreshedSince} />
      )}
      <Notices posture={posture} name={name} />
      <Headline summary={summary} history={posture.history} />
      {posture.clusters.length > 1 && (
        <Clusters
          clusters={posture.clusters}
          linkTo={cluster => linkTo(posture.entityRef, { cluster })}
        />
      )}
      <Coverage summary={summary} />
    </section>
  );
}

interface FindingsProps {
  entityRef: string;
  summary: Summary;
  name: string;
}

function Findings({ entityRef, summary, name }: FindingsProps) {
  const t = useMessages();
  const { value, error, retry } = useFindings(entityRef);
  const controls = useControls();
  if (value) {
    return value.items.length === 0 ? (
      <p>{t('findings.nothing')}</p>
    ) : (
      <FindingList
        findings={value.items}
        pillars={summary.pillars}
        controls={controls}
      />
    );
  }
  if (error) {
    return (
      <Failure
        error={error}
        permission={zeroTrustPostureReadPermission.name}
        retry={retry}
      />
    );
  }
  return <FindingsSkeleton name={name} />;
}
