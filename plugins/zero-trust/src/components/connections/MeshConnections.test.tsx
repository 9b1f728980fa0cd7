import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { TestBackend } from '../../__testUtils__/backend';
import {
  ORDERS_REF,
  connections,
  fromCheckout,
  meshedConnections,
} from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { EntityConnections } from './EntityConnections';

const server = setupServer();
registerMswTestHooks(server);

describe('Connections in a mesh', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
    backend.connections = meshedConnections;
  });

  async function show(address = '/') {
    const rendered = renderScreen(
      <EntityConnections
        entityRef={ORDERS_REF}
        name="orders"
        clusters={[{ cluster: 'prod-eu', workloads: [fromCheckout.workload] }]}
      />,
      { address },
    );
    await screen.findByRole('region', { name: 'Connections' });
    return rendered;
  }

  const rows = (name = 'Who may call it') =>
    within(screen.getByRole('table', { name }))
      .getAllByRole('rowheader')
      .map(header => header.closest('tr')?.textContent);

  const address = () =>
    Object.fromEntries(
      new URLSearchParams(
        screen.getByRole('note', { name: 'Address' }).textContent ?? '',
      ),
    );

  it('have what is on the wire, whom the server sees, and all conditions beside the verdict of both', async () => {
    await show();
    expect(rows()).toEqual([
      'Checkout shop · DeploymentTCP 8080 Under conditionsmTLSas shop/checkoutmethod is GET ',
      expect.stringMatching(
        /^nightly .*TCP 8080 Under conditionsPlaintextHTTP GET \/orders /,
      ),
      expect.stringMatching(/^agent .*Stopped by the meshCalls would fail$/),
      expect.stringMatching(/^toy .*Stopped by the meshStopped$/),
    ]);
  });

  it('that the mesh stops are not among those that may call; outages and plaintext are told in sentences', async () => {
    await show();
    expect(
      screen.getByRole('heading', { name: '2 workloads may call orders.' }),
    ).toBeVisible();
    expect(
      screen.getByText(
        '1 of them can call without encryption and without showing who it is. Calls of 1 workload would fail: orders does not take what it sends. Of 1 more, the mesh alone stops the calls; network policies let them pass.',
      ),
    ).toBeVisible();
    expect(
      screen.getByText('To 1 of them it can speak without encryption.'),
    ).toBeVisible();
    expect(
      screen.getByRole('radio', { name: 'Who may call it (2)' }),
    ).toBeVisible();
  });

  it('that get through to ports that nothing is known to serve are not among those that may call either', async () => {
    const [checkout, , agent] = meshedConnections;
    backend.connections = [
      checkout,
      agent,
      {
        ...agent,
        id: 'in-agents-udp',
        verdict: 'allow',
        ports: [{ protocol: 'UDP', from: 1, to: 65535 }],
        mesh: agent.mesh && {
          ...agent.mesh,
          transport: 'plaintext',
          served: false,
        },
      },
    ];
    await show();
    expect(
      screen.getByRole('heading', { name: '1 workload may call orders.' }),
    ).toBeVisible();
    expect(
      screen.getByText(
        /1 more gets through, but only to ports that nothing is known to serve/,
      ),
    ).toBeVisible();
    expect(rows()).toHaveLength(3);
    expect(
      within(screen.getByRole('list', { name: 'Who may call it' }))
        .getAllByRole('button')
        .map(button => button.textContent),
    ).toEqual([
      expect.stringContaining('mTLS'),
      expect.stringContaining('Stopped by the mesh'),
    ]);
  });

  it('that the mesh stops, all of them, are listed all the same', async () => {
    backend.connections = meshedConnections.slice(2, 4);
    await show();
    expect(
      screen.getByRole('heading', { name: 'Nothing may call orders.' }),
    ).toBeVisible();
    expect(rows()).toHaveLength(2);
  });

  it('say in a row that is opened what the mesh makes of them, and by which objects', async () => {
    const user = userEvent.setup();
    await show();
    await user.click(screen.getByRole('button', { name: 'Why: Checkout' }));
    const objects = screen.getByRole('table', {
      name: 'What the mesh makes of it',
    });
    expect(
      within(objects)
        .getAllByRole('row')
        .slice(1)
        .map(row => row.textContent),
    ).toEqual([
      'PeerAuthentication shop/defaultspec.mtls.modelets it pass',
      'AuthorizationPolicy shop/ordersspec.rules[0]lets it pass',
    ]);
    expect(
      screen.getByText(
        'AuthorizationPolicy shop/orders lets requests through where method is GET.',
      ),
    ).toBeVisible();
    expect(
      screen.getByText('spiffe://cluster.local/ns/shop/sa/checkout', {
        selector: 'p',
      }),
    ).toBeVisible();
    expect(screen.getByText('Only if one of these holds')).toBeVisible();
    expect(
      screen.getByRole('table', { name: 'Entering orders' }),
    ).toBeVisible();
  });

  it('say where the answer is not the same for all pods', async () => {
    const user = userEvent.setup();
    await show('/?direction=out');
    await user.click(screen.getByRole('button', { name: 'Why: Payments' }));
    expect(
      screen.getByText(/This is the most open answer; it is another for some/),
    ).toBeVisible();
  });

  it('are narrowed by what is on the wire, by the server and in the address', async () => {
    const user = userEvent.setup();
    await show();
    await user.click(screen.getByRole('button', { name: /On the wire$/ }));
    expect(
      (await screen.findAllByRole('option')).map(each => each.textContent),
    ).toEqual([
      'All',
      'Plaintext (1)',
      'mTLS (1)',
      'Calls would fail (1)',
      'Stopped (1)',
    ]);
    await user.click(screen.getByRole('option', { name: 'Plaintext (1)' }));
    await waitFor(() => expect(rows()).toHaveLength(1));
    expect(rows()[0]).toMatch(/^nightly/);
    expect(address()).toEqual({ transport: 'plaintext' });
    await user.click(screen.getByRole('button', { name: 'Clear filters' }));
    await waitFor(() => expect(rows()).toHaveLength(4));
  });

  it('say in the graph, beside the verdict, what is on the wire', async () => {
    await show();
    const callers = within(
      screen.getByRole('list', { name: 'Who may call it' }),
    );
    expect(
      callers.getAllByRole('button').map(button => button.textContent),
    ).toEqual([
      expect.stringContaining('may call orders: Under conditions, mTLS'),
      expect.stringContaining('may call orders: Under conditions, Plaintext'),
      expect.stringContaining('Stopped by the mesh'),
      expect.stringContaining('Stopped by the mesh'),
    ]);
    expect(
      within(screen.getByRole('list', { name: 'Lines' }))
        .getAllByRole('listitem')
        .map(item => item.textContent),
    ).toEqual([
      'Allowed',
      'Under conditions',
      'Unknown',
      'Stopped by the mesh',
      'mTLS',
      'mTLS or plaintext',
      'Plaintext',
    ]);
  });

  it('without a mesh say nothing about one', async () => {
    backend.connections = connections;
    await show();
    const page = within(screen.getByRole('region', { name: 'Connections' }));
    expect(page.queryByText(/mesh|on the wire|mTLS/i)).not.toBeInTheDocument();
    expect(
      page.queryByRole('button', { name: /On the wire$/ }),
    ).not.toBeInTheDocument();
  });

  it('give axe nothing to find, open and closed', async () => {
    const user = userEvent.setup();
    const { container } = await show();
    await user.click(screen.getByRole('button', { name: 'Why: Checkout' }));
    expect((await axe(container)).violations).toEqual([]);
  });
});
