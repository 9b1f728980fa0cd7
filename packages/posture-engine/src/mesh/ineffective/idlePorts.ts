/** Ports in rules that none of the pods, or no Service before a waypoint, has. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { portOf } from '../authorization/envoyFields';
import { MissingPort, missingPort } from './ports';
import { Reader } from './readers';
import { Reason } from './selection';

export function idlePorts(
  policy: AuthorizationPolicy,
  index: number,
  readers: readonly Reader[],
  snapshot: ClusterSnapshot,
): Reason[] {
  const object = referenceTo(policy);
  return (policy.spec?.rules?.[index]?.to ?? []).flatMap(
    ({ operation = {} }, item) =>
      (operation.ports ?? []).flatMap((value, place) => {
        const port = portOf(value);
        const missing =
          port === undefined ? undefined : missingAt(port, readers, snapshot);
        const field = `spec.rules[${index}].to[${item}].operation.ports[${place}]`;
        return missing
          ? [
              {
                field,
                because: missing.because,
                provenBy: [{ object, field }, ...missing.provenBy],
              },
            ]
          : [];
      }),
  );
}

function missingAt(
  port: number,
  readers: readonly Reader[],
  snapshot: ClusterSnapshot,
): MissingPort | undefined {
  const pods = readers.flatMap(({ enforcer, pod }) =>
    enforcer === 'sidecar' || enforcer === 'ztunnel' ? [pod] : [],
  );
  // What a gateway or a waypoint listens on is said elsewhere.
  return pods.length === readers.length
    ? missingPort(port, pods, snapshot)
    : undefined;
}
