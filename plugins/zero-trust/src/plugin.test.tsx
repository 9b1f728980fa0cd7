import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { fetchApiRef } from '@backstage/core-plugin-api';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import {
  TestApiProvider,
  registerMswTestHooks,
  renderInTestApp,
} from '@backstage/test-utils';
import { ZeroTrustClient } from '@backstage-zero-trust/plugin-zero-trust-common';
import { Route, Routes } from 'react-router-dom';
import { setupServer } from 'msw/node';
import {
  EntityZeroTrustCard,
  EntityZeroTrustContent,
  ZeroTrustPage,
  hasPosture,
  zeroTrustApiRef,
  zeroTrustPlugin,
} from './index';
import { rootRouteRef, entityContentRouteRef } from './routes';
import { BACKEND, TestBackend } from './__testUtils__/backend';
import { orders } from './__testUtils__/postures';
import { fetchApiFor } from './__testUtils__/renderScreen';

const server = setupServer();
registerMswTestHooks(server);

describe('The plugin in an app of the old frontend system', () => {
  const fetchApi = fetchApiFor(BACKEND);

  beforeEach(() => {
    TestBackend.start(server);
  });

  function render(element: JSX.Element, address = '/') {
    return renderInTestApp(
      <TestApiProvider
        apis={[
          [fetchApiRef, fetchApi],
          [zeroTrustApiRef, ZeroTrustClient.create({ fetchApi })],
        ]}
      >
        <EntityProvider entity={orders}>{element}</EntityProvider>
      </TestApiProvider>,
      {
        routeEntries: [address],
        mountedRoutes: {
          '/catalog/:namespace/:kind/:name': entityRouteRef,
          '/zero-trust': rootRouteRef,
          '/tab': entityContentRouteRef,
        },
      },
    );
  }

  it('brings its client', () => {
    const [factory] = zeroTrustPlugin.getApis();
    expect(factory.api.id).toBe(zeroTrustApiRef.id);
    expect(factory.factory({ fetchApi })).toBeInstanceOf(ZeroTrustClient);
  });

  it('has the card', async () => {
    await render(<EntityZeroTrustCard />);
    expect(
      await screen.findByRole('img', { name: 'Score: 72 of 100' }),
    ).toBeVisible();
  });

  it('has the tab', async () => {
    await render(
      <Routes>
        <Route path="/tab" element={<EntityZeroTrustContent />} />
      </Routes>,
      '/tab',
    );
    expect(
      await screen.findByRole('region', { name: 'Findings' }),
    ).toBeVisible();
  });

  it('has the page with services and clusters', async () => {
    const user = userEvent.setup();
    await render(
      <Routes>
        <Route path="/zero-trust/*" element={<ZeroTrustPage />} />
      </Routes>,
      '/zero-trust',
    );
    expect(
      await screen.findByRole('heading', { name: 'Zero trust' }),
    ).toBeVisible();
    expect(
      await screen.findByRole('table', { name: 'Services' }),
    ).toBeVisible();
    await user.click(screen.getByRole('tab', { name: 'Clusters' }));
    expect(
      await screen.findByRole('region', { name: 'prod-eu' }),
    ).toBeVisible();
  });

  it('tells which entities have a card', () => {
    const { metadata } = orders;
    const plain = { ...orders, metadata: { ...metadata, annotations: {} } };
    expect(hasPosture(plain)).toBe(true);
    expect(hasPosture({ ...plain, spec: { type: 'library' } })).toBe(false);
    expect(hasPosture({ ...orders, spec: { type: 'library' } })).toBe(true);
    expect(hasPosture({ ...plain, kind: 'API' })).toBe(false);
  });
});
