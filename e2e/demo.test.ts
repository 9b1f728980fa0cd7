/** What the README promises, in a real browser in front of the whole demo. */
import { execFileSync } from 'node:child_process';
import { Locator, Page, expect, test } from '@playwright/test';
import { expectAccessible, open } from './page';
import { THEMES, takePicture, useTheme } from './pictures';

/** `bin/demo`, against the demo of these tests. */
function demo(action: 'break' | 'fix', scenario: string): void {
  execFileSync('bin/demo', [
    action,
    scenario,
    '--state',
    `${process.env.DEMO_FOLDER}/demo-cluster.json`,
  ]);
}

function cardOf(page: Page): Locator {
  return page
    .getByRole('article')
    .filter({ has: page.getByRole('heading', { name: 'Zero trust' }) });
}

async function openCard(page: Page, service: string): Promise<Locator> {
  await open(page, `/catalog/default/component/${service}`);
  return cardOf(page);
}

for (const theme of THEMES) {
  test.describe(`in ${theme} colours`, () => {
    test.beforeEach(({ page }) => useTheme(page, theme));

    test('the fleet shows every service that a cluster runs, the worst first', async ({
      page,
    }) => {
      await open(page, '/zero-trust/services');
      const rows = page
        .getByRole('table', { name: 'Services' })
        .getByRole('row');
      // A row for the headings, and one for each service.
      await expect(rows).toHaveCount(18);
      await expect(rows.nth(1)).toContainText('Exposed');
      await expect(rows.last()).toContainText('Zero trust');
      await expectAccessible(page);
      await takePicture(page, `fleet-${theme}`);
    });

    test('a service that is right shows its proof on a card', async ({
      page,
    }) => {
      const card = await openCard(page, 'orders');
      await expect(card).toContainText('100');
      await expect(card).toContainText('22 of 22 controls judged');
      await expect(card).toContainText('Nothing fails.');
    });

    test('a service that is not shows the worst of it, and the card leads to evidence and repair', async ({
      page,
    }) => {
      const card = await openCard(page, 'payment-api');
      await expect(card).toContainText('Partial');
      await takePicture(card, `entity-card-${theme}`);
      const worst = card.getByRole('list', { name: 'Worst findings' });
      await worst.getByRole('link').first().click();

      const findings = page.getByRole('region', { name: 'Findings' });
      await expect(findings).toContainText('Port 9090 of payment-api');
      await expect(findings.getByText('How this is known')).toBeVisible();
      await expect(findings).toContainText('portLevelMtls');
      await expect(findings.getByText('What to do')).toBeVisible();
      await expectAccessible(page);
      await takePicture(page, `finding-${theme}`);
    });

    test('the state of each cluster is told, also of one that is down', async ({
      page,
    }) => {
      await open(page, '/zero-trust/clusters');
      const legacy = page.getByRole('region', {
        name: 'The old data centre',
      });
      await expect(legacy).toContainText('Unreachable');
      await expectAccessible(page);
      await takePicture(page, `clusters-${theme}`);
    });
  });
}

test('the list is filtered and sorted on the server, and the address says how', async ({
  page,
}) => {
  await open(page, '/zero-trust/services');
  await page.getByRole('button', { name: /Hardened/ }).click();
  await expect(page).toHaveURL(/level=hardened/);
  const table = page.getByRole('table', { name: 'Services' });
  await expect(table.getByRole('row').nth(1)).toContainText('Hardened');
  await expect(table).not.toContainText('Exposed');

  await page.reload();
  await expect(table.getByRole('row').nth(1)).toContainText('Hardened');
  await page.getByRole('searchbox', { name: 'Search services' }).fill('ledger');
  await expect(table.getByRole('row')).toHaveCount(2);
});

test('a service that runs nowhere is told where was looked', async ({
  page,
}) => {
  await expect(await openCard(page, 'loyalty')).toContainText(
    'No cluster that can be seen runs loyalty',
  );
  await expect(await openCard(page, 'erp-bridge')).toContainText('legacy-dc');
});

