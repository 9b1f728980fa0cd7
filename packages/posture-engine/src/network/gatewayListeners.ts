/** The doors of a Gateway of the Gateway API: its own listeners, and those that ListenerSets add. */
import {
  ClusterSnapshot,
  Gateway,
  GatewayListener,
  ListenerSet,
  referenceTo,
} from '../snapshot';
import { EdgeDoor, fieldIn } from './edgeRoute';
import { admitsNamespace } from './allowedRoutes';

/** Istio's own word for what a listener asks of its callers. */
const TERMINATE_MODE = 'gateway.istio.io/tls-terminate-mode';

export interface ListenerDoor {
  door: EdgeDoor;
  listener: GatewayListener;
  /** Of the object that holds the listener, which `allowedRoutes` means by `Same`. */
  namespace: string;
}

export function listenerDoorsOf(gateway: Gateway): ListenerDoor[] {
  return doorsIn(gateway, gateway);
}

/** Of a set that a Gateway admits; by itself it admits none. */
export function listenerDoorsOfSet(
  set: ListenerSet,
  gateway: Gateway,
  snapshot: ClusterSnapshot,
): ListenerDoor[] {
  const { namespace = 'default' } = set.metadata;
  return admitsNamespace(
    gateway.spec?.allowedListeners?.namespaces,
    gateway.metadata.namespace ?? 'default',
    namespace,
    snapshot,
    'None',
  )
    ? doorsIn(set, gateway)
    : [];
}

function doorsIn(
  holder: Gateway | ListenerSet,
  gateway: Gateway,
): ListenerDoor[] {
  return (holder.spec?.listeners ?? []).map((listener, index) => ({
    door: doorOf(holder, listener, `spec.listeners[${index}]`, gateway),
    listener,
    namespace: holder.metadata.namespace ?? 'default',
  }));
}

function doorOf(
  holder: Gateway | ListenerSet,
  listener: GatewayListener,
  field: string,
  gateway: Gateway,
): EdgeDoor {
  const { protocol, port, allowedRoutes } = listener;
  const isTls = protocol === 'HTTPS' || protocol === 'TLS';
  const passes = isTls && listener.tls?.mode === 'Passthrough';
  const certificate =
    isTls && !passes ? certificateOf(listener, gateway) : undefined;
  return {
    object: referenceTo(holder),
    field,
    decidedBy: fieldIn(holder, `${field}.protocol`),
    ...(port === undefined ? {} : { port }),
    reads: readsOf(protocol, passes),
    tls: protectionOf(isTls, passes),
    redirects: false,
    ...(certificate ? { clientCertificate: certificate } : {}),
    ...(allowedRoutes?.namespaces?.from === 'All'
      ? {
          openToRoutes: fieldIn(
            holder,
            `${field}.allowedRoutes.namespaces.from`,
          ),
        }
      : {}),
  };
}

function readsOf(protocol: string, passes: boolean): EdgeDoor['reads'] {
  if (passes) {
    return 'names';
  }
  return protocol === 'HTTP' || protocol === 'HTTPS'
    ? 'requests'
    : 'connections';
}

function protectionOf(isTls: boolean, passes: boolean): EdgeDoor['tls'] {
  if (!isTls) {
    return 'none';
  }
  return passes ? 'passed-on' : 'ended';
}

function certificateOf(
  { port, tls }: GatewayListener,
  { spec }: Gateway,
): EdgeDoor['clientCertificate'] {
  const { frontend } = spec?.tls ?? {};
  const { validation } =
    frontend?.perPort?.find(setting => setting.port === port)?.tls ??
    frontend?.default ??
    {};
  const options = tls?.options ?? {};
  const option = Object.hasOwn(options, TERMINATE_MODE)
    ? options[TERMINATE_MODE]
    : undefined;
  switch (option) {
    case 'MUTUAL':
      return 'demanded';
    case 'OPTIONAL_MUTUAL':
      return 'asked for';
    case 'ISTIO_MUTUAL':
      return "the mesh's";
    default:
  }
  if (!validation) {
    return undefined;
  }
  return validation.mode === 'AllowInsecureFallback' ? 'asked for' : 'demanded';
}
