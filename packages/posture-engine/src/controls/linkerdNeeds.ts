/** What controls of the mesh have to see of Linkerd; without it they say so for the pods that have its proxy, and for no others. */
import { LINKERD_AUTHENTICATIONS, LINKERD_POLICIES } from '../mesh/linkerd';
import { Need } from './control';

export const LINKERD_NEEDS: readonly Need[] = [
  ...LINKERD_POLICIES.map(
    kind => ({ kind, in: 'namespace', optional: true } as const),
  ),
  ...LINKERD_AUTHENTICATIONS.map(
    kind => ({ kind, in: 'cluster', optional: true } as const),
  ),
];
