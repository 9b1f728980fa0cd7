import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { TestBackend } from '../../__testUtils__/backend';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { FleetBlastRadius } from './FleetBlastRadius';

const server = setupServer();
registerMswTestHooks(server);

describe('FleetBlastRadius', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
  });

  async function show(address = '/') {
    const rendered = renderScreen(<FleetBlastRadius />, { address });
    await screen.findByRole('region', { name: 'Blast radius' });
    return rendered;
  }

  const asked = () =>
    Object.fromEntries(
      new URLSearchParams(backend.asked[backend.asked.length - 1]),
    );

  it('says of each workload whose it is and how much falls with it, in the order of the server', async () => {
    await show();
    expect(
      within(screen.getByRole('table', { name: /the widest first$/ }))
        .getAllByRole('row')
        .slice(1)
        .map(row => Array.from(row.children, cell => cell.textContent)),
    ).toEqual([
      [
        'Orders shop · Deployment',
        'shop',
        'prod-eu',
        '1',
        '3',
        '1',
        '6%',
        'reachable',
      ],
      [
        'export legacy · CronJob',
        'No owner',
        'prod-us',
        '2',
        '2',
        '0',
        '25%',
        'not reachable',
      ],
    ]);
    expect(screen.getByRole('link', { name: 'Orders' })).toHaveAttribute(
      'href',
      '/catalog/default/component/orders',
    );
  });

  it('is searched, filtered and paged by the server, as the address says', async () => {
    const user = userEvent.setup();
    await show('/?cluster=prod-us&page=2&size=50');
    expect(asked()).toEqual({ cluster: 'prod-us', offset: '50', limit: '50' });
    await user.type(
      screen.getByRole('searchbox', { name: 'Search workloads' }),
      'pay',
    );
    await waitFor(() =>
      expect(asked()).toEqual({
        cluster: 'prod-us',
        search: 'pay',
        offset: '0',
        limit: '50',
      }),
    );
    await user.click(screen.getByRole('button', { name: 'Clear filters' }));
    await waitFor(() => expect(asked()).toEqual({ offset: '0', limit: '50' }));
  });

  it('says what the network of which cluster is not known to enforce', async () => {
    backend.caveats = [
      { cluster: 'prod-us', message: 'Nothing is known of its network.' },
    ];
    await show();
    expect(
      screen.getByText('prod-us: Nothing is known of its network.'),
    ).toBeVisible();
  });

  it('tells nothing found from nothing known', async () => {
    backend.blastRadius = [];
    const { unmount } = renderScreen(<FleetBlastRadius />, {
      address: '/?search=nobody',
    });
    expect(
      await screen.findByText('No workload matches this search.'),
    ).toBeVisible();
    unmount();
    renderScreen(<FleetBlastRadius />);
    expect(
      await screen.findByText('No blast radius is known yet'),
    ).toBeVisible();
  });

  it('is loading', async () => {
    const release = backend.hold();
    renderScreen(<FleetBlastRadius />);
    expect(
      await screen.findByText('Loading the blast radius of all workloads'),
    ).toBeInTheDocument();
    release();
    expect(
      await screen.findByRole('region', { name: 'Blast radius' }),
    ).toBeVisible();
  });

  it('names the permission that is missing', async () => {
    backend.error = { status: 403, message: 'No' };
    renderScreen(<FleetBlastRadius />);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'zero-trust.posture.read',
    );
  });

  it('gives axe nothing to find', async () => {
    const { container } = await show();
    expect((await axe(container)).violations).toEqual([]);
  });
});
