import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { registerMswTestHooks } from '@backstage/frontend-test-utils';
import { axe } from 'jest-axe';
import { setupServer } from 'msw/node';
import { TestBackend } from '../../__testUtils__/backend';
import { namespaceMatrix } from '../../__testUtils__/postures';
import { renderScreen } from '../../__testUtils__/renderScreen';
import { Namespaces } from './Namespaces';

const server = setupServer();
registerMswTestHooks(server);

describe('Namespaces', () => {
  let backend: TestBackend;

  beforeEach(() => {
    backend = TestBackend.start(server);
    // jsdom lays nothing out; what scrolls is as large as a small screen here.
    jest.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(640);
    jest.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(480);
    jest.spyOn(Element.prototype, 'scrollWidth', 'get').mockReturnValue(2e4);
    jest.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(2e4);
    HTMLElement.prototype.scrollTo = function scrollTo(
      this: HTMLElement,
      options?: ScrollToOptions | number,
    ) {
      if (typeof options === 'object') {
        this.scrollTop = options.top ?? this.scrollTop;
        this.scrollLeft = options.left ?? this.scrollLeft;
        this.dispatchEvent(new Event('scroll'));
      }
    } as typeof HTMLElement.prototype.scrollTo;
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  async function show(address = '/') {
    const rendered = renderScreen(<Namespaces />, { address });
    await screen.findByRole('region', {
      name: 'Which namespace reaches which',
    });
    return rendered;
  }

  const address = () =>
    screen.getByRole('note', { name: 'Address' }).textContent;
  const cell = (name: string) => screen.getByRole('button', { name });

  /** So many namespaces, each of which reaches the next one. */
  function many(count: number) {
    return {
      ...namespaceMatrix(),
      namespaces: Array.from({ length: count }, (_, index) => ({
        name: `team-${String(index).padStart(3, '0')}`,
        workloads: 2,
      })),
      cells: Array.from({ length: count - 1 }, (_, index) => ({
        from: index,
        to: index + 1,
        open: 1,
        unknown: 0,
        pairs: 4,
      })),
    };
  }

  it('answers first: between how many something is open', async () => {
    await show();
    expect(
      screen.getByText(
        /^In prod-eu, 2 of 12 ways from one namespace to another are open, 1 of them for all workloads\./,
      ),
    ).toHaveTextContent('Of 1 more nobody can tell.');
  });

  it('says what the network is not known to enforce', async () => {
    backend.matrix = cluster => ({
      ...namespaceMatrix(cluster),
      caveats: ['Nothing is known of its network.'],
    });
    await show();
    expect(screen.getByText('Nothing is known of its network.')).toBeVisible();
  });

  it('says that everything is shut', async () => {
    backend.matrix = cluster => ({ ...namespaceMatrix(cluster), cells: [] });
    await show();
    expect(
      screen.getByText('No namespace of prod-eu reaches another.'),
    ).toBeVisible();
    expect(
      screen.getByText('No namespace has anything open to another.'),
    ).toBeVisible();
  });

  describe('the matrix', () => {
    it('has sources as rows and destinations as columns, each cell with its state in words', async () => {
      await show();
      const [heads, ...rows] = within(screen.getByRole('grid')).getAllByRole(
        'row',
      );
      expect(
        within(heads)
          .getAllByRole('columnheader')
          .map(head => head.textContent),
      ).toEqual(['From ↓ to →', 'archive', 'payments', 'shop']);
      expect(
        rows.map(row => [
          within(row).getByRole('rowheader').textContent,
          ...within(row)
            .getAllByRole('button')
            .map(button => button.getAttribute('aria-label')),
        ]),
      ).toEqual([
        [
          'archive',
          'within archive: closed',
          'archive to payments: closed',
          'archive to shop: unknown',
        ],
        [
          'payments',
          'payments to archive: open for all workloads',
          'within payments: closed',
          'payments to shop: closed',
        ],
        [
          'shop',
          'shop to archive: closed',
          'shop to payments: open for some workloads',
          'within shop: closed',
        ],
      ]);
    });

    it('leaves out who neither reaches others nor is reached, unless asked for all', async () => {
      const user = userEvent.setup();
      await show();
      expect(
        screen.queryByRole('rowheader', { name: 'lonely' }),
      ).not.toBeInTheDocument();
      await user.click(
        screen.getByRole('checkbox', {
          name: 'Only namespaces with something open to others',
        }),
      );
      expect(screen.getByRole('rowheader', { name: 'lonely' })).toBeVisible();
      expect(cell('within lonely: open for all workloads')).toBeVisible();
      expect(address()).toBe('?all=true');
    });

    it('gives the numbers of a chosen cell, which the address remembers', async () => {
      const user = userEvent.setup();
      await show();
      await user.click(cell('shop to payments: open for some workloads'));
      expect(address()).toBe('?from=shop&to=payments');
      expect(
        screen.getByText(
          '5 of 12 pairs of workloads have a port open; 2 cannot be told.',
        ),
      ).toBeVisible();
      await user.click(cell('shop to archive: closed'));
      expect(
        screen.getByText('No port is open between any of their workloads.'),
      ).toBeVisible();
    });

    it('is one stop of the tab key, and arrow keys lead from cell to cell', async () => {
      const user = userEvent.setup();
      await show();
      cell('within archive: closed').focus();
      await user.keyboard('{ArrowDown}{ArrowDown}{ArrowRight}');
      expect(cell('shop to payments: open for some workloads')).toHaveFocus();
      await user.keyboard('{ArrowLeft}{ArrowUp}');
      expect(cell('payments to archive: open for all workloads')).toHaveFocus();
      await user.keyboard('{End}');
      expect(cell('payments to shop: closed')).toHaveFocus();
      await user.keyboard('{Control>}{Home}{/Control}');
      expect(cell('within archive: closed')).toHaveFocus();
      await user.keyboard('{ArrowUp}{ArrowLeft}');
      expect(cell('within archive: closed')).toHaveFocus();
      expect(
        within(screen.getByRole('grid'))
          .getAllByRole('button')
          .filter(button => button.tabIndex === 0),
      ).toHaveLength(1);
      await user.keyboard('{ArrowRight}{Enter}');
      expect(address()).toBe('?from=archive&to=payments');
    });

    it('draws only what can be seen of hundreds, and reaches the last all the same', async () => {
      const user = userEvent.setup();
      backend.matrix = () => many(300);
      await show();
      const grid = screen.getByRole('grid');
      expect(grid).toHaveAttribute('aria-rowcount', '301');
      expect(within(grid).getAllByRole('gridcell').length).toBeLessThan(1000);
      cell('within team-000: closed').focus();
      await user.keyboard('{Control>}{End}{/Control}');
      await waitFor(() =>
        expect(cell('within team-299: closed')).toHaveFocus(),
      );
    });
  });

  it('is a table as well, the widest first, searched and in parts', async () => {
    const user = userEvent.setup();
    await show();
    await user.click(screen.getByRole('radio', { name: 'Table' }));
    const rows = () =>
      within(screen.getByRole('table'))
        .getAllByRole('row')
        .slice(1)
        .map(row => Array.from(row.children, each => each.textContent));
    expect(rows()).toEqual([
      ['payments', 'archive', 'open for all workloads', '6', '0', '6'],
      ['shop', 'payments', 'open for some workloads', '5', '2', '12'],
      ['archive', 'shop', 'unknown', '0', '8', '8'],
      ['lonely', 'lonely', 'open for all workloads', '1', '0', '1'],
    ]);
    await user.type(
      screen.getByRole('searchbox', { name: 'Search namespaces' }),
      'pay',
    );
    await waitFor(() => expect(rows()).toHaveLength(2));
    expect(screen.getByText('2 pairs of namespaces')).toBeVisible();
    expect(address()).toBe('?view=table&search=pay');
  });

  it('shows the chosen cluster', async () => {
    const user = userEvent.setup();
    await show();
    await user.click(screen.getByRole('button', { name: /Cluster$/ }));
    await user.click(
      await screen.findByRole('option', { name: 'Production, United States' }),
    );
    expect(await screen.findByText(/^In prod-us, 2 of 12/)).toBeVisible();
    expect(address()).toBe('?cluster=prod-us');
  });

  it.each([
    [
      'The connections of prod-eu are being worked out',
      { evaluatedAt: undefined },
    ],
    ['No namespace of prod-eu runs a workload', { namespaces: [], cells: [] }],
  ])('says why there is nothing: %s', async (title, change) => {
    backend.matrix = cluster => ({ ...namespaceMatrix(cluster), ...change });
    renderScreen(<Namespaces />);
    expect(await screen.findByText(title)).toBeVisible();
  });

  it('says so where the cluster of a link is not configured any more', async () => {
    renderScreen(<Namespaces />, { address: '/?cluster=gone' });
    expect(
      await screen.findByText('No cluster gone is configured'),
    ).toBeVisible();
  });

  it('shows the largest cluster that was seen first, and of one that was never seen why', async () => {
    backend.matrix = cluster => ({
      ...namespaceMatrix(cluster),
      evaluatedAt: undefined,
    });
    const { unmount } = renderScreen(<Namespaces />);
    expect(
      await screen.findByText(/^The connections of prod-eu/),
    ).toBeVisible();
    unmount();
    renderScreen(<Namespaces />, { address: '/?cluster=lab' });
    expect(
      await screen.findByText(
        'lab cannot be reached and was never seen. The API server did not answer within 10 s.',
      ),
    ).toBeVisible();
  });

  it('says where clusters come from if there are none', async () => {
    backend.clusters = [];
    renderScreen(<Namespaces />);
    expect(await screen.findByText('No cluster is configured')).toBeVisible();
  });

  it('tries again after an error', async () => {
    const user = userEvent.setup();
    backend.error = { status: 500, message: 'No' };
    renderScreen(<Namespaces />);
    await screen.findByRole('alert');
    backend.error = undefined;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByRole('region', {
        name: 'Which namespace reaches which',
      }),
    ).toBeVisible();
  });

  it('gives axe nothing to find', async () => {
    const { container } = await show('/?from=shop&to=payments');
    expect((await axe(container)).violations).toEqual([]);
  });
});
