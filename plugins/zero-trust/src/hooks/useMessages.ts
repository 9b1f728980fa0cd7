/** The words of the plugin in the reader's language. */
import {
  TranslationFunction,
  useTranslationRef,
} from '@backstage/core-plugin-api/alpha';
import { zeroTrustTranslationRef } from '../translation';

export type Messages = TranslationFunction<
  (typeof zeroTrustTranslationRef)['T']
>;

export function useMessages(): Messages {
  return useTranslationRef(zeroTrustTranslationRef).t;
}
