/** Who may reach whom, in a real browser: a service with few peers, one with hundreds, and the fleet. */
import { Page, expect, test } from '@playwright/test';
import { Deployer, deployCallers } from './deploy';
import { expectAccessible, open } from './page';
import { THEMES, takePicture, useTheme } from './pictures';

function tableOf(page: Page, name: string) {
  return page.getByRole('table', { name });
}

/** Nothing sticks out of the page at the side. */
async function expectNoOverflow(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () =>
      document.documentElement.scrollWidth -
      document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
}

for (const theme of THEMES) {
  test.describe(`in ${theme} colours`, () => {
    test.beforeEach(({ page }) => useTheme(page, theme));

    test('a service with few peers says who may call it, whom it may call, and why', async ({
      page,
    }) => {
      await open(page, '/catalog/default/component/orders/zero-trust');
      await page.getByRole('link', { name: 'Connections' }).click();
      await expect(page.getByText('1 workload may call orders.')).toBeVisible();
      await expect(page.getByText('It may call 1 workload.')).toBeVisible();
      await expect(tableOf(page, 'Who may call it')).toContainText(
        'storefront',
      );
      await page.getByRole('button', { name: /^payment-api payments/ }).click();
      await expect(page).toHaveURL(/direction=out/);
      await expect(tableOf(page, 'Entering payment-api')).toContainText(
        'NetworkPolicy payments/payment-api',
      );
      await expectAccessible(page);
      await expectNoOverflow(page);
      await takePicture(page, `connections-${theme}`);
    });

    test('whoever takes over a service is shown how far that leads, step by step', async ({
      page,
    }) => {
      await open(
        page,
        '/catalog/default/component/orders/zero-trust/blast-radius',
      );
      await expect(
        page.getByRole('heading', { name: /^Whoever takes over orders/ }),
      ).toBeVisible();
      await page
        .getByRole('button', { name: 'Show the way to payment-api' })
        .click();
      await expect(
        page.getByRole('list', { name: 'The way to payment-api' }),
      ).toContainText('payments');
      await expectAccessible(page);
      await expectNoOverflow(page);
      await takePicture(page, `blast-radius-${theme}`);
    });

    test('the fleet shows which namespace reaches which, and what falls with each workload', async ({
      page,
    }) => {
      await open(page, '/zero-trust/connections?cluster=prod-eu');
      const grid = page.getByRole('grid');
      await grid.getByRole('button', { name: /^shop to payments/ }).click();
      await expect(
        page.getByText(/pairs of workloads have a port open/),
      ).toBeVisible();
      await expectAccessible(page);
      await expectNoOverflow(page);
      await takePicture(page, `namespaces-${theme}`);
      await page.getByRole('tab', { name: 'Blast radius' }).click();
      await expect(
        tableOf(page, 'What falls with each workload, the widest first')
          .getByRole('row')
          .nth(1),
      ).toContainText('%');
      await expectAccessible(page);
      await expectNoOverflow(page);
    });
  });
}

test('arrow keys lead through the matrix', async ({ page }) => {
  await open(page, '/zero-trust/connections?cluster=prod-eu');
  const grid = page.getByRole('grid');
  await grid.getByRole('button').first().focus();
  await page.keyboard.press('Control+End');
  const last = grid.getByRole('button').last();
  await expect(last).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/from=/);
});

test.describe('a service that hundreds may call', () => {
  const service = { namespace: 'platform', name: 'notifications' };
  const callers = { namespaces: 24, each: 13 };
  let deployer: Deployer;

  test.beforeAll(async () => {
    deployer = Deployer.create('prod-eu');
    await deployCallers(deployer, callers, service);
  });

  test.afterAll(() => deployer.takeAway());

  test('stays readable: namespaces in the graph, parts in the table', async ({
    page,
  }) => {
    await open(
      page,
      '/catalog/default/component/notifications/zero-trust/connections',
    );
    await expect(
      page.getByText(/^3\d\d workloads may call notifications\./),
    ).toBeVisible({ timeout: 60_000 });
    const graph = page.getByRole('region', { name: 'The same as a graph' });
    const incoming = graph.getByRole('list', { name: 'Who may call it' });
    await expect(incoming.getByRole('button')).toHaveCount(10);
    await expectAccessible(page);
    await takePicture(page, 'connections-many-light');

    await incoming.getByRole('button', { name: /^callers-03 / }).click();
    await expect(page).toHaveURL(/namespace=callers-03/);
    const table = tableOf(page, 'Who may call it');
    await expect(table.getByRole('rowheader')).toHaveCount(callers.each);
    await incoming
      .getByRole('button', { name: /^caller-07 callers-03/ })
      .click();
    await expect(table.getByRole('rowheader')).toHaveCount(1);
    await expect(table).toContainText('spec.ingress');
    await expectAccessible(page);
    await expectNoOverflow(page);
    await page.setViewportSize({ width: 1920, height: 1080 });
    await expectNoOverflow(page);

    await page.getByRole('button', { name: 'Show all' }).click();
    await page
      .getByRole('searchbox', { name: 'Search peers' })
      .fill('callers-03/caller-1');
    await expect(table.getByRole('rowheader')).toHaveCount(3);
  });
});
