/** One side of a rule, source or destination: whom it means, as far as anybody can tell. */
import {
  ClassSet,
  Look,
  PodClass,
  PortSet,
  keyOfNamedPorts,
  protocolOf,
} from '../../decisions';
import { matchesLabels } from '../../selectors';
import type { CalicoEntity, ClusterSnapshot, Service } from '../../snapshot';
import { blockOf } from './blocks';
import type { Endpoints, Matched, Members } from './Endpoints';
import { ReadSelector, ruleSelectors } from './scopedSelector';

export interface EntityMatch extends Matched {
  /** Why nobody can tell whom it means beyond `all`; `open` is everybody then. */
  doubt?: string;
  /** Where each destination has ports of its own. */
  ports?: (pod: PodClass) => PortSet;
}

export interface EntityContext {
  snapshot: ClusterSnapshot;
  endpoints: Endpoints;
  /** Of the policy; absent for a GlobalNetworkPolicy. */
  namespace: string | undefined;
  side: 'source' | 'destination';
  /** Only rules about connections that go out may name a destination by its Service, and the other way round. */
  ofPeer: boolean;
  ipVersion: number | undefined;
}

/** The fields that are followed here; others may narrow a match in ways that nobody knows. */
const FIELDS: readonly string[] = [
  'nets',
  'notNets',
  'selector',
  'notSelector',
  'namespaceSelector',
  'ports',
  'notPorts',
  'serviceAccounts',
  'services',
];

const FAMILIES: Readonly<Record<number, string>> = {
  4: '0.0.0.0/0',
  6: '::/0',
};

export function entityMatch(
  entity: CalicoEntity,
  context: EntityContext,
): EntityMatch {
  const { endpoints, namespace, ipVersion } = context;
  const strange = Object.keys(entity).find(field => !FIELDS.includes(field));
  if (strange !== undefined) {
    return doubtful(endpoints, `its field ${strange} is not followed here`);
  }
  if (entity.services) {
    return serviceMatch(entity, context);
  }
  const selectors = ruleSelectors(entity, namespace);
  if ('problem' in selectors) {
    return doubtful(endpoints, selectors.problem);
  }
  const nets = blocksOf(entity.nets);
  const notNets = blocksOf(entity.notNets);
  for (const list of [nets, notNets]) {
    if ('problem' in list) {
      return doubtful(endpoints, list.problem);
    }
  }
  const within: Members[] = [];
  const without: Members[] = [];
  if (selectors.some) {
    within.push(endpoints.selected(selectors.some));
  }
  if (selectors.none) {
    without.push(endpoints.selected({ selector: selectors.none }));
  }
  if ('blocks' in nets && nets.blocks.length > 0) {
    within.push(members(endpoints, nets.blocks));
  }
  if ('blocks' in notNets && notNets.blocks.length > 0) {
    without.push(members(endpoints, notNets.blocks));
  }
  if (ipVersion !== undefined) {
    const family = FAMILIES[ipVersion];
    if (family === undefined) {
      return doubtful(endpoints, `nobody knows the IP version ${ipVersion}`);
    }
    within.push(members(endpoints, [family]));
  }
  return endpoints.matching(within, without);
}

/** What an entity says that the classes must tell apart. */
export function selectorsOf(
  entity: CalicoEntity,
  namespace: string | undefined,
): readonly ReadSelector[] {
  const selectors = ruleSelectors(entity, namespace);
  if ('problem' in selectors) {
    return [];
  }
  return [
    ...(selectors.some ? [selectors.some] : []),
    ...(selectors.none ? [{ selector: selectors.none }] : []),
  ];
}

export function servicePlace(
  { services }: CalicoEntity,
  namespace: string | undefined,
): { namespace: string; name: string } | undefined {
  const where = services?.namespace || namespace;
  return services?.name && where
    ? { namespace: where, name: services.name }
    : undefined;
}

/**
 * The pods behind a Service, by its selector; a destination's ports are those
 * behind the Service's. Who else its endpoints name, nothing here reads.
 */
function serviceMatch(
  entity: CalicoEntity,
  { snapshot, endpoints, namespace, side, ofPeer }: EntityContext,
): EntityMatch {
  const alone = Object.keys(entity).every(field =>
    ['services', 'ports', 'notPorts'].includes(field),
  );
  const place = servicePlace(entity, namespace);
  if (!alone || !place || !ofPeer) {
    return doubtful(
      endpoints,
      'its match on a Service stands where Calico takes none',
    );
  }
  const service = snapshot.get('Service', place.name, place.namespace);
  if (!service) {
    const gap = snapshot.coverage.gap('Service', [place.namespace]);
    return gap
      ? doubtful(endpoints, gap.reason)
      : { all: ClassSet.none, some: ClassSet.none, open: ClassSet.none };
  }
  const { selector = {}, type } = service.spec ?? {};
  if (Object.keys(selector).length === 0 || type === 'ExternalName') {
    return doubtful(
      endpoints,
      `the Service ${place.namespace}/${place.name} has no selector, and its endpoints are not read`,
    );
  }
  const { universe } = endpoints;
  const pods = universe.facts.of(
    `behind ${place.namespace} ${JSON.stringify(selector)}`,
    lookBehind(place.namespace, selector),
    () =>
      ClassSet.of(
        universe
          .classesIn(place.namespace)
          .filter(({ labels }) => matchesLabels(selector, labels))
          .map(({ id }) => id),
      ),
  );
  return {
    all: pods,
    some: pods,
    open: ClassSet.none,
    ...(side === 'destination'
      ? { ports: pod => targetPorts(service, pod) }
      : {}),
  };
}

/** What the Service's ports are for a pod is read from its class too. */
function lookBehind(
  namespace: string,
  selector: Readonly<Record<string, string>>,
): Look {
  return podClass =>
    podClass.namespace === namespace &&
    matchesLabels(selector, podClass.labels) &&
    keyOfNamedPorts(podClass, 'ingress');
}

function targetPorts({ spec }: Service, { namedPorts }: PodClass): PortSet {
  return PortSet.union(
    (spec?.ports ?? []).map(({ protocol, port, targetPort = port }) => {
      const known = protocolOf(protocol);
      if (!known) {
        return PortSet.none;
      }
      return typeof targetPort === 'string'
        ? (namedPorts.get(targetPort) ?? PortSet.none).intersect(
            PortSet.allOf(known),
          )
        : PortSet.range(known, targetPort);
    }),
  );
}

function doubtful(endpoints: Endpoints, doubt: string): EntityMatch {
  return {
    all: ClassSet.none,
    some: ClassSet.none,
    open: endpoints.universe.everyone,
    doubt,
  };
}

function members(endpoints: Endpoints, blocks: readonly string[]): Members {
  return {
    key: `blocks ${blocks.join()}`,
    pods: ClassSet.none,
    blocks: endpoints.blocks(blocks),
  };
}

function blocksOf(
  nets: readonly string[] | undefined,
): { blocks: readonly string[] } | { problem: string } {
  const blocks: string[] = [];
  for (const net of nets ?? []) {
    const block = blockOf(net);
    if (block === undefined) {
      return { problem: `it names "${net}", which is no block of addresses` };
    }
    blocks.push(block);
  }
  return { blocks };
}
