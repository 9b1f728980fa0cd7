/** The reference under which apps and other plugins find the client, and its default. */
import {
  createApiFactory,
  createApiRef,
  fetchApiRef,
} from '@backstage/core-plugin-api';
import {
  ZeroTrustApi,
  ZeroTrustClient,
} from '@backstage-zero-trust/plugin-zero-trust-common';

export const zeroTrustApiRef = createApiRef<ZeroTrustApi>({
  id: 'plugin.zero-trust.client',
});

export const zeroTrustApiFactory = createApiFactory({
  api: zeroTrustApiRef,
  deps: { fetchApi: fetchApiRef },
  factory: ({ fetchApi }) => ZeroTrustClient.create({ fetchApi }),
});
