import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { entityChannel } from '@backstage-zero-trust/plugin-zero-trust-common';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { Route, Routes } from 'react-router-dom';
import { TestBackend } from '../../__testUtils__/backend';
import {
  ORDERS_REF,
  exemptContainer,
  findings,
  judged,
  openEgress,
  ownIdentity,
  plaintextPort,
  staticSecret,
  unseenPolicies,
} from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { EntityZeroTrustContent } from './EntityZeroTrustContent';

const server = setupServer();
registerMswTestHooks(server);

describe('EntityZeroTrustContent', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
    // jsdom lays nothing out, so it has nowhere to scroll to.
    Element.prototype.scrollIntoView = jest.fn();
  });

  async function showTab(address = '/') {
    const rendered = renderScreen(<EntityZeroTrustContent />, { address });
    await screen.findByRole('region', { name: 'Findings' });
    return rendered;
  }

  function rows(group: string) {
    return within(screen.getByRole('region', { name: group }))
      .getAllByRole('button', { expanded: false })
      .map(row => row.textContent);
  }

  async function open(message: string) {
    const user = userEvent.setup();
    const row = screen.getByRole('button', { name: new RegExp(message) });
    await user.click(row);
    const detail = document.getElementById(
      row.getAttribute('aria-controls') ?? '',
    );
    if (!detail) {
      throw new Error('The row says that it controls what is not there');
    }
    return within(detail);
  }

  async function choose(filter: string, option: string) {
    const user = userEvent.setup();
    await user.click(
      screen.getByRole('button', { name: new RegExp(`${filter}$`) }),
    );
    await user.click(await screen.findByRole('option', { name: option }));
  }

  describe('has views with addresses of their own,', () => {
    function showAt(address: string) {
      renderScreen(
        <Routes>
          <Route path="/zero-trust/*" element={<EntityZeroTrustContent />} />
        </Routes>,
        { address },
      );
    }

    it.each([
      ['/zero-trust', 'Findings'],
      ['/zero-trust/connections', 'Connections'],
      ['/zero-trust/blast-radius', 'Blast radius'],
      ['/zero-trust/no-such-view', 'Findings'],
    ])('wherever the tab is mounted: %s', async (address, name) => {
      showAt(address);
      expect(await screen.findByRole('region', { name })).toBeVisible();
      expect(
        within(screen.getByRole('navigation', { name: 'Views' })).getByRole(
          'link',
          { current: 'page' },
        ),
      ).toHaveTextContent(name);
    });

    it('and ways from each to the others', async () => {
      const user = userEvent.setup();
      showAt('/zero-trust/?pillar=network');
      for (const name of ['Connections', 'Blast radius', 'Findings']) {
        await user.click(await screen.findByRole('link', { name }));
        expect(await screen.findByRole('region', { name })).toBeVisible();
      }
    });

    it('and says in each what makes the answer less than whole', async () => {
      backend.posture = {
        ...judged(),
        lookedIn: [
          { name: 'prod-eu', state: 'ready' },
          { name: 'lab', state: 'unreachable' },
        ],
      };
      showAt('/zero-trust/connections');
      expect(
        await screen.findByText(/^Whether orders runs in lab too/),
      ).toBeVisible();
    });
  });

  describe('the list', () => {
    it('is grouped by pillar', async () => {
      await showTab();
      expect(
        screen.getAllByRole('heading', { level: 3 }).map(h => h.textContent),
      ).toEqual([
        'Identity',
        'Authentication',
        'Authorization',
        'Network',
        'Secrets',
        'Workload',
      ]);
    });

    it('has the worst failures of a pillar first, what passes last', async () => {
      backend.findings = [
        { ...ownIdentity, id: '1', message: 'Passes.' },
        { ...ownIdentity, id: '2', message: 'Unknown.', verdict: 'unknown' },
        {
          ...ownIdentity,
          id: '3',
          message: 'Low.',
          verdict: 'fail',
          severity: 'low',
        },
        {
          ...ownIdentity,
          id: '4',
          message: 'Worst.',
          verdict: 'fail',
          severity: 'critical',
        },
        { ...ownIdentity, id: '5', message: 'Exempt.', verdict: 'exempt' },
      ];
      await showTab();
      expect(rows('Identity').map(row => /\w+\./.exec(row ?? '')?.[0])).toEqual(
        ['Worst.', 'Low.', 'Unknown.', 'Exempt.', 'Passes.'],
      );
    });

    it('says what each finding is about, and where', async () => {
      backend.findings = [
        plaintextPort,
        {
          ...plaintextPort,
          id: 'other',
          subject: { ...plaintextPort.subject, port: null },
        },
      ];
      await showTab();
      expect(rows('Authentication')).toEqual([
        expect.stringMatching(/shop\/orders, port 8080 · prod-eu$/),
        expect.stringMatching(/shop\/orders, all other ports · prod-eu$/),
      ]);
    });

    it('shows long lists in parts', async () => {
      const user = userEvent.setup();
      backend.findings = Array.from({ length: 130 }, (_, index) => ({
        ...plaintextPort,
        id: `port-${index}`,
      }));
      await showTab();
      expect(rows('Authentication')).toHaveLength(20);
      await user.click(screen.getByRole('button', { name: 'Show 100 more' }));
      expect(rows('Authentication')).toHaveLength(120);
      await user.click(screen.getByRole('button', { name: 'Show 10 more' }));
      expect(rows('Authentication')).toHaveLength(130);
    });

    it('says that there are none', async () => {
      backend.findings = [];
      renderScreen(<EntityZeroTrustContent />);
      expect(await screen.findByText('There are no findings.')).toBeVisible();
    });
  });

  describe('filters', () => {
    it('keep their state in the address', async () => {
      await showTab();
      await choose('Verdict', 'Fail (3)');
      expect(screen.getByRole('note', { name: 'Address' })).toHaveTextContent(
        '?verdict=fail',
      );
      expect(screen.getByText('3 of 6 findings')).toBeVisible();
      expect(
        screen.queryByRole('region', { name: 'Identity' }),
      ).not.toBeInTheDocument();
      await choose('Severity', 'Medium (1)');
      expect(screen.getByRole('note', { name: 'Address' })).toHaveTextContent(
        '?verdict=fail&severity=medium',
      );
      expect(screen.getByText('1 of 6 findings')).toBeVisible();
    });

    it('are taken from the address, and cleared', async () => {
      const user = userEvent.setup();
      await showTab('/?pillar=network&elsewhere=kept');
      expect(screen.getByText('1 of 6 findings')).toBeVisible();
      await user.click(screen.getByRole('button', { name: 'Clear filters' }));
      expect(screen.getByText('6 findings')).toBeVisible();
      expect(screen.getByRole('note', { name: 'Address' })).toHaveTextContent(
        '?elsewhere=kept',
      );
    });

    it('offer the clusters where there are several', async () => {
      backend.findings = [plaintextPort, { ...openEgress, cluster: 'prod-us' }];
      await showTab();
      await choose('Cluster', 'prod-us (1)');
      expect(screen.getByText('1 of 2 findings')).toBeVisible();
    });

    it('say that nothing matches, even for values that nobody has', async () => {
      await showTab('/?cluster=nowhere&verdict=fail');
      expect(
        screen.getByText('No finding matches these filters.'),
      ).toBeVisible();
    });
  });

  describe('an opened finding', () => {
    it('says why, how, what to do, and what it rests on', async () => {
      await showTab();
      const detail = await open('Any pod in the cluster');
      expect(
        detail.getAllByRole('heading', { level: 4 }).map(h => h.textContent),
      ).toEqual([
        'Because',
        'Who can do what',
        'What to do',
        'Objects to apply',
        'How this is known',
      ]);
      expect(
        detail.getByText(/^PeerAuthentication shop\/orders sets/),
      ).toBeVisible();
      expect(detail.getByText('port 8080, HTTP, plaintext')).toBeVisible();
      expect(detail.getByText(/^Set the port to STRICT/)).toBeVisible();
      expect(
        detail.getByRole('group', { name: 'Objects to apply' }),
      ).toHaveTextContent(/kind: PeerAuthentication .* mode: STRICT/);
      expect(
        detail
          .getAllByRole('row')
          .map(row => Array.from(row.children, cell => cell.textContent)),
      ).toEqual([
        ['Object', 'Field', 'Value'],
        [
          'PeerAuthentication shop/orders',
          'spec.portLevelMtls.8080.mode',
          'PERMISSIVE',
        ],
        ['PeerAuthentication istio-system/default', 'spec.selector', 'absent'],
      ]);
      expect(detail.getByText('Failing since 4 May 2026')).toHaveAttribute(
        'title',
        expect.stringContaining(':30:00'),
      );
    });

    it('explains the control one click away', async () => {
      const user = userEvent.setup();
      await showTab();
      const detail = await open('Any pod in the cluster');
      const why = await detail.findByText(/^A port that accepts plaintext/);
      expect(why).not.toBeVisible();
      await user.click(detail.getByText('What is this?'));
      expect(why).toBeVisible();
      expect(
        detail.getByText('AN-2 Effective inbound mTLS mode per port'),
      ).toBeVisible();
      expect(detail.getByText('NIST SP 800-207A: section 4.1')).toBeVisible();
    });

    it('gives the missing right for what is unknown', async () => {
      await showTab();
      const detail = await open('Cannot be told');
      expect(detail.getByText(/^Whoever administers prod-eu/)).toBeVisible();
      expect(
        detail.getByRole('group', { name: 'Rule of a ClusterRole' }),
      ).toHaveTextContent(
        '- apiGroups: - security.istio.io resources: - authorizationpolicies verbs: - list - watch',
      );
    });

    it('says who excused a failure, why and until when', async () => {
      await showTab();
      const detail = await open('may become root');
      expect(
        detail.getByText('The vendor ships a fix in November.'),
      ).toBeVisible();
      expect(detail.getByText('user:default/kim')).toBeVisible();
      expect(detail.getByText('3 December 2026')).toBeVisible();
    });

    it('says of a pass how real it is', async () => {
      await showTab();
      const detail = await open('No other workload runs');
      expect(
        detail.getByText(
          /How real it is: enforced\. It takes effect on every connection\./,
        ),
      ).toBeVisible();
    });

    it('closes again, and others stay open', async () => {
      const user = userEvent.setup();
      await showTab();
      await open('Any pod in the cluster');
      await open('whole internet');
      expect(screen.getAllByText('Because')).toHaveLength(2);
      await user.click(
        screen.getByRole('button', { name: /Any pod in the cluster/ }),
      );
      expect(screen.getAllByText('Because')).toHaveLength(1);
    });

    it('works from the keyboard', async () => {
      const user = userEvent.setup();
      await showTab();
      screen.getByRole('button', { name: /whole internet/ }).focus();
      await user.keyboard('{Enter}');
      expect(screen.getByText(/^No NetworkPolicy in shop/)).toBeVisible();
    });
  });

  describe('a link to a finding', () => {
    it('opens it, whatever the filters, and puts the focus on it', async () => {
      await showTab(
        `/?verdict=pass&finding=${encodeURIComponent(plaintextPort.id)}`,
      );
      expect(
        screen.getByText(/^PeerAuthentication shop\/orders sets/),
      ).toBeVisible();
      expect(
        screen.getByRole('button', { name: /Any pod in the cluster/ }),
      ).toHaveFocus();
    });

    it('reaches findings that a long list would not show yet', async () => {
      backend.findings = Array.from({ length: 60 }, (_, index) => ({
        ...plaintextPort,
        id: `port-${String(index).padStart(2, '0')}`,
        message: `Port number ${index} is open.`,
      }));
      await showTab('/?finding=port-55');
      expect(
        screen.getByRole('button', { name: /Port number 55/, expanded: true }),
      ).toBeVisible();
    });

    it('is made by opening one and unmade by closing it', async () => {
      const user = userEvent.setup();
      await showTab();
      await open('whole internet');
      expect(screen.getByRole('note', { name: 'Address' })).toHaveTextContent(
        `?finding=${encodeURIComponent(openEgress.id)}`,
      );
      await user.click(screen.getByRole('button', { name: /whole internet/ }));
      expect(
        screen.getByRole('note', { name: 'Address' }),
      ).toBeEmptyDOMElement();
    });

    it('says so when the finding is no longer there', async () => {
      await showTab('/?finding=long-gone');
      expect(
        screen.getByText(
          'The finding that this link leads to no longer exists.',
        ),
      ).toBeVisible();
    });
  });

  describe('while it is shown', () => {
    it('changes verdicts in their places and announces how many', async () => {
      backend.findings = [
        { ...plaintextPort, id: 'a', message: 'First port.' },
        { ...plaintextPort, id: 'b', message: 'Second port.' },
        unseenPolicies,
      ];
      const { publish } = await showTab('/?verdict=fail');
      backend.findings = [
        {
          ...plaintextPort,
          id: 'a',
          message: 'First port is shut.',
          verdict: 'pass',
        },
        { ...plaintextPort, id: 'b', message: 'Second port.' },
        unseenPolicies,
      ];
      publish(entityChannel(ORDERS_REF));
      expect(await screen.findByText('First port is shut.')).toBeVisible();
      expect(rows('Authentication')).toEqual([
        expect.stringMatching(/^Pass First port is shut\./),
        expect.stringMatching(/^High Second port\./),
      ]);
      expect(
        screen
          .getAllByRole('status')
          .map(status => status.textContent)
          .filter(Boolean),
      ).toEqual(['1 finding changed.']);
    });

    it('keeps an opened finding open', async () => {
      const { publish } = await showTab();
      await open('Any pod in the cluster');
      backend.findings = findings.map(finding =>
        finding.id === staticSecret.id
          ? { ...finding, message: 'The password is gone.', verdict: 'pass' }
          : finding,
      );
      publish(entityChannel(ORDERS_REF));
      await screen.findByText('The password is gone.');
      expect(
        screen.getByText(/^PeerAuthentication shop\/orders sets/),
      ).toBeVisible();
    });
  });

  describe('where there is nothing to list', () => {
    it('is loading', async () => {
      const release = backend.hold();
      renderScreen(<EntityZeroTrustContent />);
      expect(
        await screen.findByText('Loading the findings of orders'),
      ).toBeInTheDocument();
      release();
      expect(
        await screen.findByRole('region', { name: 'Findings' }),
      ).toBeVisible();
    });

    it.each([
      ['not-annotated', /^Nothing says which workloads/],
      ['not-found', /^No cluster runs orders/],
      ['pending', /^The clusters are being looked at/],
    ] as const)('says why: %s', async (state, sentence) => {
      backend.posture = { ...judged(), state };
      renderScreen(<EntityZeroTrustContent />);
      expect(await screen.findByText(sentence)).toBeVisible();
    });

    it.each([
      [403, 'You may not see this'],
      [404, 'This service is not known here'],
      [500, 'The posture could not be loaded'],
    ])('says why: %s', async (status, sentence) => {
      backend.error = { status, message: 'No' };
      renderScreen(<EntityZeroTrustContent />);
      expect(await screen.findByRole('alert')).toHaveTextContent(sentence);
    });
  });

  it('gives axe nothing to find, closed and open', async () => {
    const { container } = await showTab();
    expect((await axe(container)).violations).toEqual([]);
    await open('Any pod in the cluster');
    await open('Cannot be told');
    await open(exemptContainer.message);
    expect((await axe(container)).violations).toEqual([]);
  });
});
