/** Which Services lead to a pod, by which ports, and by which other names. */
import { Protocol, protocolOf } from '../decisions';
import { ClusterSnapshot, PodView, Service, remembered } from '../snapshot';
import { SelectorIndex } from '../selectors';
import { serviceOfHost } from './hosts';

/** A port of a pod. */
export interface PodPort {
  protocol: Protocol;
  port: number;
}

/** Those of type ExternalName have no endpoints, whatever they select; see {@link servicesWithoutSelector} for the others. */
const indexOf = remembered((services: readonly Service[]) =>
  SelectorIndex.create(
    services.filter(
      ({ spec }) =>
        !isWithoutSelector({ spec }) && spec?.type !== 'ExternalName',
    ),
    ({ spec }) => ({ matchLabels: spec?.selector }),
  ),
);

export function servicesSelecting(
  snapshot: ClusterSnapshot,
  { namespace, labels }: PodView,
): readonly Service[] {
  return indexOf(snapshot.inNamespace('Service', namespace)).matching(labels);
}

function isWithoutSelector({ spec }: Pick<Service, 'spec'>): boolean {
  return Object.keys(spec?.selector ?? {}).length === 0;
}

const withoutSelectorAmong = remembered((services: readonly Service[]) =>
  services.filter(
    service =>
      isWithoutSelector(service) && service.spec?.type !== 'ExternalName',
  ),
);

/** Services that lead to what somebody wrote into their endpoints, which nothing here reads: any pod, perhaps. */
export function servicesWithoutSelector(
  snapshot: ClusterSnapshot,
  namespace: string,
): readonly Service[] {
  return withoutSelectorAmong(snapshot.inNamespace('Service', namespace));
}

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

/** Where a port of a Service leads in a pod; undefined where the pod has no port of that name. */
export function targetPortOf(
  pod: PodView,
  { port, targetPort = port, protocol: text }: ServicePort,
): number | undefined {
  const protocol = protocolOf(text);
  return typeof targetPort === 'number'
    ? targetPort
    : protocol && portNamed(pod, targetPort, protocol);
}

/** The ports of a pod that a Service leads to. */
export function targetPortsOf({ spec }: Service, pod: PodView): PodPort[] {
  return (spec?.ports ?? []).flatMap(servicePort => {
    const protocol = protocolOf(servicePort.protocol);
    const port = targetPortOf(pod, servicePort);
    return protocol && port !== undefined ? [{ protocol, port }] : [];
  });
}

/** The number behind a name in a pod's own containers. */
export function portNamed(
  { spec }: PodView,
  name: string,
  protocol: Protocol,
): number | undefined {
  for (const containers of [spec.containers, spec.initContainers ?? []]) {
    for (const { ports = [] } of containers) {
      for (const candidate of ports) {
        if (
          candidate.name === name &&
          protocolOf(candidate.protocol) === protocol
        ) {
          return candidate.containerPort;
        }
      }
    }
  }
  return undefined;
}

/** By the Service that they lead to in one step, as `namespace/name`. Use as `snapshot.derive(aliasIndexOf)`. */
function aliasIndexOf(
  snapshot: ClusterSnapshot,
): ReadonlyMap<string, readonly Service[]> {
  const index = new Map<string, Service[]>();
  for (const service of snapshot.all('Service')) {
    const target =
      service.spec?.type === 'ExternalName' &&
      serviceOfHost(
        service.spec.externalName,
        service.metadata.namespace ?? 'default',
      );
    if (target) {
      const key = `${target.namespace}/${target.name}`;
      const aliases = index.get(key) ?? [];
      aliases.push(service);
      index.set(key, aliases);
    }
  }
  return index;
}

/** Services of type ExternalName, of any namespace, that are another name for one of these, or a name for such a name. */
export function aliasesOf(
  services: readonly Service[],
  snapshot: ClusterSnapshot,
): Service[] {
  const index = snapshot.derive(aliasIndexOf);
  const found = new Set<Service>();
  const open = [...services];
  for (let next = open.pop(); next; next = open.pop()) {
    const { namespace = 'default', name } = next.metadata;
    for (const alias of index.get(`${namespace}/${name}`) ?? []) {
      if (!found.has(alias)) {
        found.add(alias);
        open.push(alias);
      }
    }
  }
  return [...found];
}
