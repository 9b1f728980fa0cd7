/** Pictures of the screens for the documentation: taken by the browser tests when PICTURES names the folder for them. */
import { Locator, Page, expect } from '@playwright/test';

export const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Backstage remembers the theme in the browser. */
export async function useTheme(page: Page, theme: Theme): Promise<void> {
  await page.addInitScript(
    name => window.localStorage.setItem('theme', name),
    theme,
  );
}

export async function takePicture(
  shown: Page | Locator,
  name: string,
): Promise<void> {
  if (process.env.PICTURES) {
    const image = await shown.screenshot({
      path: `${process.env.PICTURES}/${name}.png`,
      animations: 'disabled',
    });
    expect(image.length).toBeGreaterThan(0);
  }
}
