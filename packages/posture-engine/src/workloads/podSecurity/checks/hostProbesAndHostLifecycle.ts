/**
 * Probes and lifecycle handlers reach the pod itself only: with a host, the
 * kubelet would call that host from the node's network. Even 127.0.0.1 is one.
 */
import { AdmittedPod, Offence, PodSecurityCheck, Refusal } from '../check';
import {
  containerOffence,
  plural,
  quoted,
  refuse,
  setters,
  unique,
} from '../pod';

const ACTIONS = ['httpGet', 'tcpSocket'] as const;

function checkHosts({ containers }: AdmittedPod): Refusal | undefined {
  const offences = containers.flatMap((placed): Offence[] => {
    const { livenessProbe, readinessProbe, startupProbe, lifecycle } =
      placed.container;
    const handlers = {
      livenessProbe,
      readinessProbe,
      startupProbe,
      'lifecycle.postStart': lifecycle?.postStart,
      'lifecycle.preStop': lifecycle?.preStop,
    };
    return Object.entries(handlers).flatMap(([name, handler]) =>
      ACTIONS.flatMap(action => {
        const host = handler?.[action]?.host;
        return host
          ? [containerOffence(placed, `${name}.${action}.host`, host)]
          : [];
      }),
    );
  });
  return refuse(offences, () => {
    const hosts = unique(offences.map(({ value }) => String(value)));
    return `${setters(offences)} must not name host${plural(hosts)} ${quoted(
      hosts,
    )} in probes or lifecycle handlers`;
  });
}

export const hostProbesAndHostLifecycle: PodSecurityCheck = {
  id: 'hostProbesAndHostLifecycle',
  level: 'baseline',
  versions: [{ since: 34, checkPod: checkHosts }],
};
