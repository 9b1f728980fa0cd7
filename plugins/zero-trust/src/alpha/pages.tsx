/** The fleet's page and its tabs. */
import {
  PageBlueprint,
  SubPageBlueprint,
} from '@backstage/frontend-plugin-api';
import { Container } from '@backstage/ui';
import { rootRouteRef } from '../routes';

export const zeroTrustPage = PageBlueprint.make({
  params: { path: '/zero-trust', routeRef: rootRouteRef },
});

export const zeroTrustServicesPage = SubPageBlueprint.make({
  name: 'services',
  params: {
    path: 'services',
    title: 'Services',
    loader: () =>
      import('../components/services').then(m => (
        <Container py="4" role="main">
          <m.Services />
        </Container>
      )),
  },
});

export const zeroTrustConnectionsPage = SubPageBlueprint.make({
  name: 'connections',
  params: {
    path: 'connections',
    title: 'Connections',
    loader: () =>
      import('../components/matrix').then(m => (
        <Container py="4" role="main">
          <m.Namespaces />
        </Container>
      )),
  },
});

export const zeroTrustBlastRadiusPage = SubPageBlueprint.make({
  name: 'blast-radius',
  params: {
    path: 'blast-radius',
    title: 'Blast radius',
    loader: () =>
      import('../components/blast').then(m => (
        <Container py="4" role="main">
          <m.FleetBlastRadius />
        </Container>
      )),
  },
});

export const zeroTrustClustersPage = SubPageBlueprint.make({
  name: 'clusters',
  params: {
    path: 'clusters',
    title: 'Clusters',
    loader: () =>
      import('../components/clusters').then(m => (
        <Container py="4" role="main">
          <m.ClusterStates />
        </Container>
      )),
  },
});
