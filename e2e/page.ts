/** What all browser tests do with a page of the demo. */
import AxeBuilder from '@axe-core/playwright';
import { Page, expect } from '@playwright/test';

export async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${process.env.DEMO_URL}${path}`);
}

export async function expectAccessible(page: Page): Promise<void> {
  // What is around the page is Backstage's own.
  const { violations } = await new AxeBuilder({ page })
    .include('main, [role=main]')
    .analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`)).toEqual(
    [],
  );
}
