/** The translation ref of the plugin; apps override single messages or add languages through it. */
import { createTranslationRef } from '@backstage/core-plugin-api/alpha';
import { messages } from './messages';

export const zeroTrustTranslationRef = createTranslationRef({
  id: 'zero-trust',
  messages,
  translations: {
    de: () => import('./de'),
  },
});
