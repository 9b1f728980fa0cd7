/** Kernel settings that are not known to stay inside the pod are refused. */
import { CheckPod, PodSecurityCheck } from '../check';
import { plural, quoted, refuse } from '../pod';

const SAFE = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_syncookies',
];
const SAFE_1_27 = [...SAFE, 'net.ipv4.ip_local_reserved_ports'];
const SAFE_1_29 = [
  ...SAFE_1_27,
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
];
const SAFE_1_32 = [...SAFE_1_29, 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'];
const SAFE_1_37 = [
  ...SAFE_1_32,
  'net.ipv4.tcp_notsent_lowat',
  'net.ipv4.tcp_slow_start_after_idle',
];

function checkSysctls(safe: readonly string[]): CheckPod {
  return ({ spec }) => {
    const offences = (spec.securityContext?.sysctls ?? []).flatMap(
      ({ name }, index) =>
        safe.includes(name)
          ? []
          : [
              {
                field: `spec.securityContext.sysctls[${index}].name`,
                value: name,
              },
            ],
    );
    return refuse(
      offences,
      () =>
        `the pod must not set sysctl${plural(offences)} ${quoted(
          offences.map(({ value }) => value),
        )}`,
    );
  };
}

export const sysctls: PodSecurityCheck = {
  id: 'sysctls',
  level: 'baseline',
  versions: [
    { since: 0, checkPod: checkSysctls(SAFE) },
    { since: 27, checkPod: checkSysctls(SAFE_1_27) },
    { since: 29, checkPod: checkSysctls(SAFE_1_29) },
    { since: 32, checkPod: checkSysctls(SAFE_1_32) },
    { since: 37, checkPod: checkSysctls(SAFE_1_37) },
  ],
};
