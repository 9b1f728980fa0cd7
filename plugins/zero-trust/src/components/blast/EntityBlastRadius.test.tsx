import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { TestBackend } from '../../__testUtils__/backend';
import {
  ORDERS_REF,
  entityBlastRadius,
  reached,
} from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { EntityBlastRadius } from './EntityBlastRadius';

const server = setupServer();
registerMswTestHooks(server);

describe('EntityBlastRadius', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
  });

  function render(address = '/') {
    return renderScreen(
      <EntityBlastRadius entityRef={ORDERS_REF} name="orders" />,
      { address },
    );
  }

  async function show(address = '/') {
    const rendered = render(address);
    await screen.findByRole('region', { name: 'Blast radius' });
    return rendered;
  }

  const [item] = entityBlastRadius().items;
  const answers: [string, Partial<typeof item>][] = [
    [
      'Whoever takes over orders reaches 3 of 47 other workloads, and addresses outside the cluster.',
      {},
    ],
    [
      'Whoever takes over orders reaches 3 of 47 other workloads.',
      { outside: false },
    ],
    [
      'Whoever takes over orders reaches no other workload, but addresses outside the cluster.',
      { direct: 0, total: 0, possible: 0, reached: [] },
    ],
    [
      'Whoever takes over orders reaches no other workload.',
      { direct: 0, total: 0, possible: 0, reached: [], outside: false },
    ],
  ];

  it.each(answers)('answers in a sentence: %s', async (sentence, change) => {
    backend.entityBlastRadius = {
      ...entityBlastRadius(),
      items: [{ ...item, ...change }],
    };
    await show();
    expect(screen.getByRole('heading', { name: sentence })).toBeVisible();
  });

  it('gives the figures, and what nobody can tell apart from what is certain', async () => {
    await show();
    expect(screen.getByText('Perhaps 1 more: nobody can tell.')).toBeVisible();
    expect(
      Array.from(
        screen.getByLabelText('In figures').children,
        figure => figure.textContent,
      ),
    ).toEqual([
      'Directly1 of 47',
      'In any number of hops3 of 47',
      'Perhaps more1 of 47',
      'Outsidereachable',
    ]);
  });

  it('lists what is reached, with hops, the way in and how certain it is', async () => {
    await show();
    expect(
      within(screen.getByRole('table', { name: 'What is reached' }))
        .getAllByRole('row')
        .slice(1)
        .map(row => Array.from(row.children, cell => cell.textContent?.trim())),
    ).toEqual([
      [
        'Payments payments · Deployment',
        '1',
        'directly',
        'TCP 8080',
        'certain',
      ],
      [
        'ledger payments · Deployment',
        '2',
        'payments/payment-api',
        'TCP 5432',
        'certain',
      ],
      [
        'vault-of-papers archive · Deployment',
        '3',
        'payments/ledger',
        'TCP 8080',
        'certain',
      ],
      [
        'toy lab · Deployment',
        '2',
        'payments/payment-api',
        'TCP 8080',
        'perhaps',
      ],
    ]);
  });

  it('is searched by name, title and namespace', async () => {
    await show('/?search=PAYMENTS');
    expect(
      screen.getAllByRole('rowheader').map(header => header.textContent),
    ).toEqual([
      'Payments payments · Deployment',
      'ledger payments · Deployment',
    ]);
  });

  it('says that nothing matches', async () => {
    await show('/?search=nobody');
    expect(screen.getByText('No workload matches this search.')).toBeVisible();
  });

  it('draws the way to a chosen one, stop by stop', async () => {
    const user = userEvent.setup();
    await show();
    const choose = screen.getByRole('button', {
      name: 'Show the way to vault-of-papers',
    });
    await user.click(choose);
    expect(
      within(screen.getByRole('list', { name: 'The way to vault-of-papers' }))
        .getAllByRole('listitem')
        .map(stop => stop.textContent),
    ).toEqual([
      'ordersshop',
      'TCP 8080',
      'Paymentspayments',
      'TCP 5432',
      'ledgerpayments',
      'TCP 8080',
      'vault-of-papersarchive',
    ]);
    await user.click(choose);
    expect(
      screen.queryByRole('list', { name: /^The way to/ }),
    ).not.toBeInTheDocument();
  });

  it('leaves a gap where the list does not have the whole way', async () => {
    const user = userEvent.setup();
    backend.entityBlastRadius = {
      ...entityBlastRadius(),
      items: [{ ...item, total: 300, reached: [reached[2]] }],
    };
    await show();
    expect(screen.getByText('The first 1 of 301 are listed.')).toBeVisible();
    await user.click(screen.getByRole('button', { name: /^Show the way/ }));
    expect(
      within(screen.getByRole('list', { name: /^The way to/ }))
        .getAllByRole('listitem')
        .map(stop => stop.textContent),
    ).toEqual(['ordersshop', '', 'TCP 8080', 'vault-of-papersarchive']);
  });

  it('tells several workloads of one service apart', async () => {
    backend.entityBlastRadius = {
      ...entityBlastRadius(),
      items: [
        item,
        { ...item, cluster: 'prod-us', total: 1, reached: [reached[0]] },
      ],
    };
    await show();
    expect(screen.getByText('Deployment shop/orders · prod-us')).toBeVisible();
    expect(
      screen.getAllByRole('table', { name: 'What is reached' }),
    ).toHaveLength(2);
  });

  it('says what the network is not known to enforce, once, and of which clusters where there are several', async () => {
    const message = 'Nothing is known of its network.';
    backend.entityBlastRadius = {
      ...entityBlastRadius(),
      caveats: [{ cluster: 'prod-eu', message }],
    };
    const { unmount } = await show();
    expect(screen.getByText(message)).toBeVisible();
    unmount();
    backend.entityBlastRadius = {
      ...entityBlastRadius(),
      items: [item, { ...item, cluster: 'prod-us' }],
      caveats: [
        { cluster: 'prod-eu', message },
        { cluster: 'prod-us', message },
      ],
    };
    await show();
    expect(screen.getByText(`prod-eu, prod-us: ${message}`)).toBeVisible();
  });

  it('says that it is not there yet', async () => {
    backend.entityBlastRadius = { items: [], caveats: [] };
    render();
    expect(
      await screen.findByText('The blast radius of orders is being worked out'),
    ).toBeVisible();
  });

  it('tries again after an error', async () => {
    const user = userEvent.setup();
    backend.error = { status: 500, message: 'The database is away.' };
    render();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The database is away.',
    );
    backend.error = undefined;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByRole('region', { name: 'Blast radius' }),
    ).toBeVisible();
  });

  it('gives axe nothing to find', async () => {
    const { container } = await show();
    await userEvent.click(
      screen.getByRole('button', { name: 'Show the way to ledger' }),
    );
    expect((await axe(container)).violations).toEqual([]);
  });
});
