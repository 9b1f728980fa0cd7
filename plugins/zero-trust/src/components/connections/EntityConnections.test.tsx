import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import {
  EntityConnection,
  entityChannel,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { TestBackend } from '../../__testUtils__/backend';
import {
  ORDERS_REF,
  connections,
  fromAgents,
  fromCheckout,
  manyConnections,
  toOutside,
  toPayments,
} from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { EntityConnections } from './EntityConnections';

const server = setupServer();
registerMswTestHooks(server);

describe('EntityConnections', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
  });

  function render(address = '/', clusters = ['prod-eu']) {
    return renderScreen(
      <EntityConnections
        entityRef={ORDERS_REF}
        name="orders"
        clusters={clusters.map(cluster => ({
          cluster,
          workloads: [fromCheckout.workload],
        }))}
      />,
      { address },
    );
  }

  async function show(address = '/', clusters = ['prod-eu']) {
    const rendered = render(address, clusters);
    await screen.findByRole('region', { name: 'Connections' });
    return rendered;
  }

  function rows(name: string) {
    return within(screen.getByRole('table', { name }))
      .getAllByRole('rowheader')
      .map(header => header.closest('tr')?.textContent);
  }

  const callers = () =>
    within(screen.getByRole('list', { name: 'Who may call it' }));
  const called = () =>
    within(screen.getByRole('list', { name: 'Whom it may call' }));
  const address = () =>
    new URLSearchParams(
      screen.getByRole('note', { name: 'Address' }).textContent ?? '',
    );

  function lastAskedList() {
    const lists = backend.askedConnections
      .map(search => Object.fromEntries(new URLSearchParams(search)))
      .filter(({ offset }) => offset !== undefined);
    return lists[lists.length - 1];
  }

  describe('answers first, in sentences', () => {
    const outside = (id: string, ...cidrs: string[]) => ({
      ...toOutside,
      id,
      peer: { kind: 'outside' as const, cidrs },
    });
    const cases: [string, EntityConnection[], string[]][] = [
      [
        'what is certain, and of how many nobody can tell',
        connections,
        [
          '2 workloads may call orders. Of 1 more peer nobody can tell.',
          'It may call 1 workload and every address outside the cluster.',
        ],
      ],
      [
        'no claim where nobody can tell',
        [fromAgents, { ...toPayments, verdict: 'unknown' }],
        [
          'Nobody can tell whether anything may call orders.',
          'Nobody can tell whether it may call anything.',
        ],
      ],
      [
        'not all of the world where there are conditions',
        [{ ...toOutside, verdict: 'conditional' }],
        ['It may call no workload, but some addresses outside the cluster.'],
      ],
      ['nobody', [], ['Nothing may call orders.', 'It may call nothing.']],
      [
        'only addresses outside, some or all of them',
        [
          outside('some', '10.0.0.0/8'),
          { ...outside('all', '0.0.0.0/0'), direction: 'in' },
        ],
        [
          'No workload may call orders, but every address outside the cluster may.',
          'It may call no workload, but some addresses outside the cluster.',
        ],
      ],
      [
        'the internet, even without its private ranges',
        [
          outside(
            'internet',
            '0.0.0.0/1',
            '128.0.0.0/2',
            '192.0.0.0/3',
            '224.0.0.0/4',
          ),
        ],
        [
          'Nothing may call orders.',
          'It may call no workload, but nearly every address outside the cluster.',
        ],
      ],
      [
        'blocks that together are every address',
        [outside('one', '0.0.0.0/1'), outside('other', '128.0.0.0/1')],
        [
          'Nothing may call orders.',
          'It may call no workload, but every address outside the cluster.',
        ],
      ],
    ];

    it.each(cases)('%s', async (_, items, sentences) => {
      backend.connections = items;
      await show();
      for (const sentence of sentences) {
        expect(screen.getByRole('heading', { name: sentence })).toBeVisible();
      }
    });

    it('counts a workload once, however often it is connected', async () => {
      backend.connections = [
        fromCheckout,
        {
          ...fromCheckout,
          id: 'to the second',
          workload: { ...fromCheckout.workload, name: 'orders-worker' },
        },
      ];
      await show();
      expect(screen.getByText('1 workload may call orders.')).toBeVisible();
      expect(rows('Who may call it')).toEqual([
        expect.stringContaining('orders'),
        expect.stringContaining('orders-worker'),
      ]);
    });

    it('says that there are more than it counted', async () => {
      backend.connections = manyConnections(501);
      await show();
      expect(screen.getByText('500+ workloads may call orders.')).toBeVisible();
      expect(
        screen.getByText(/The graph shows the first 500 connections/),
      ).toBeVisible();
    });
  });

  describe('the table', () => {
    it('has callers first, with entity or workload, ports, verdict and conditions', async () => {
      await show();
      expect(rows('Who may call it')).toEqual([
        'Checkout shop · DeploymentTCP 8080 Allowed',
        'nightly reporting · DeploymentTCP 8080 Under conditionsHTTP GET /orders HTTP GET /totals and 1 more',
        'agent monitoring · DeploymentEvery TCP port UDP 8000–8999 Unknown',
      ]);
      expect(screen.getByRole('link', { name: 'Checkout' })).toHaveAttribute(
        'href',
        '/catalog/default/component/checkout',
      );
    });

    it('turns to the called, which the address remembers', async () => {
      const user = userEvent.setup();
      await show('/?namespace=shop');
      await user.click(
        screen.getByRole('radio', { name: 'Whom it may call (2)' }),
      );
      expect(
        await screen.findByRole('table', { name: 'Whom it may call' }),
      ).toBeVisible();
      expect(rows('Whom it may call')).toEqual([
        'Payments payments · DeploymentTCP 8080 Allowed',
        'Every address outside 0.0.0.0/0 and 1 moreEvery port Allowed',
      ]);
      expect(address().toString()).toBe('direction=out');
    });

    it('names the cluster where there are several', async () => {
      await show('/', ['prod-eu', 'prod-us']);
      expect(rows('Who may call it')[0]).toMatch(/shop · Deployment · prod-eu/);
    });

    it('is filtered and paged by the server, as the address says', async () => {
      const user = userEvent.setup();
      backend.connections = manyConnections(60);
      await show('/?search=caller&page=2');
      expect(lastAskedList()).toEqual({
        direction: 'in',
        search: 'caller',
        offset: '20',
        limit: '20',
      });
      expect(screen.getByText('21–40 of 60')).toBeVisible();
      await user.click(screen.getByRole('button', { name: 'Next page' }));
      await waitFor(() => expect(lastAskedList()?.offset).toBe('40'));
      await user.type(
        screen.getByRole('searchbox', { name: 'Search peers' }),
        '-05',
      );
      await waitFor(() =>
        expect(lastAskedList()).toEqual({
          direction: 'in',
          search: 'caller-05',
          offset: '0',
          limit: '20',
        }),
      );
      await waitFor(() => expect(rows('Who may call it')).toHaveLength(10));
    });

    it('filters by namespace, and addresses outside are one', async () => {
      const user = userEvent.setup();
      await show('/?direction=out');
      await user.click(screen.getByRole('button', { name: /Namespace$/ }));
      await user.click(
        await screen.findByRole('option', { name: 'Addresses outside (1)' }),
      );
      await waitFor(() =>
        expect(lastAskedList()).toEqual({
          direction: 'out',
          namespace: '',
          offset: '0',
          limit: '20',
        }),
      );
      await waitFor(() => expect(rows('Whom it may call')).toHaveLength(1));
      await user.click(screen.getByRole('button', { name: 'Clear filters' }));
      await waitFor(() => expect(rows('Whom it may call')).toHaveLength(2));
    });

    it('says that nothing matches', async () => {
      await show('/?search=nobody');
      expect(
        screen.getByText('No connection matches these filters.'),
      ).toBeVisible();
    });

    it.each([
      ['/', 'Nothing may call orders'],
      ['/?direction=out', 'orders may call nothing'],
    ])('calls it good news that there is nothing: %s', async (at, title) => {
      backend.connections = [];
      await show(at);
      expect(screen.getAllByText(title)[0]).toBeVisible();
      expect(screen.getByText(/^Network policies refuse every/)).toBeVisible();
      expect(screen.queryByRole('table')).not.toBeInTheDocument();
    });
  });

  describe('an opened row', () => {
    async function open(peer: string) {
      const user = userEvent.setup();
      await user.click(screen.getByRole('button', { name: `Why: ${peer}` }));
      const row = document.getElementById(
        screen
          .getByRole('button', { name: `Why: ${peer}` })
          .getAttribute('aria-controls') ?? '',
      );
      return within(row as HTMLElement);
    }

    it('says for each direction which object and field lets it pass, or that nothing is said', async () => {
      await show();
      const detail = await open('Checkout');
      expect(
        detail.getAllByRole('heading').map(heading => heading.textContent),
      ).toEqual(['Leaving Checkout', 'Entering orders', 'Ports']);
      expect(
        detail.getByText('No policy has a word here: open by default.'),
      ).toBeVisible();
      expect(
        within(detail.getByRole('table', { name: 'Entering orders' }))
          .getAllByRole('cell')
          .map(cell => cell.textContent),
      ).toEqual([
        'NetworkPolicy shop/orders',
        'spec.ingress[0]',
        'lets it pass',
      ]);
    });

    it('has all conditions', async () => {
      await show();
      const detail = await open('nightly');
      expect(detail.getByText('HTTP HEAD /orders')).toBeVisible();
    });

    it('says why nobody can tell', async () => {
      await show();
      const detail = await open('agent');
      expect(
        detail.getByText('Two admin policies have the same priority.'),
      ).toBeVisible();
    });

    it('speaks of one end only where the other is outside the cluster', async () => {
      await show('/?direction=out');
      const detail = await open('Every address outside');
      expect(
        detail.getAllByRole('heading').map(heading => heading.textContent),
      ).toEqual(['Leaving orders', 'Ports', 'Addresses outside']);
      expect(detail.getByText('0.0.0.0/0, ::/0')).toBeVisible();
    });
  });

  describe('the graph', () => {
    it('has callers on one side, the called on the other, each with its verdict in words', async () => {
      await show();
      expect(
        callers()
          .getAllByRole('button')
          .map(node => node.textContent),
      ).toEqual([
        'Checkout shop may call orders: Allowed',
        'nightly reporting may call orders: Under conditions',
        'agent monitoring may call orders: Unknown',
      ]);
      expect(
        called()
          .getAllByRole('button')
          .map(node => node.textContent),
      ).toEqual([
        'Payments payments may be called by orders: Allowed',
        expect.stringMatching(
          /Every address outside.* may be called by orders: Allowed$/,
        ),
      ]);
    });

    it('filters the table to a chosen peer, with its reasons, and lets go of it', async () => {
      const user = userEvent.setup();
      await show();
      await user.click(called().getByRole('button', { name: /^Payments/ }));
      expect(rows('Whom it may call')).toEqual([
        expect.stringMatching(/^Payments/),
      ]);
      expect(screen.getByText('Only Payments')).toBeVisible();
      expect(screen.getByText('Entering Payments')).toBeVisible();
      await user.click(screen.getByRole('button', { name: 'Show all' }));
      expect(rows('Whom it may call')).toHaveLength(2);
      expect(address().get('peer')).toBeNull();
    });

    it('works from the keyboard', async () => {
      const user = userEvent.setup();
      await show();
      const node = callers().getByRole('button', { name: /Checkout/ });
      node.focus();
      await user.keyboard('{Enter}');
      expect(node).toHaveAttribute('aria-pressed', 'true');
      await user.keyboard(' ');
      expect(node).toHaveAttribute('aria-pressed', 'false');
    });

    it('says so where the peer of a link is gone', async () => {
      await show('/?peer=in:prod-eu:Deployment/shop/long-gone');
      expect(
        screen.getByText(
          'The peer that this link leads to is no longer connected.',
        ),
      ).toBeVisible();
    });

    it('draws sixteen peers as they are, and of more their namespaces', async () => {
      backend.connections = manyConnections(16);
      const { unmount } = await show();
      expect(callers().getAllByRole('button')).toHaveLength(16);
      unmount();
      backend.connections = manyConnections(300);
      await show();
      expect(
        callers()
          .getAllByRole('button')
          .map(node => node.textContent),
      ).toEqual([
        'web 7 connections Allowed',
        'mobile 21 connections Allowed',
        'batch 32 connections Allowed',
        'data 42 connections Allowed',
        'ops 54 connections Allowed',
        'mail 66 connections Allowed',
        'lab 78 connections Allowed',
      ]);
    });

    it('opens a namespace, in the table as well', async () => {
      const user = userEvent.setup();
      backend.connections = manyConnections(300);
      await show();
      await user.click(callers().getByRole('button', { name: /^data / }));
      expect(callers().getByRole('button', { name: /^data / })).toHaveAttribute(
        'aria-expanded',
        'true',
      );
      expect(
        callers().getAllByRole('button', { name: /^caller-/ }),
      ).toHaveLength(10);
      expect(callers().getByText('32 more, see the table')).toBeVisible();
      expect(await screen.findByText('1–20 of 42')).toBeVisible();
      expect(address().get('namespace')).toBe('data');
      await user.click(callers().getByRole('button', { name: /^data / }));
      expect(await screen.findByText('1–20 of 300')).toBeVisible();
    });
  });

  describe('tells how good the answer is:', () => {
    it('what the network is not known to enforce', async () => {
      backend.caveats = [
        { cluster: 'prod-eu', message: 'Nothing is known of its network.' },
      ];
      await show();
      expect(
        screen.getByText('Nothing is known of its network.'),
      ).toBeVisible();
    });

    it('how old it is', async () => {
      await show();
      expect(screen.getByText('Worked out 1 min ago')).toBeVisible();
    });

    it('that it is not there yet', async () => {
      backend.evaluatedAt = undefined;
      render();
      expect(
        await screen.findByText(
          'The connections of orders are being worked out',
        ),
      ).toBeVisible();
    });

    it('that it is loading', async () => {
      const release = backend.hold();
      render();
      expect(
        await screen.findByText('Loading the connections of orders'),
      ).toBeInTheDocument();
      release();
      expect(
        await screen.findByRole('region', { name: 'Connections' }),
      ).toBeVisible();
    });

    it('that it could not be had, and tries again', async () => {
      const user = userEvent.setup();
      backend.error = { status: 500, message: 'The database is away.' };
      render();
      expect(await screen.findByRole('alert')).toHaveTextContent(
        'The database is away.',
      );
      backend.error = undefined;
      await user.click(screen.getByRole('button', { name: 'Try again' }));
      expect(
        await screen.findByRole('region', { name: 'Connections' }),
      ).toBeVisible();
    });

    it('that it could not be refreshed', async () => {
      const { publish } = await show();
      backend.error = { status: 500, message: 'No' };
      publish(entityChannel(ORDERS_REF));
      expect(await screen.findByText(/^Could not be refreshed/)).toBeVisible();
      expect(rows('Who may call it')).toHaveLength(3);
    });

    it('what changed while it is shown, with every row in its place', async () => {
      const { publish } = await show();
      backend.connections = [
        toPayments,
        { ...connections[1], verdict: 'allow' as const },
        connections[2],
        connections[0],
      ];
      publish(entityChannel(ORDERS_REF));
      expect(
        await screen.findByText('The connections of orders changed.'),
      ).toBeInTheDocument();
      expect(rows('Who may call it')).toEqual([
        expect.stringMatching(/^Checkout/),
        expect.stringMatching(/^nightly.*Allowed/),
        expect.stringMatching(/^agent/),
      ]);
    });
  });

  it('gives axe nothing to find', async () => {
    backend.connections = [...connections, ...manyConnections(40)];
    const { container } = await show('/?namespace=mobile');
    await userEvent.click(screen.getAllByRole('button', { name: /^Why/ })[0]);
    expect((await axe(container)).violations).toEqual([]);
  });
});
