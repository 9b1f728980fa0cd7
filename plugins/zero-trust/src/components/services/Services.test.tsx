import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { FLEET_CHANNEL } from '@backstage-zero-trust/plugin-zero-trust-common';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { TestBackend } from '../../__testUtils__/backend';
import { LEVEL_COUNTS, services } from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { Services } from './Services';

const server = setupServer();
registerMswTestHooks(server);

describe('Services', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
  });

  async function showServices(link = '/') {
    const rendered = renderScreen(<Services />, { address: link });
    await screen.findByRole('table', { name: 'Services' });
    return rendered;
  }

  function names() {
    return screen
      .getAllByRole('rowheader')
      .map(header => within(header).getByRole('link').textContent);
  }

  function address() {
    return screen.getByRole('note', { name: 'Address' }).textContent;
  }

  function lastAsked() {
    return Object.fromEntries(
      new URLSearchParams(backend.asked[backend.asked.length - 1]),
    );
  }

  async function expectAsked(query: Record<string, string>) {
    await waitFor(() =>
      expect(lastAsked()).toEqual({
        offset: '0',
        limit: '20',
        sort: 'level',
        order: 'asc',
        ...query,
      }),
    );
  }

  async function choose(filter: string, option: string) {
    const user = userEvent.setup();
    await user.click(
      screen.getByRole('button', { name: new RegExp(`^\\S.* ${filter}$`) }),
    );
    await user.click(await screen.findByRole('option', { name: option }));
  }

  it('asks for the worst first', async () => {
    await showServices();
    await expectAsked({});
  });

  it('says of each service whose it is, how it stands and what is worst', async () => {
    backend.services = { ...backend.services, items: [services()[3]] };
    await showServices();
    const [, row] = screen.getAllByRole('row');
    expect(within(row).getByRole('link', { name: 'checkout' })).toHaveAttribute(
      'href',
      '/catalog/default/component/checkout',
    );
    expect(within(row).getByRole('link', { name: 'platform' })).toHaveAttribute(
      'href',
      '/catalog/default/group/platform',
    );
    expect(row).toHaveTextContent(/Partial72\+64 of 21High Any pod/);
    expect(within(row).getByTitle('up 6 in 7 days')).toBeVisible();
    expect(
      within(row).getByRole('link', { name: /^Any pod in the cluster/ }),
    ).toHaveAttribute(
      'href',
      '/catalog/default/component/checkout/zero-trust?finding=prod-eu%3AAN-2%3Ashop%2Forders%3A8080',
    );
  });

  it('does not call a service clean of which not all could be judged', async () => {
    const [service] = services();
    backend.services = {
      ...backend.services,
      items: [
        { ...service, title: 'whole', worst: undefined, judged: 21 },
        {
          ...service,
          entityRef: 'component:default/other',
          title: 'half seen',
          worst: undefined,
          owner: undefined,
          score: undefined,
        },
      ],
    };
    await showServices();
    const [, whole, halfSeen] = screen.getAllByRole('row');
    expect(whole).toHaveTextContent(/Nothing fails$/);
    expect(halfSeen).toHaveTextContent(/No owner.*No score/);
    expect(halfSeen).toHaveTextContent(/Nothing is known to fail$/);
  });

  describe('the counts by level', () => {
    it('cover all services and filter when pressed', async () => {
      const user = userEvent.setup();
      await showServices();
      const counts = within(screen.getByRole('list', { name: 'Level' }));
      expect(
        counts.getAllByRole('button').map(button => button.textContent),
      ).toEqual([
        expect.stringMatching(/^3 Exposed/),
        expect.stringMatching(/^2 Partial/),
        expect.stringMatching(/^3 Unknown/),
        expect.stringMatching(/^2 Hardened/),
        expect.stringMatching(/^2 Zero trust/),
      ]);
      await user.click(counts.getByRole('button', { name: /^3 Exposed/ }));
      await expectAsked({ level: 'exposed' });
      expect(
        counts.getByRole('button', { name: /^3 Exposed/ }),
      ).toHaveAttribute('aria-pressed', 'true');
      await user.click(counts.getByRole('button', { name: /^3 Exposed/ }));
      await expectAsked({});
    });
  });

  describe('what is shown is decided by the server and kept in the address:', () => {
    it('search', async () => {
      const user = userEvent.setup();
      await showServices('/?page=3');
      await user.type(
        screen.getByRole('searchbox', { name: 'Search services' }),
        'pay',
      );
      await expectAsked({ search: 'pay' });
      expect(address()).toBe('?search=pay');
    });

    it('owner', async () => {
      await showServices();
      await choose('Owner', 'shop');
      await expectAsked({ owner: 'group:default/shop' });
      expect(address()).toBe('?owner=group%3Adefault%2Fshop');
    });

    it('level', async () => {
      await showServices();
      await choose('Level', 'Zero trust');
      await expectAsked({ level: 'zero trust' });
    });

    it('cluster', async () => {
      await showServices();
      await screen.findByRole('button', { name: /Cluster$/ });
      await choose('Cluster', 'Production, United States');
      await expectAsked({ cluster: 'prod-us' });
    });

    it('pillar', async () => {
      await showServices();
      await choose('Fails in', 'Network');
      await expectAsked({ pillar: 'network' });
    });

    it('order', async () => {
      const user = userEvent.setup();
      await showServices();
      expect(
        screen.getByRole('columnheader', { name: 'Level' }),
      ).toHaveAttribute('aria-sort', 'ascending');
      await user.click(screen.getByRole('button', { name: 'Failing' }));
      await expectAsked({ sort: 'failing', order: 'desc' });
      await user.click(screen.getByRole('button', { name: 'Failing' }));
      await expectAsked({ sort: 'failing', order: 'asc' });
      expect(
        screen.getByRole('columnheader', { name: 'Failing' }),
      ).toHaveAttribute('aria-sort', 'ascending');
      expect(address()).toBe('?sort=failing&order=asc');
    });

    it('page', async () => {
      const user = userEvent.setup();
      backend.services = { ...backend.services, totalCount: 45 };
      await showServices('/?page=2');
      await expectAsked({ offset: '20' });
      expect(screen.getByText('21–40 of 45')).toBeVisible();
      await user.click(screen.getByRole('button', { name: 'Next page' }));
      await expectAsked({ offset: '40' });
      expect(screen.getByText('41–45 of 45')).toBeVisible();
      expect(screen.getByRole('button', { name: 'Next page' })).toBeDisabled();
      expect(address()).toBe('?page=3');
    });

    it('length of a page', async () => {
      await showServices('/?page=2');
      await choose('Rows per page', '50');
      await expectAsked({ limit: '50' });
      expect(address()).toBe('?size=50');
    });

    it('all of it at once, from a link', async () => {
      await showServices(
        '/?level=partial&owner=group:default/shop&cluster=prod-eu&pillar=network&search=o&sort=score&order=desc&page=2&size=50',
      );
      await expectAsked({
        offset: '50',
        limit: '50',
        sort: 'score',
        order: 'desc',
        level: 'partial',
        owner: 'group:default/shop',
        cluster: 'prod-eu',
        pillar: 'network',
        search: 'o',
      });
      expect(screen.getByRole('searchbox')).toHaveValue('o');
    });

    it('but not what makes no sense', async () => {
      await showServices('/?level=fine&sort=colour&order=up&page=-4&size=7');
      await expectAsked({});
    });
  });

  it('clears all filters at once', async () => {
    const user = userEvent.setup();
    await showServices('/?level=partial&search=o&sort=score');
    await user.click(screen.getByRole('button', { name: 'Clear filters' }));
    await expectAsked({ sort: 'score' });
    expect(screen.getByRole('searchbox')).toHaveValue('');
  });

  describe('while it is shown', () => {
    it('follows signals, keeps rows in their places and announces the change', async () => {
      const [first, second, third] = services();
      backend.services = { ...backend.services, items: [first, second, third] };
      const { publish } = await showServices();
      expect(names()).toEqual(['orders', 'payments', 'catalogue']);
      backend.services = {
        ...backend.services,
        items: [
          third,
          services()[4],
          { ...first, level: 'hardened', score: 95 },
        ],
        levels: { ...LEVEL_COUNTS, hardened: 7 },
      };
      publish(FLEET_CHANNEL);
      expect(
        await screen.findByRole('button', { name: /^7 Hardened/ }),
      ).toBeVisible();
      // The one that left made room for the one that came.
      expect(names()).toEqual(['orders', 'nightly-export', 'catalogue']);
      expect(screen.getAllByRole('row')[1]).toHaveTextContent(/Hardened95/);
      expect(screen.getByText('The list of services changed.')).toBeVisible();
    });

    it('takes the order of the server for another question', async () => {
      const user = userEvent.setup();
      const [first, second] = services();
      backend.services = { ...backend.services, items: [first, second] };
      await showServices();
      backend.services = { ...backend.services, items: [second, first] };
      await user.click(screen.getByRole('button', { name: 'Service' }));
      await waitFor(() => expect(names()).toEqual(['payments', 'orders']));
    });

    it('keeps the rows and says how old they are when a refresh fails', async () => {
      const { publish } = await showServices();
      backend.error = { status: 503, message: 'Restarting' };
      publish(FLEET_CHANNEL);
      expect(
        await screen.findByText(/^Could not be refreshed; shown as of/),
      ).toBeVisible();
      expect(names()).toHaveLength(12);
    });

    it('does not pass off old rows as the answer to a question that failed', async () => {
      const user = userEvent.setup();
      await showServices();
      backend.error = { status: 500, message: 'The database is full' };
      await user.click(screen.getByRole('button', { name: 'Score' }));
      expect(await screen.findByRole('alert')).toHaveTextContent(
        'The database is full',
      );
      expect(screen.queryByRole('table')).not.toBeInTheDocument();
    });
  });

  describe('where there is nothing to list', () => {
    it('is loading', async () => {
      const release = backend.hold();
      renderScreen(<Services />);
      expect(await screen.findByText('Loading services')).toBeInTheDocument();
      release();
      expect(await screen.findByRole('table')).toBeVisible();
    });

    it('says that nothing matches', async () => {
      backend.services = { ...backend.services, items: [], totalCount: 0 };
      renderScreen(<Services />, { address: '/?search=nobody' });
      expect(
        await screen.findByText('No service matches these filters.'),
      ).toBeVisible();
      expect(screen.getByText('0 services')).toBeVisible();
    });

    it('says how services come here', async () => {
      backend.services = {
        items: [],
        totalCount: 0,
        owners: [],
        levels: {
          exposed: 0,
          partial: 0,
          unknown: 0,
          hardened: 0,
          'zero trust': 0,
        },
      };
      renderScreen(<Services />);
      expect(
        await screen.findByText('No service has a posture yet'),
      ).toBeVisible();
    });

    it('names the permission that is missing', async () => {
      backend.error = { status: 403, message: 'No' };
      renderScreen(<Services />);
      expect(await screen.findByRole('alert')).toHaveTextContent(
        'zero-trust.posture.read',
      );
    });
  });

  it('gives axe nothing to find', async () => {
    const { container } = await showServices();
    expect((await axe(container)).violations).toEqual([]);
  });
});
