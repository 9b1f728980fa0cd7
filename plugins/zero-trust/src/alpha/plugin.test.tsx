import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  registerMswTestHooks,
  renderTestApp,
} from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { Entity } from '@backstage/catalog-model';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { EntityCardBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { setupServer } from 'msw/node';
import { TestBackend, BACKEND } from '../__testUtils__/backend';
import { orders } from '../__testUtils__/postures';
import { fetchApiFor } from '../__testUtils__/renderScreen';
import { zeroTrustApi } from './apis';
import { zeroTrustEntityCard, zeroTrustEntityContent } from './entity';
import zeroTrustPlugin from './index';

const server = setupServer();
registerMswTestHooks(server);

describe('The plugin in an app of the new frontend system', () => {
  beforeEach(() => {
    TestBackend.start(server);
  });

  const otherCard = EntityCardBlueprint.make({
    name: 'other',
    params: { loader: async () => <p>Another card</p> },
  });

  function renderEntityPage(
    entity: Entity,
    extension: typeof zeroTrustEntityCard | typeof zeroTrustEntityContent,
  ) {
    return renderTestApp({
      extensions: [
        createTestEntityPage({ entity }),
        otherCard,
        extension,
        zeroTrustApi,
      ],
      apis: [fetchApiFor(BACKEND)],
    });
  }

  it('adds the card to the page of a service', async () => {
    renderEntityPage(orders, zeroTrustEntityCard);
    expect(
      await screen.findByRole('img', { name: 'Score: 72 of 100' }),
    ).toBeVisible();
  });

  it('adds the tab to the page of a service', async () => {
    renderEntityPage(orders, zeroTrustEntityContent);
    expect(
      await screen.findByRole('region', { name: 'Findings' }),
    ).toBeVisible();
  });

  describe('has a card for', () => {
    const plain: Entity = { ...orders, metadata: { name: 'plain' } };
    const shown: [string, Entity][] = [
      ['a service that names no workloads yet', plain],
      [
        'a website that names its workloads',
        { ...orders, spec: { type: 'website' } },
      ],
      [
        'a resource with the id of its workloads',
        {
          ...plain,
          kind: 'Resource',
          metadata: {
            name: 'plain',
            annotations: { 'backstage.io/kubernetes-id': 'plain' },
          },
          spec: { type: 'database' },
        },
      ],
    ];
    const notShown: [string, Entity][] = [
      ['a library', { ...plain, spec: { type: 'library' } }],
      ['a group', { ...plain, kind: 'Group', spec: {} }],
    ];

    it.each(shown)('%s', async (_, entity) => {
      renderEntityPage(entity, zeroTrustEntityCard);
      expect(await screen.findByText('Zero trust')).toBeVisible();
    });

    it.each(notShown)('but not for %s', async (_, entity) => {
      renderEntityPage(entity, zeroTrustEntityCard);
      expect(await screen.findByText('Another card')).toBeVisible();
      expect(screen.queryByText('Zero trust')).not.toBeInTheDocument();
    });
  });

  it('has a page in the side bar with services, connections, blast radius and clusters', async () => {
    const user = userEvent.setup();
    renderTestApp({
      features: [zeroTrustPlugin],
      apis: [fetchApiFor(BACKEND)],
      mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
      initialRouteEntries: ['/zero-trust'],
    });
    const main = within(await screen.findByRole('main'));
    expect(await main.findByRole('table', { name: 'Services' })).toBeVisible();
    await user.click(screen.getByRole('tab', { name: 'Connections' }));
    expect(
      await screen.findByRole('region', {
        name: 'Which namespace reaches which',
      }),
    ).toBeVisible();
    await user.click(screen.getByRole('tab', { name: 'Blast radius' }));
    expect(
      await screen.findByRole('region', { name: 'Blast radius' }),
    ).toBeVisible();
    await user.click(screen.getByRole('tab', { name: 'Clusters' }));
    expect(
      await screen.findByRole('region', { name: 'prod-eu' }),
    ).toBeVisible();
  });
});
