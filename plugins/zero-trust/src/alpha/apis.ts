/** The client, as an extension that apps may replace. */
import { ApiBlueprint } from '@backstage/frontend-plugin-api';
import { zeroTrustApiFactory } from '../api';

export const zeroTrustApi = ApiBlueprint.make({
  params: define => define(zeroTrustApiFactory),
});
