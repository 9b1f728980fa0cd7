import { screen } from '@testing-library/react';
import {
  registerMswTestHooks,
  renderTestApp,
} from '@backstage/frontend-test-utils';
import { createTestEntityPage } from '@backstage/plugin-catalog-react/testUtils';
import { setupServer } from 'msw/node';
import { zeroTrustApi } from '../alpha/apis';
import { zeroTrustEntityCard } from '../alpha/entity';
import { BACKEND, TestBackend } from '../__testUtils__/backend';
import { orders } from '../__testUtils__/postures';
import { fetchApiFor } from '../__testUtils__/renderScreen';
import german from './de';
import { messages } from './messages';

interface Nested {
  readonly [name: string]: string | Nested;
}

function flatten(nested: Nested, prefix = ''): [string, string][] {
  return Object.entries(nested).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [[prefix + name, value] as [string, string]]
      : flatten(value, `${prefix}${name}.`),
  );
}

function placeholders(message: string): string[] {
  return (message.match(/{{\w+}}/g) ?? []).sort();
}

describe('The German translation', () => {
  const translated: Record<string, string> = german;

  it('has the same messages as the English one, and no others', () => {
    expect(Object.keys(translated).sort()).toEqual(
      flatten(messages)
        .map(([key]) => key)
        .sort(),
    );
  });

  it.each(flatten(messages))('fills in the same values: %s', (key, english) => {
    expect([...new Set(placeholders(translated[key]))]).toEqual([
      ...new Set(placeholders(english)),
    ]);
  });

  describe('on the screen', () => {
    const server = setupServer();
    registerMswTestHooks(server);

    it('is there without anything to install', async () => {
      TestBackend.start(server);
      renderTestApp({
        extensions: [
          createTestEntityPage({ entity: orders }),
          zeroTrustEntityCard,
          zeroTrustApi,
        ],
        apis: [fetchApiFor(BACKEND)],
        config: {
          app: {
            extensions: [
              {
                'api:app/app-language': {
                  config: {
                    defaultLanguage: 'de',
                    availableLanguages: ['en', 'de'],
                  },
                },
              },
            ],
          },
        },
      });
      expect(await screen.findByText('Lückenhaft')).toBeVisible();
      expect(
        screen.getByText(
          '18 von 21 Prüfungen beurteilt · 1 ausgenommen · 3 unbekannt',
        ),
      ).toBeVisible();
    });
  });
});
