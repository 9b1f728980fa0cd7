/** The node's own network, processes and shared memory stay the node's. */
import { PodSecurityCheck } from '../check';
import { refuse } from '../pod';

const FIELDS = ['hostNetwork', 'hostPID', 'hostIPC'] as const;

export const hostNamespaces: PodSecurityCheck = {
  id: 'hostNamespaces',
  level: 'baseline',
  versions: [
    {
      since: 0,
      checkPod: ({ spec }) =>
        refuse(
          FIELDS.filter(field => spec[field]).map(field => ({
            field: `spec.${field}`,
            value: true,
          })),
          offences =>
            `the pod must not set ${offences
              .map(({ field }) => field.slice('spec.'.length))
              .join(', ')} to true`,
        ),
    },
  ],
};
