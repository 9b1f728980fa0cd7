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
  meshAnswer,
  meshedConnections,
  mismatchAnswer,
} from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { EntityConnections } from './EntityConnections';

const server = setupServer();
registerMswTestHooks(server);

const QUESTION = {
  ask: 'in',
  askCluster: 'prod-eu',
  askWorkload: 'shop/Deployment/orders',
  askPeer: 'legacy/CronJob/export',
  askPort: '8080',
  askProtocol: 'TCP',
};
const REQUEST = {
  askMethod: 'GET',
  askPath: '/orders?page=2',
  askHeaders: 'x-team: shop\nx-tier: web',
  askAs: 'spiffe://cluster.local/ns/shop/sa/web',
  askIssuer: 'https://login.example',
  askAudiences: 'orders, web',
  askClaims: '{"groups":["admins"]}',
};

describe('Trying a request', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
    backend.connections = meshedConnections;
    backend.answer = meshAnswer();
    Element.prototype.scrollIntoView = jest.fn();
  });

  async function show(question: Record<string, string> = {}) {
    const rendered = renderScreen(
      <EntityConnections
        entityRef={ORDERS_REF}
        name="orders"
        clusters={[{ cluster: 'prod-eu', workloads: [fromCheckout.workload] }]}
      />,
      { address: `/?${new URLSearchParams(question)}` },
    );
    await screen.findByRole('region', { name: 'Connections' });
    return rendered;
  }

  const region = () =>
    within(screen.getByRole('region', { name: 'Try a request' }));
  const status = () => region().getByRole('status');
  const field = (name: string) => region().getByRole('textbox', { name });
  const describeRequest = (user: ReturnType<typeof userEvent.setup>) =>
    user.click(region().getByText(/^Describe an HTTP request/));
  const ask = (user: ReturnType<typeof userEvent.setup>) =>
    user.click(region().getByRole('button', { name: 'Ask' }));
  const address = () =>
    Object.fromEntries(
      new URLSearchParams(
        screen.getByRole('note', { name: 'Address' }).textContent ?? '',
      ),
    );

  it('asks with all that is described, and keeps it in the address', async () => {
    const user = userEvent.setup();
    await show(QUESTION);
    await within(status()).findByText('Allowed');
    await describeRequest(user);
    await user.type(region().getByRole('combobox', { name: 'Method' }), 'post');
    await user.tab();
    await user.type(field('Path'), '/charge');
    await user.type(field('Headers, one a line'), 'x-team: shop');
    await ask(user);
    await waitFor(() =>
      expect(backend.questions[backend.questions.length - 1]).toEqual({
        cluster: 'prod-eu',
        from: 'legacy/CronJob/export',
        to: 'shop/Deployment/orders',
        port: '8080',
        protocol: 'TCP',
        method: 'POST',
        path: '/charge',
        header: 'x-team: shop',
      }),
    );
    expect(address()).toEqual({
      ...QUESTION,
      askMethod: 'post',
      askPath: '/charge',
      askHeaders: 'x-team: shop',
    });
  });

  it('as a link is asked again, and shown', async () => {
    await show({ ...QUESTION, ...REQUEST });
    await within(status()).findByText('Allowed');
    expect(backend.questions).toMatchObject([
      {
        method: 'GET',
        path: '/orders?page=2',
        principal: 'spiffe://cluster.local/ns/shop/sa/web',
        issuer: 'https://login.example',
        claims: '{"groups":["admins"]}',
      },
    ]);
    expect(field('Path')).toBeVisible();
    expect(field('Path')).toHaveValue('/orders?page=2');
    expect(field('Headers, one a line')).toHaveValue(
      'x-team: shop\nx-tier: web',
    );
    expect(field('Further claims, as JSON')).toHaveValue(
      '{"groups":["admins"]}',
    );
  });

  it('can call a Service, and cannot be called by one', async () => {
    const user = userEvent.setup();
    await show({ ...QUESTION, ask: 'out', askPeer: 'shop/Service/web' });
    await within(status()).findByText('Allowed');
    expect(backend.questions).toMatchObject([
      { from: 'shop/Deployment/orders', to: 'shop/Service/web' },
    ]);
    await user.click(
      region().getByRole('radio', { name: 'May it call orders?' }),
    );
    await ask(user);
    expect(
      await region().findByText(
        'A Service calls nobody: name the workload that calls.',
      ),
    ).toBeVisible();
    expect(backend.questions).toHaveLength(1);
  });

  it.each([
    [
      { askPath: 'orders' },
      'Path',
      'Begin the path with / and leave out blanks.',
    ],
    [
      { askHeaders: 'Authorization: Bearer abc' },
      'Headers, one a line',
      'Leave out authorization and cookies: they would end up in the address. Describe a token by its claims.',
    ],
    [
      { askAs: 'web' },
      'Identity of the caller',
      'Write a SPIFFE id such as spiffe://cluster.local/ns/shop/sa/web.',
    ],
    [
      { askClaims: '{' },
      'Further claims, as JSON',
      'Write a JSON object such as {"groups": ["admins"]}.',
    ],
  ])(
    'with a mistake asks nothing and says what to write: %j',
    async (request, name, message) => {
      await show({ ...QUESTION, ...request });
      expect(await region().findByText(message)).toBeVisible();
      expect(field(name)).toHaveAttribute('aria-invalid', 'true');
      expect(backend.questions).toEqual([]);
    },
  );

  it('is answered step by step, with what is on the wire and whom the server sees', async () => {
    await show(QUESTION);
    await within(status()).findByText('Allowed');
    const steps = within(
      region().getByRole('list', { name: 'Who decides, step by step' }),
    );
    expect(
      steps.getAllByRole('heading', { level: 3 }).map(each => each.textContent),
    ).toEqual([
      'Network policiesAllowed',
      'Leaving export',
      'Entering orders',
      'Transport: what the caller sendsAllowed',
      'Peer authentication: what the server takesAllowed',
      'Authorization: who may do whatAllowed',
    ]);
    expect(steps.getByText('The caller’s side sends mTLS.')).toBeVisible();
    expect(
      within(
        steps.getByRole('table', { name: 'Authorization: who may do what' }),
      ).getByText(/AuthorizationPolicy/),
    ).toBeVisible();
    expect(
      region().getByText('spiffe://cluster.local/ns/legacy/sa/export'),
    ).toBeVisible();
  });

  it('that fails on the way shows where, and that nobody else was asked', async () => {
    backend.answer = mismatchAnswer();
    await show(QUESTION);
    await within(status()).findByText('Refused');
    const steps = within(
      region().getByRole('list', { name: 'Who decides, step by step' }),
    );
    expect(
      steps.getByText('Port 8080 of orders takes mTLS alone.'),
    ).toBeVisible();
    expect(steps.getByText('Not asked')).toBeVisible();
    expect(region().queryByText('The server sees')).not.toBeInTheDocument();
  });

  it('asks nobody who he is where there is no mesh', async () => {
    const user = userEvent.setup();
    backend.connections = connections;
    await show();
    await describeRequest(user);
    expect(field('Path')).toBeVisible();
    expect(
      region().queryByRole('textbox', { name: 'Identity of the caller' }),
    ).not.toBeInTheDocument();
  });

  it('gives axe nothing to find, described, answered or wrong', async () => {
    const user = userEvent.setup();
    const { container } = await show({ ...QUESTION, ...REQUEST });
    await within(status()).findByText('Allowed');
    await user.clear(field('Path'));
    await user.type(field('Path'), 'x');
    await ask(user);
    await waitFor(() =>
      expect(field('Path')).toHaveAttribute('aria-invalid', 'true'),
    );
    expect((await axe(container)).violations).toEqual([]);
  });
});
