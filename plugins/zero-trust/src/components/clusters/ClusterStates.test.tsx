import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { FLEET_CHANNEL } from '@backstage-zero-trust/plugin-zero-trust-common';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { TestBackend } from '../../__testUtils__/backend';
import { clusters } from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { ClusterStates } from './ClusterStates';

const server = setupServer();
registerMswTestHooks(server);

describe('ClusterStates', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
  });

  async function cluster(name: string) {
    return within(await screen.findByRole('region', { name }));
  }

  it('says of each cluster how it stands, how fresh and how large the view is', async () => {
    renderScreen(<ClusterStates />);
    const eu = await cluster('prod-eu');
    expect(eu.getByText('Partly visible')).toBeVisible();
    expect(eu.getByText('48 workloads')).toBeVisible();
    expect(eu.getByText('2 kinds seen')).toBeVisible();
    expect(eu.getByText('12 sec ago')).toBeVisible();
    const us = await cluster('Production, United States');
    expect(us.getByText('Ready')).toBeVisible();
    expect(us.getByText('1 workload')).toBeVisible();
  });

  it('gives the reason why a cluster cannot be reached, and no numbers for one that was never seen', async () => {
    renderScreen(<ClusterStates />);
    const lab = await cluster('lab');
    expect(lab.getByText('Unreachable')).toBeVisible();
    expect(
      lab.getByText('The API server did not answer within 10 s.'),
    ).toBeVisible();
    expect(lab.getByText('Never seen')).toBeVisible();
    expect(lab.queryByText(/workload/)).not.toBeInTheDocument();
  });

  it('names what cannot be seen, why, and the rule that would change it', async () => {
    renderScreen(<ClusterStates />);
    const eu = await cluster('prod-eu');
    const unseen = eu.getByRole('table', { name: 'What cannot be seen' });
    expect(
      within(unseen)
        .getAllByRole('row')
        .map(row => Array.from(row.children, cell => cell.textContent)),
    ).toEqual([
      ['Kind', 'Why', 'Missing right'],
      [
        'AuthorizationPolicy',
        'not allowed',
        'list and watch authorizationpolicies.security.istio.io',
      ],
      [
        'PeerAuthentication',
        'not allowed',
        'list and watch peerauthentications.security.istio.io',
      ],
      ['NetworkPolicy', 'failed: the API server answered 500', ''],
    ]);
    expect(eu.getByRole('group', { name: /^Rule to add/ }).textContent).toBe(
      [
        '- apiGroups:',
        '  - security.istio.io',
        '  resources:',
        '  - authorizationpolicies',
        '  - peerauthentications',
        '  verbs:',
        '  - list',
        '  - watch',
      ].join('\n'),
    );
    expect(
      (await cluster('Production, United States')).queryByText(
        'What cannot be seen',
      ),
    ).not.toBeInTheDocument();
  });

  it('lists all kinds one click away; what is not installed is no gap', async () => {
    const user = userEvent.setup();
    renderScreen(<ClusterStates />);
    const eu = await cluster('prod-eu');
    await user.click(eu.getByText('All kinds'));
    const rows = within(
      eu.getByRole('table', { name: 'All kinds' }),
    ).getAllByRole('row');
    expect(rows[2]).toHaveTextContent(/^Podseen1,312$/);
    expect(rows[6]).toHaveTextContent(
      /^Gateway gateway\.networking\.k8s\.ionot installed$/,
    );
  });

  it('follows signals and announces the change', async () => {
    const { publish } = renderScreen(<ClusterStates />);
    await cluster('prod-eu');
    backend.clusters = clusters().map(status =>
      status.name === 'lab'
        ? {
            ...status,
            state: 'ready',
            lastSync: new Date().toISOString(),
            message: undefined,
          }
        : status,
    );
    publish(FLEET_CHANNEL);
    expect(await (await cluster('lab')).findByText('Ready')).toBeVisible();
    expect(
      screen.getByText('The state of the clusters changed.'),
    ).toBeInTheDocument();
  });

  it('is loading', async () => {
    const release = backend.hold();
    renderScreen(<ClusterStates />);
    expect(await screen.findByText('Loading clusters')).toBeInTheDocument();
    release();
    await cluster('prod-eu');
  });

  it('says where clusters come from if there are none', async () => {
    backend.clusters = [];
    renderScreen(<ClusterStates />);
    expect(await screen.findByText('No cluster is configured')).toBeVisible();
  });

  it('names the permission that is missing', async () => {
    backend.error = { status: 403, message: 'No' };
    renderScreen(<ClusterStates />);
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'zero-trust.clusters.read',
    );
  });

  it('tries again after an error', async () => {
    const user = userEvent.setup();
    backend.error = { status: 500, message: 'No' };
    renderScreen(<ClusterStates />);
    await screen.findByRole('alert');
    backend.error = undefined;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByRole('region', { name: 'prod-eu' }),
    ).toBeVisible();
  });

  it('gives axe nothing to find', async () => {
    const { container } = renderScreen(<ClusterStates />);
    await cluster('prod-eu');
    expect((await axe(container)).violations).toEqual([]);
  });
});
