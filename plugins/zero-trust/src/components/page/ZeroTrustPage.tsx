/** The fleet's page in apps of the old frontend system; the new one draws header and tabs itself. */
import { Header, Page, TabbedLayout } from '@backstage/core-components';
import { useMessages } from '../../hooks/useMessages';
import { FleetBlastRadius } from '../blast';
import { ClusterStates } from '../clusters';
import { Namespaces } from '../matrix';
import { Services } from '../services';

export function ZeroTrustPage() {
  const t = useMessages();
  return (
    <Page themeId="tool">
      <Header title={t('title')} />
      <TabbedLayout>
        <TabbedLayout.Route path="/services" title={t('services.label')}>
          <Services />
        </TabbedLayout.Route>
        <TabbedLayout.Route path="/connections" title={t('connections.label')}>
          <Namespaces />
        </TabbedLayout.Route>
        <TabbedLayout.Route path="/blast-radius" title={t('blast.label')}>
          <FleetBlastRadius />
        </TabbedLayout.Route>
        <TabbedLayout.Route path="/clusters" title={t('clusters.label')}>
          <ClusterStates />
        </TabbedLayout.Route>
      </TabbedLayout>
    </Page>
  );
}
