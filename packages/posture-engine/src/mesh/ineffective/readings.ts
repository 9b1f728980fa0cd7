/** The ways in which proxies read policies: whose proxy it is, and whether it reads HTTP. */
import { ClusterSnapshot } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { policiesInForce } from '../authorization';
import { Chain, chainsOf } from '../portProtocol';
import { declaresPorts, portsOfPod } from './ports';
import { Reader } from './readers';

export interface Reading extends Reader {
  chain: Chain;
}

export function readingsOf(
  readers: readonly Reader[],
  snapshot: ClusterSnapshot,
): Reading[] {
  return readers.flatMap(reader =>
    chainsOfReader(reader, snapshot).map(chain => ({ ...reader, chain })),
  );
}

/** Both where nobody can tell what is spoken. */
function chainsOfReader(
  { pod, enforcer }: Reader,
  snapshot: ClusterSnapshot,
): readonly Chain[] {
  if (enforcer === 'ztunnel') {
    return ['tcp'];
  }
  return enforcer === 'sidecar' && declaresPorts(pod)
    ? [
        ...new Set(
          [...portsOfPod(pod, snapshot)].flatMap(port =>
            chainsOf(pod.pod, port, snapshot),
          ),
        ),
      ]
    : ['http', 'tcp'];
}

/** Whether a proxy has a rule at all, and it can match something. */
export function isAlive(
  policy: AuthorizationPolicy,
  field: string,
  { pod: { pod }, enforcer, chain }: Reading,
  snapshot: ClusterSnapshot,
): boolean {
  return policiesInForce({ pod, enforcer, chain }, snapshot).some(
    enforced =>
      enforced.policy === policy &&
      enforced.rules.some(rule => rule.field === field && !rule.isVoid),
  );
}
