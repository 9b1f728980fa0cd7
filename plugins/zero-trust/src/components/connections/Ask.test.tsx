import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { entityChannel } from '@backstage-zero-trust/plugin-zero-trust-common';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { TestBackend } from '../../__testUtils__/backend';
import {
  ORDERS_REF,
  allowedAnswer,
  fromCheckout,
  refusedAnswer,
} from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { EntityConnections } from './EntityConnections';

const server = setupServer();
registerMswTestHooks(server);

const own = fromCheckout.workload;
const LINK =
  '/?ask=in&askCluster=prod-eu&askWorkload=shop/Deployment/orders&askPeer=legacy/CronJob/export&askPort=8080&askProtocol=TCP';
const ASKED = {
  cluster: 'prod-eu',
  from: 'legacy/CronJob/export',
  to: 'shop/Deployment/orders',
  port: '8080',
  protocol: 'TCP',
};

describe('Asking about one connection', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
    Element.prototype.scrollIntoView = jest.fn();
  });

  async function show(
    address = '/',
    clusters = [{ cluster: 'prod-eu', workloads: [own] }],
  ) {
    const rendered = renderScreen(
      <EntityConnections
        entityRef={ORDERS_REF}
        name="orders"
        clusters={clusters}
      />,
      { address },
    );
    await screen.findByRole('region', { name: 'Connections' });
    return rendered;
  }

  const region = () =>
    within(screen.getByRole('region', { name: 'Try a request' }));
  const peer = () => region().getByRole('combobox', { name: 'The other end' });
  const port = () => region().getByRole('textbox', { name: 'Port' });
  const status = () => region().getByRole('status');
  const address = () =>
    Object.fromEntries(
      new URLSearchParams(
        screen.getByRole('note', { name: 'Address' }).textContent ?? '',
      ),
    );
  const ask = (user: ReturnType<typeof userEvent.setup>) =>
    user.click(region().getByRole('button', { name: 'Ask' }));

  async function write(
    user: ReturnType<typeof userEvent.setup>,
    end: string,
    number: string,
  ) {
    await user.clear(peer());
    await user.type(peer(), end);
    // Closes the list.
    await user.tab();
    await user.clear(port());
    await user.type(port(), number);
  }

  describe('the question', () => {
    it('is asked of the cluster, and stays in the address', async () => {
      const user = userEvent.setup();
      await show('/?search=out');
      await write(user, 'legacy/CronJob/export', '8080');
      await ask(user);
      await within(status()).findByText(/^CronJob legacy\/export may not/);
      expect(backend.questions).toEqual([ASKED]);
      expect(address()).toEqual({
        search: 'out',
        ask: 'in',
        askCluster: 'prod-eu',
        askWorkload: 'shop/Deployment/orders',
        askPeer: 'legacy/CronJob/export',
        askPort: '8080',
        askProtocol: 'TCP',
      });
    });

    it('is asked again, as the link says, when somebody opens the link, who is led to the answer', async () => {
      await show(LINK);
      await within(status()).findByText(/^CronJob legacy\/export may not/);
      expect(backend.questions).toEqual([ASKED]);
      expect(peer()).toHaveValue('legacy/CronJob/export');
      expect(port()).toHaveValue('8080');
      expect(
        region().getByRole('heading', { name: 'Try a request' }),
      ).toHaveFocus();
    });

    it('can be whether the service may call an address, by another protocol', async () => {
      const user = userEvent.setup();
      await show();
      await user.click(
        region().getByRole('radio', { name: 'May orders call it?' }),
      );
      await write(user, '2001:db8::1', '53');
      await user.click(region().getByRole('button', { name: /Protocol$/ }));
      await user.click(await screen.findByRole('option', { name: 'UDP' }));
      await ask(user);
      await waitFor(() =>
        expect(backend.questions).toEqual([
          {
            cluster: 'prod-eu',
            from: 'shop/Deployment/orders',
            to: '2001:db8::1',
            port: '53',
            protocol: 'UDP',
          },
        ]),
      );
    });

    it('offers the peers that are known in the cluster', async () => {
      const user = userEvent.setup();
      await show();
      await user.type(peer(), 'pay');
      await user.click(
        await screen.findByRole('option', {
          name: 'payments/Deployment/payment-api',
        }),
      );
      expect(peer()).toHaveValue('payments/Deployment/payment-api');
    });

    it('takes any other workload as it is written', async () => {
      const user = userEvent.setup();
      await show();
      await user.type(peer(), 'legacy/CronJob/export');
      expect(
        screen.getAllByRole('option').map(option => option.textContent),
      ).toEqual(['legacy/CronJob/export']);
      await user.tab();
      expect(peer()).toHaveValue('legacy/CronJob/export');
    });

    it('works from the keyboard alone', async () => {
      const user = userEvent.setup();
      await show();
      peer().focus();
      await user.keyboard('shop/Deployment/chec{ArrowDown}{Enter}');
      expect(peer()).toHaveValue('shop/Deployment/checkout');
      await user.tab();
      expect(port()).toHaveFocus();
      await user.keyboard('8080{Enter}');
      await waitFor(() =>
        expect(backend.questions).toMatchObject([
          { from: 'shop/Deployment/checkout', port: '8080' },
        ]),
      );
    });

    it('is about a chosen workload where the service has several', async () => {
      const user = userEvent.setup();
      await show('/', [
        { cluster: 'prod-eu', workloads: [own, { ...own, name: 'worker' }] },
        { cluster: 'prod-us', workloads: [own] },
      ]);
      await user.click(
        region().getByRole('button', { name: /Workload of this service$/ }),
      );
      expect(
        (await screen.findAllByRole('option')).map(each => each.textContent),
      ).toEqual([
        'shop/Deployment/orders · prod-eu',
        'shop/Deployment/worker · prod-eu',
        'shop/Deployment/orders · prod-us',
      ]);
      await user.click(screen.getAllByRole('option')[2]);
      await write(user, '192.0.2.1', '443');
      await ask(user);
      await waitFor(() =>
        expect(backend.questions).toMatchObject([{ cluster: 'prod-us' }]),
      );
    });

    it('about a workload that is no longer the service’s is asked all the same, and shown', async () => {
      await show(LINK.replace('Deployment/orders', 'Deployment/former'));
      await waitFor(() =>
        expect(backend.questions).toMatchObject([
          { to: 'shop/Deployment/former' },
        ]),
      );
      expect(
        region().getByRole('button', { name: /Workload of this service$/ }),
      ).toHaveTextContent('shop/Deployment/former');
    });

    it('can be taken back', async () => {
      const user = userEvent.setup();
      await show(`${LINK}&search=out`);
      await user.click(
        await region().findByRole('button', { name: 'Clear question' }),
      );
      expect(address()).toEqual({ search: 'out' });
      expect(peer()).toHaveValue('');
      expect(status()).toBeEmptyDOMElement();
    });

    it('can be copied as a link', async () => {
      const user = userEvent.setup();
      await show(LINK);
      await user.click(
        await region().findByRole('button', {
          name: 'Copy link: this question',
        }),
      );
      expect(
        region().getByRole('button', { name: 'Copied: this question' }),
      ).toBeVisible();
    });
  });

  describe('what is no question is not asked:', () => {
    const WRITE =
      'Write a workload as namespace/Kind/name, such as shop/Deployment/web, or one IP address.';
    const NUMBER = 'Write a number from 1 to 65535.';

    it.each([
      ['a name alone', 'export', '80', WRITE],
      ['a part that is missing', 'legacy//export', '80', WRITE],
      ['a block of addresses', '10.0.0.0/8', '80', WRITE],
      ['half an address', '10.1', '80', WRITE],
      ['port 0', '192.0.2.1', '0', NUMBER],
      ['a port above the last one', '192.0.2.1', '65536', NUMBER],
      ['a port by name', '192.0.2.1', 'http', NUMBER],
    ])('%s', async (_, end, number, message) => {
      const user = userEvent.setup();
      await show();
      await write(user, end, number);
      await ask(user);
      const field = message === NUMBER ? port() : peer();
      await waitFor(() => expect(field).toHaveAccessibleDescription(message));
      expect(field).toHaveAttribute('aria-invalid', 'true');
      expect(field).toHaveFocus();
      expect(backend.questions).toEqual([]);
      expect(address()).toEqual({});
    });

    it('nothing at all; a field is no longer wrong while it is put right', async () => {
      const user = userEvent.setup();
      await show();
      await ask(user);
      await waitFor(() =>
        expect(peer()).toHaveAccessibleDescription(
          'Name a workload or an IP address.',
        ),
      );
      expect(port()).toHaveAccessibleDescription(NUMBER);
      await user.type(port(), '8');
      expect(port()).not.toHaveAttribute('aria-invalid');
      expect(peer()).toHaveAttribute('aria-invalid', 'true');
    });

    it('a link that somebody has changed', async () => {
      await show(LINK.replace('8080', '99999'));
      expect(port()).toHaveAccessibleDescription(NUMBER);
      expect(backend.questions).toEqual([]);
      expect(status()).toBeEmptyDOMElement();
    });
  });

  describe('the answer', () => {
    it('that it is refused names who refuses, and claims nothing of the other end', async () => {
      await show(LINK);
      await within(status()).findByText('Refused');
      const table = region().getByRole('table', { name: 'Entering orders' });
      expect(
        within(table)
          .getAllByRole('cell')
          .map(cell => cell.textContent),
      ).toEqual(['NetworkPolicy shop/orders', 'spec.policyTypes', 'refuses']);
      expect(region().queryByText('Leaving export')).not.toBeInTheDocument();
    });

    it('that it is allowed says for each end what decided, or that nothing did', async () => {
      backend.answer = allowedAnswer();
      await show(LINK);
      await within(status()).findByText('Allowed');
      expect(region().getByText('Leaving export')).toBeVisible();
      expect(
        region().getByText('No policy has a word here: open by default.'),
      ).toBeVisible();
      expect(
        region().getByRole('table', { name: 'Entering orders' }),
      ).toBeVisible();
    });

    it('about an address speaks of the one end that policies are for', async () => {
      backend.answer = {
        ...allowedAnswer(),
        steps: [{ ...allowedAnswer().steps[0], decidedBy: [] }],
      };
      await show(LINK.replace('legacy/CronJob/export', '192.0.2.1'));
      await within(status()).findByText('Allowed');
      expect(region().queryByText(/^Leaving/)).not.toBeInTheDocument();
      expect(region().getByText('Entering orders')).toBeVisible();
    });

    it('has all conditions, how old it is, and what the network is not known to enforce', async () => {
      backend.answer = {
        ...allowedAnswer(),
        verdict: 'conditional',
        conditions: ['HTTP GET /orders', 'HTTP HEAD /orders'],
        caveats: ['Nothing is known of its network.'],
      };
      await show(LINK);
      await within(status()).findByText('Under conditions');
      expect(region().getByText('HTTP HEAD /orders')).toBeVisible();
      expect(
        region().getByText('Nothing is known of its network.'),
      ).toBeVisible();
      expect(region().getByText('Worked out 1 min ago')).toBeVisible();
    });

    it('is read out, and so is that it is on its way', async () => {
      const user = userEvent.setup();
      await show();
      const spoken = status();
      await write(user, 'legacy/CronJob/export', '8080');
      const release = backend.hold();
      await ask(user);
      expect(spoken).toHaveTextContent('Looking up the answer');
      release();
      await waitFor(() =>
        expect(spoken).toHaveTextContent(`Refused ${refusedAnswer().message}`),
      );
    });

    it('becomes another when the cluster does', async () => {
      const { publish } = await show(LINK);
      await within(status()).findByText('Refused');
      backend.answer = allowedAnswer();
      publish(entityChannel(ORDERS_REF));
      expect(await within(status()).findByText('Allowed')).toBeVisible();
    });

    it('to another question never stands below this one', async () => {
      const user = userEvent.setup();
      await show(LINK);
      await within(status()).findByText('Refused');
      const release = backend.hold();
      await write(user, '192.0.2.1', '443');
      await ask(user);
      expect(within(status()).queryByText('Refused')).not.toBeInTheDocument();
      release();
      await within(status()).findByText('Refused');
    });
  });

  describe('that there is no answer is said in words:', () => {
    it.each([
      [
        404,
        'No workload CronJob legacy/export is known',
        'One end of the question is not known',
        'No workload CronJob legacy/export is known',
      ],
      [
        400,
        '"from" or "to" is no IP address',
        'The question is not understood',
        '"from" or "to" is no IP address',
      ],
      [
        403,
        'No',
        'You may not ask this',
        'One end has to belong to a service that you may see. Asking about all others needs the permission zero-trust.clusters.read; the administrators of Backstage can grant it.',
      ],
    ])('%i', async (code, message, title, hint) => {
      backend.questionError = { status: code, message };
      await show(LINK);
      expect(await within(status()).findByText(title)).toBeVisible();
      expect(within(status()).getByText(hint)).toBeVisible();
      expect(
        within(status()).queryByRole('button', { name: 'Try again' }),
      ).not.toBeInTheDocument();
    });

    it('an error that may pass, with a second try', async () => {
      const user = userEvent.setup();
      backend.questionError = { status: 500, message: 'The database is away.' };
      await show(LINK);
      expect(
        await within(status()).findByText('The database is away.'),
      ).toBeVisible();
      backend.questionError = undefined;
      await user.click(
        within(status()).getByRole('button', { name: 'Try again' }),
      );
      expect(await within(status()).findByText('Refused')).toBeVisible();
    });
  });

  it('is not there for a service without workloads', async () => {
    await show('/', []);
    expect(
      screen.queryByRole('region', { name: 'Try a request' }),
    ).not.toBeInTheDocument();
  });

  it('gives axe nothing to find, answered or wrong', async () => {
    const user = userEvent.setup();
    const { container } = await show(LINK);
    await within(status()).findByText('Refused');
    await user.clear(port());
    await ask(user);
    await waitFor(() => expect(port()).toHaveAttribute('aria-invalid', 'true'));
    expect((await axe(container)).violations).toEqual([]);
  });
});