test('a request is tried step by step, and the question is a link', async ({
  page,
}) => {
  await open(
    page,
    '/catalog/default/component/payment-api/zero-trust/connections',
  );
  const form = page.getByRole('region', { name: 'Try a request' });
  await form
    .getByRole('combobox', { name: 'The other end' })
    .fill('shop/Deployment/orders');
  await page.keyboard.press('Tab');
  await form.getByRole('textbox', { name: 'Port' }).fill('8080');
  await form.getByText(/^Describe an HTTP request/).click();
  await form.getByRole('combobox', { name: 'Method' }).fill('POST');
  await page.keyboard.press('Tab');
  await form.getByRole('textbox', { name: 'Path' }).fill('/charge');
  await form.getByRole('button', { name: 'Ask' }).click();
  await expect(form.getByRole('status')).toContainText('Allowed');
  await expect(form).toContainText('spiffe://cluster.local/ns/shop/sa/orders');
  const steps = form.getByRole('list', { name: 'Who decides, step by step' });
  await expect(steps.getByRole('listitem')).toHaveCount(4);
  await expect(steps).toContainText('NetworkPolicy payments/payment-api');
  await expect(steps).toContainText('AuthorizationPolicy payments/payment-api');
  await expectAccessible(page);

  const link = new URL(page.url());
  link.searchParams.set('askMethod', 'DELETE');
  await page.goto(link.href);
  await expect(form.getByRole('status')).toContainText('Refused');
  await expect(steps.getByRole('listitem').last()).toContainText('Refused');
});

test('what changes in the cluster changes on the open page, without reload', async ({
  page,
}, testInfo) => {
  const card = await openCard(page, 'orders');
  await expect(card).toContainText('Nothing fails.');
  // Anything that reloads the page forgets this.
  await page.evaluate(() => Object.assign(window, { stillTheSamePage: true }));

  const waits: string[] = [];
  for (const [action, text] of [
    ['break', /Port 8080|plaintext|without encryption/],
    ['fix', /Nothing fails/],
  ] as const) {
    demo(action, 'permissive-port');
    const changed = Date.now();
    await expect(card).toContainText(text);
    waits.push(`${action}: ${Date.now() - changed} ms`);
  }
  testInfo.annotations.push({
    type: 'from the change in the cluster to the card',
    description: waits.join(', '),
  });
  process.stdout.write(`  card changed after ${waits.join(', ')}\n`);
  expect(await page.evaluate(() => 'stillTheSamePage' in window)).toBe(true);
});

test('losing sight of a kind makes exactly the controls that rest on it unknown, with the missing right', async ({
  page,
}) => {
  demo('break', 'forbidden-policies');
  try {
    await open(page, '/catalog/default/component/orders/zero-trust');
    const findings = page.getByRole('region', { name: 'Findings' });
    const network = findings.getByRole('button', { name: /networkpolicies/ });
    // Default deny, where it sends, whether it still reaches what it needs, and whether the mesh agrees.
    await expect(network).toHaveCount(4, { timeout: 60_000 });
    await network.first().click();
    await expect(findings.getByText('What is missing')).toBeVisible();
    await expect(findings).toContainText('networking.k8s.io');
  } finally {
    demo('fix', 'forbidden-policies');
  }
});

test('a service made from the template passes from birth', async ({ page }) => {
  await open(page, '/create/templates/default/zero-trust-service');
  await page.getByLabel('Name', { exact: false }).first().fill('gift-cards');
  await page.getByLabel(/What does it do/).fill('Sells gift cards');
  await page.getByLabel(/Owner/).first().click();
  await page.getByRole('option', { name: /shop/i }).first().click();
  await takePicture(page, 'template-light');
  const next = page.getByRole('button', { name: /next/i });
  await next.click();
  await expect(page.getByLabel(/Trust domain/)).toBeVisible();
  await next.click();
  await page.getByRole('button', { name: /add/i }).first().click();
  await page.getByLabel(/Namespace of the caller/).fill('shop');
  await page.getByLabel(/Name of the caller/).fill('storefront');
  await page.getByRole('button', { name: /review/i }).click();
  await page
    .getByRole('button', { name: /create/i })
    .last()
    .click();

  await page
    .getByRole('link', { name: /Open it in the catalog/ })
    .first()
    .click({ timeout: 60_000 });
  const card = cardOf(page);
  await expect(card).toContainText('22 of 22 controls judged', {
    timeout: 60_000,
  });
  await expect(card).toContainText('Nothing fails.');
  await takePicture(page, 'template-result-light');
});

test('the card fits a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const card = await openCard(page, 'shipping');
  await expect(card).toContainText('Exposed');
  const { width } = (await card.boundingBox()) ?? { width: Infinity };
  expect(width).toBeLessThanOrEqual(390);
  await takePicture(card, 'entity-card-phone');
});
