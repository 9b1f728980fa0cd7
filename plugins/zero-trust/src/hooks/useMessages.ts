/** The words of the plugin in the reader's language. */
import { useTranslationRef } from '@backstage/core-plugin-api/alpha';
import { zeroTrustTranslationRef } from '../translation';

export function useMessages() {
  return useTranslationRef(zeroTrustTranslationRef).t;
}

export type Messages = ReturnType<typeof useMessages>;
