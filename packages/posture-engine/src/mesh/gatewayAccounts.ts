/** As whom Istio runs the proxies that it makes of a Gateway object. */
import { Gateway } from '../snapshot/kinds';
import { entryOf } from './podFields';
import { WAYPOINT_CLASS } from './waypoint';

const ACCOUNT = 'gateway.istio.io/service-account';

/** The class follows the name, except for waypoints; an annotation may say otherwise (`deploymentcontroller.go`). */
export function accountOfGateway({ metadata, spec }: Gateway): string {
  const className = spec?.gatewayClassName;
  return (
    entryOf(metadata.annotations ?? {}, ACCOUNT) ??
    (className === undefined || className === WAYPOINT_CLASS
      ? metadata.name
      : `${metadata.name}-${className}`)
  );
}
