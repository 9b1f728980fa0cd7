/** No capability may be added beyond those that container runtimes give by default. */
import { PodSecurityCheck } from '../check';
import { quoted, refuse, setters, unique } from '../pod';
import { addedCapabilities } from './capabilities';

const DEFAULT_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

export const capabilitiesBaseline: PodSecurityCheck = {
  id: 'capabilities_baseline',
  level: 'baseline',
  versions: [
    {
      since: 0,
      checkPod: ({ containers }) =>
        refuse(
          containers.flatMap(placed =>
            addedCapabilities(placed, DEFAULT_CAPABILITIES),
          ),
          offences =>
            `${setters(offences)} must not add ${quoted(
              unique(offences.map(({ value }) => String(value))),
            )} in securityContext.capabilities.add`,
        ),
    },
  ],
};
