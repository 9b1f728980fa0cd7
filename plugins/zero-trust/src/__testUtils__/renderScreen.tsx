/** Shows one screen in an app of the new frontend system, with the real client below it. */
import { ReactElement } from 'react';
import { RenderResult, act } from '@testing-library/react';
import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { signalApiRef } from '@backstage/plugin-signals-react';
import { useLocation } from 'react-router-dom';
import { Entity } from '@backstage/catalog-model';
import { ZeroTrustClient } from '@backstage-zero-trust/plugin-zero-trust-common';
import { zeroTrustApiRef } from '../api';
import { BACKEND } from './backend';
import { orders } from './postures';
import { TestSignals } from './signals';

/** What the address bar says, for tests to read. */
function Address() {
  const { search } = useLocation();
  return (
    <p role="note" aria-label="Address">
      {search}
    </p>
  );
}

export interface RenderScreenOptions {
  entity?: Entity;
  /** Such as `/?level=exposed`. */
  address?: string;
  /** Whether the app has signals. */
  hasSignals?: boolean;
}

export function fetchApiFor(
  backend: string,
): ReturnType<typeof mockApis.fetch> {
  return mockApis.fetch({
    resolvePluginProtocol: {
      discoveryApi: { getBaseUrl: async () => backend },
    },
  });
}

/** The screen, and the signals that its app hears. */
export interface RenderedScreen extends RenderResult {
  publish: (channel: string) => void;
}

export function renderScreen(
  screen: ReactElement,
  {
    entity = orders,
    address = '/',
    hasSignals = true,
  }: RenderScreenOptions = {},
): RenderedScreen {
  const signals = TestSignals.create();
  const client = ZeroTrustClient.create({ fetchApi: fetchApiFor(BACKEND) });
  const rendered = renderInTestApp(
    <EntityProvider entity={entity}>
      {screen}
      <Address />
    </EntityProvider>,
    {
      apis: [
        [zeroTrustApiRef, client],
        ...(hasSignals ? [[signalApiRef, signals] as const] : []),
      ],
      mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
      initialRouteEntries: [address],
    },
  );
  return {
    ...rendered,
    publish: (channel: string) =>
      act(() => signals.publish(channel, { revision: 1 })),
  };
}
