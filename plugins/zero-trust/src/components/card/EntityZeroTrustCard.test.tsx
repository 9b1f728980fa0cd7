import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { entityChannel } from '@backstage-zero-trust/plugin-zero-trust-common';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { TestBackend } from '../../__testUtils__/backend';
import {
  ORDERS_REF,
  judged,
  orders,
  summary,
} from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { EntityZeroTrustCard } from './EntityZeroTrustCard';

const server = setupServer();
registerMswTestHooks(server);

describe('EntityZeroTrustCard', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
  });

  async function showCard() {
    const rendered = renderScreen(<EntityZeroTrustCard />);
    await screen.findByText('Zero trust');
    return rendered;
  }

  describe('of a judged service', () => {
    it('says level, score and what the level means', async () => {
      await showCard();
      expect(await screen.findByText('Partial')).toBeVisible();
      expect(
        screen.getByRole('img', { name: 'Score: 72 of 100' }),
      ).toBeVisible();
      expect(
        screen.getByText('A control of high severity fails.'),
      ).toBeVisible();
    });

    it('tells the last days in words, too', async () => {
      await showCard();
      expect(
        await screen.findByRole('img', {
          name: 'Score over the last 30 days: from 58 to 72',
        }),
      ).toBeVisible();
    });

    it('links each pillar, with its state in words, to its findings', async () => {
      await showCard();
      const pillars = await screen.findByRole('list', { name: 'Pillars' });
      expect(
        within(pillars)
          .getAllByRole('link')
          .map(link => link.textContent),
      ).toEqual([
        'Identity pass',
        'Authentication 1 of 3 fail',
        'Authorization unknown',
        'Network fail',
        'Secrets 1 of 5 fail',
        'Workload exempt',
      ]);
      expect(
        within(pillars).getByRole('link', { name: /Network/ }),
      ).toHaveAttribute(
        'href',
        '/catalog/default/component/orders/zero-trust?pillar=network',
      );
    });

    it('shows the worst findings with severity, what to do and the way to each', async () => {
      await showCard();
      const worst = await screen.findByRole('list', { name: 'Worst findings' });
      const [first, second, third] = within(worst).getAllByRole('listitem');
      expect(first).toHaveTextContent(
        /^High.*Any pod in the cluster can call port 8080 of orders without encryption\..*Set the port to STRICT/,
      );
      expect(second).toHaveTextContent(/^High/);
      expect(third).toHaveTextContent(/^Medium/);
      expect(
        within(first).getByRole('link', { name: /^Fix: Any pod/ }),
      ).toHaveAttribute(
        'href',
        '/catalog/default/component/orders/zero-trust?finding=prod-eu%3AAN-2%3Ashop%2Forders%3A8080',
      );
    });

    it('says how complete and how fresh the answer is', async () => {
      await showCard();
      expect(
        await screen.findByText(
          '18 of 21 controls judged · 1 exempt · 3 unknown',
        ),
      ).toBeVisible();
      const seen = screen.getByText(/sec ago/);
      expect(seen).toHaveAttribute(
        'title',
        expect.stringMatching(/\d{4} at \d\d:\d\d:\d\d/),
      );
    });

    it('says that nothing fails only where everything was judged', async () => {
      backend.posture = {
        ...judged(),
        worst: [],
        summary: { ...summary, judged: summary.applicable },
      };
      const { unmount } = await showCard();
      expect(await screen.findByText('Nothing fails.')).toBeVisible();
      unmount();

      backend.posture = { ...judged(), worst: [] };
      await showCard();
      expect(
        await screen.findByText(
          'Nothing is known to fail, but not everything could be judged.',
        ),
      ).toBeVisible();
    });

    it('lists several clusters, the worst first', async () => {
      const { clusters, ...rest } = judged();
      backend.posture = {
        ...rest,
        clusters: [
          ...clusters,
          {
            ...clusters[0],
            cluster: 'prod-us',
            summary: { ...summary, level: 'zero trust', score: 100 },
          },
        ],
      };
      await showCard();
      const rows = within(
        await screen.findByRole('list', { name: 'In each cluster' }),
      ).getAllByRole('listitem');
      expect(rows[0]).toHaveTextContent(/prod-eu.*Partial.*72/);
      expect(rows[1]).toHaveTextContent(/prod-us.*Zero trust.*100/);
      expect(screen.getByText(/^2 clusters/)).toBeVisible();
    });
  });

  describe('where the view is not whole', () => {
    function inState(
      state: 'degraded' | 'stale' | 'unreachable' | 'syncing',
      lastSync?: string,
    ) {
      const posture = judged();
      backend.posture = {
        ...posture,
        clusters: posture.clusters.map(cluster => ({
          ...cluster,
          state,
          lastSync,
          message: 'The watch was refused.',
        })),
      };
    }

    it.each([
      [
        'partial',
        'degraded',
        'Some kinds cannot be seen in prod-eu, so some controls are unknown. The watch was refused.',
      ],
      [
        'stale',
        'stale',
        'prod-eu was last seen 3 hr ago. The watch was refused.',
      ],
      [
        'unreachable',
        'unreachable',
        'prod-eu cannot be reached; last seen 3 hr ago. The watch was refused.',
      ],
      [
        'syncing',
        'syncing',
        'prod-eu is being looked at for the first time. The watch was refused.',
      ],
    ] as const)('says so: %s', async (_, state, sentence) => {
      inState(state, new Date(Date.now() - 3 * 3_600_000).toISOString());
      await showCard();
      expect(await screen.findByText(sentence)).toBeVisible();
      expect(screen.getByText('Partial')).toBeVisible();
    });

    it('says so of a cluster that was never seen', async () => {
      inState('unreachable');
      await showCard();
      expect(
        await screen.findByText(
          /^prod-eu cannot be reached and was never seen\./,
        ),
      ).toBeVisible();
    });

    it('names clusters in which the service may run unseen', async () => {
      backend.posture = {
        ...judged(),
        lookedIn: [
          { name: 'prod-eu', state: 'ready' },
          { name: 'lab', state: 'unreachable', message: 'No route to host.' },
        ],
      };
      await showCard();
      expect(
        await screen.findByText(
          'Whether orders runs in lab too is not known, because lab cannot be seen. No route to host.',
        ),
      ).toBeVisible();
    });
  });

  describe('where nothing was judged', () => {
    it('is loading in the shape it is going to have', async () => {
      const release = backend.hold();
      await showCard();
      expect(screen.getByRole('status')).toHaveTextContent(
        'Loading the posture of orders',
      );
      release();
      expect(await screen.findByText('Partial')).toBeVisible();
    });

    it('gives the two lines to add where nothing names the workloads, to copy', async () => {
      const user = userEvent.setup();
      // jsdom has no clipboard of its own.
      document.execCommand = jest.fn(() => true);
      backend.posture = { ...judged(), state: 'not-annotated' };
      await showCard();
      expect(
        await screen.findByText(
          'Nothing says which workloads belong to orders',
        ),
      ).toBeVisible();
      expect(
        screen.getByRole('group', { name: 'metadata.annotations' }),
      ).toHaveTextContent(
        'backstage.io/kubernetes-label-selector: app=orders backstage.io/kubernetes-namespace: orders',
      );
      await user.click(
        screen.getByRole('button', { name: 'Copy: metadata.annotations' }),
      );
      expect(document.execCommand).toHaveBeenCalledWith('copy');
      expect(
        screen.getByRole('button', { name: 'Copied: metadata.annotations' }),
      ).toBeVisible();
    });

    it('says where and for what was looked if no cluster runs it', async () => {
      backend.posture = {
        ...judged(),
        state: 'not-found',
        clusters: [],
        lookedIn: [
          { name: 'prod-eu', state: 'ready' },
          { name: 'lab', state: 'unreachable', message: 'No route to host.' },
        ],
      };
      await showCard();
      expect(
        await screen.findByText('No cluster that can be seen runs orders'),
      ).toBeVisible();
      expect(
        screen.getByText('backstage.io/kubernetes-label-selector'),
      ).toBeVisible();
      expect(screen.getByText('app=orders')).toBeVisible();
      const rows = within(
        screen.getByRole('list', { name: 'Looked in' }),
      ).getAllByRole('listitem');
      expect(rows[0]).toHaveTextContent('prod-eu Ready');
      expect(rows[1]).toHaveTextContent('lab Unreachable No route to host.');
    });

    it.each(['not-annotated', 'not-found', 'pending'] as const)(
      'passes on what else the backend has to say: %s',
      async state => {
        backend.posture = {
          ...judged(),
          state,
          message: 'The label selector cannot be read.',
        };
        await showCard();
        expect(
          await screen.findByText('The label selector cannot be read.'),
        ).toBeVisible();
      },
    );

    it('says that no cluster is configured', async () => {
      backend.posture = {
        ...judged(),
        state: 'not-found',
        clusters: [],
        lookedIn: [],
      };
      await showCard();
      expect(
        await screen.findByText('No cluster is configured.'),
      ).toBeVisible();
    });

    it('is pending until the first cluster was seen, and then shows the posture by itself', async () => {
      backend.posture = { ...judged(), state: 'pending', clusters: [] };
      const { publish } = await showCard();
      expect(
        await screen.findByText(
          'The clusters are being looked at for the first time',
        ),
      ).toBeVisible();
      backend.posture = judged();
      publish(entityChannel(ORDERS_REF));
      expect(await screen.findByText('Partial')).toBeVisible();
    });

    it('names the permission that is missing', async () => {
      backend.error = { status: 403, message: 'Not allowed' };
      await showCard();
      expect(await screen.findByRole('alert')).toHaveTextContent(
        /You may not see this.*zero-trust\.posture\.read/,
      );
      expect(screen.queryByRole('button')).not.toBeInTheDocument();
    });

    it('says that the service is gone', async () => {
      backend.error = { status: 404, message: 'No entity' };
      await showCard();
      expect(await screen.findByRole('alert')).toHaveTextContent(
        'This service is not known here',
      );
    });

    it('gives the reason of an error and tries again when asked', async () => {
      const user = userEvent.setup();
      backend.error = { status: 500, message: 'The database is full' };
      await showCard();
      expect(await screen.findByRole('alert')).toHaveTextContent(
        'The database is full',
      );
      backend.error = undefined;
      await user.click(screen.getByRole('button', { name: 'Try again' }));
      expect(await screen.findByText('Partial')).toBeVisible();
      expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    });
  });

  describe('while it is shown', () => {
    const improved = {
      ...judged(),
      summary: { ...summary, level: 'hardened' as const, score: 91 },
    };

    it('follows signals without a reload and announces what changed', async () => {
      const { publish } = await showCard();
      await screen.findByText('Partial');
      backend.posture = improved;
      publish(entityChannel(ORDERS_REF));
      expect(await screen.findByText('Hardened')).toBeVisible();
      expect(
        screen.getByRole('img', { name: 'Score: 91 of 100' }),
      ).toBeVisible();
      expect(screen.getByRole('status')).toHaveTextContent(
        'The posture of orders changed: Hardened, 91 of 100.',
      );
    });

    it('announces nothing when a signal brings nothing new', async () => {
      const { publish } = await showCard();
      await screen.findByText('Partial');
      const { clusters, ...rest } = judged();
      backend.posture = {
        ...rest,
        clusters: [{ ...clusters[0], cluster: 'renamed' }],
      };
      publish(entityChannel(ORDERS_REF));
      await screen.findByText(/^renamed/);
      expect(screen.getByRole('status')).toBeEmptyDOMElement();
    });

    it('asks again when the window is looked at again', async () => {
      renderScreen(<EntityZeroTrustCard />, { hasSignals: false });
      await screen.findByText('Partial');
      backend.posture = improved;
      window.dispatchEvent(new Event('focus'));
      expect(await screen.findByText('Hardened')).toBeVisible();
    });

    it('keeps the last answer and says how old it is when a refresh fails', async () => {
      const { publish } = await showCard();
      await screen.findByText('Partial');
      backend.error = { status: 503, message: 'Restarting' };
      publish(entityChannel(ORDERS_REF));
      expect(
        await screen.findByText(/^Could not be refreshed; shown as of/),
      ).toBeVisible();
      expect(screen.getByText('Partial')).toBeVisible();
      backend.error = undefined;
      publish(entityChannel(ORDERS_REF));
      await waitFor(() =>
        expect(
          screen.queryByText(/^Could not be refreshed/),
        ).not.toBeInTheDocument(),
      );
    });

    it('takes the answer away when the right to see it is withdrawn', async () => {
      const { publish } = await showCard();
      await screen.findByText('Partial');
      backend.error = { status: 403, message: 'Not allowed' };
      publish(entityChannel(ORDERS_REF));
      expect(await screen.findByText('You may not see this')).toBeVisible();
      expect(screen.queryByText('Partial')).not.toBeInTheDocument();
    });
  });

  it('names the service by its title', async () => {
    backend.posture = { ...judged(), state: 'pending', clusters: [] };
    renderScreen(<EntityZeroTrustCard />, {
      entity: { ...orders, metadata: { ...orders.metadata, title: 'Orders' } },
    });
    expect(
      await screen.findByText('The posture of Orders appears here by itself.'),
    ).toBeVisible();
  });

  it.each(['judged', 'not-annotated', 'not-found', 'pending'] as const)(
    'gives axe nothing to find: %s',
    async state => {
      backend.posture = { ...judged(), state };
      const { container } = await showCard();
      await waitFor(() =>
        expect(screen.queryByText(/^Loading/)).not.toBeInTheDocument(),
      );
      const card = container.querySelector('article') ?? container;
      expect((await axe(card)).violations).toEqual([]);
    },
  );
});
