/** Vault, for pods whose agent is injected: without it no secret is delivered, and new pods never start. */
import { ClassSet, placeOf } from '../../../decisions';
import { entryOf } from '../../../mesh/podFields';
import { serviceOfHost } from '../../../network/hosts';
import { targetPortOf } from '../../../network/services';
import { matchesLabels } from '../../../selectors';
import type { ClusterSnapshot, PodView } from '../../../snapshot';
import {
  Consumer,
  Supply,
  Target,
  addedPolicy,
  askAny,
  doubt,
  isMendable,
  nameOfPod,
  peerOf,
  refusal,
  refusalAnywhere,
} from './supply';

const INJECT = 'vault.hashicorp.com/agent-inject';
const ADDRESS = 'vault.hashicorp.com/service';
const AGENTS = ['vault-agent', 'vault-agent-init'];
const INJECTOR = 'vault-agent-injector';

export function needsVault({ annotations }: PodView): boolean {
  return entryOf(annotations, INJECT) === 'true';
}

export function suppliesOfVault(consumer: Consumer): Supply[] {
  const { pod, snapshot } = consumer;
  if (!needsVault(pod)) {
    return [];
  }
  const address = parse(addressOf(pod, snapshot));
  if (!address) {
    return [{ state: 'unseen', note: 'where Vault is' }];
  }
  const { host, port } = address;
  const service = serviceOfHost(host, pod.namespace);
  const found =
    service && snapshot.get('Service', service.name, service.namespace);
  if (found) {
    const servicePort = found.spec?.ports?.find(
      candidate => candidate.port === port,
    );
    const pods = snapshot
      .workloadsIn(service.namespace)
      .flatMap(workload => workload.pods)
      .filter(
        ({ labels }) =>
          Object.keys(found.spec?.selector ?? {}).length > 0 &&
          matchesLabels(found.spec?.selector, labels),
      );
    const targets = pods.flatMap((end): Target[] => {
      const target = servicePort && targetPortOf(end, servicePort);
      return target === undefined
        ? []
        : [{ end, protocol: 'TCP', port: target }];
    });
    return targets.length > 0
      ? ask(consumer, targets, `${service.namespace}/${service.name}`)
      : [
          {
            state: 'unseen',
            note: 'what runs behind the Service of Vault',
          },
        ];
  }
  if (placeOf(host) !== undefined) {
    return ask(consumer, [{ end: host, protocol: 'TCP', port }], host);
  }
  return service
    ? [{ state: 'unseen', note: 'the Service of Vault' }]
    : askOutside(consumer, host, port);
}

/** Namespaces of the Services at which agents look for Vault. */
export function vaultNamespacesOf(snapshot: ClusterSnapshot): string[] {
  return snapshot.workloads.flatMap(({ pods }) =>
    pods.filter(needsVault).flatMap(pod => {
      const host = parse(addressOf(pod, snapshot))?.host;
      return serviceOfHost(host, pod.namespace)?.namespace ?? [];
    }),
  );
}

/** As the injector does: the pod's annotation, else its own setting; what a running agent was told shows both. */
function addressOf(
  pod: PodView,
  snapshot: ClusterSnapshot,
): string | undefined {
  const { containers, initContainers = [] } = pod.spec;
  return (
    entryOf(pod.annotations, ADDRESS) ??
    [...containers, ...initContainers]
      .filter(({ name }) => AGENTS.includes(name))
      .flatMap(({ env = [] }) => env)
      .find(({ name, value }) => name === 'VAULT_ADDR' && value)?.value ??
    snapshot.derive(addressOfInjector)
  );
}

/** Use as `snapshot.derive(addressOfInjector)`. */
export function addressOfInjector(
  snapshot: ClusterSnapshot,
): string | undefined {
  return snapshot.workloads
    .flatMap(({ pods }) => pods)
    .filter(
      ({ labels }) => entryOf(labels, 'app.kubernetes.io/name') === INJECTOR,
    )
    .flatMap(({ spec }) => spec.containers.flatMap(({ env = [] }) => env))
    .find(({ name, value }) => name === 'AGENT_INJECT_VAULT_ADDR' && value)
    ?.value;
}

function parse(
  address: string | undefined,
): { host: string; port: number } | undefined {
  const match = /^(https?):\/\/(?:\[([^\]]+)\]|([^:/?#]+))(?::(\d+))?/i.exec(
    address?.trim() ?? '',
  );
  if (!match) {
    return undefined;
  }
  const [, scheme, ipv6, name = '', port] = match;
  const usual = scheme.toLowerCase() === 'https' ? 443 : 80;
  return { host: ipv6 ?? name, port: port ? Number(port) : usual };
}

function ask(
  consumer: Consumer,
  targets: readonly Target[],
  where: string,
): Supply[] {
  const { workload } = consumer;
  const { name } = workload.reference;
  const answer = askAny(consumer, 'egress', targets);
  switch (answer?.state) {
    case 'reached':
      return [{ state: 'reached', what: 'Vault' }];
    case 'unknown':
      return [
        doubt(consumer, `Whether ${name} reaches Vault`, answer.decision),
      ];
    case 'cut': {
      const { end, port } = answer.target;
      const own = isMendable(answer, 'egress');
      const to = typeof end === 'string' ? end : nameOfPod(end);
      return [
        {
          state: 'cut',
          loss: {
            severity: 'medium',
            message: messageFor(name, where),
            ...refusal(consumer, answer),
            witness: { from: name, to, port, protocol: 'TCP' },
            fix: own
              ? `Add a rule that lets ${name} reach ${to} on port ${port}. It opens nothing else.`
              : `Let ${name} reach ${to} on port ${port} in the policy that refuses it.`,
            ...(own
              ? {
                  objects: addedPolicy(workload, 'vault', 'egress', {
                    peer:
                      typeof end === 'string'
                        ? {
                            ipBlock: {
                              cidr: `${end}/${end.includes(':') ? 128 : 32}`,
                            },
                          }
                        : peerOf(end),
                    ports: [{ protocol: 'TCP', port }],
                  }),
                }
              : {}),
          },
        },
      ];
    }
    default:
      return [];
  }
}

function messageFor(name: string, where: string): string {
  return `${name} gets no secrets: its agent does not reach Vault at ${where}, so new pods do not start.`;
}

/** Of a name outside nobody here knows the address; that no address is reached on its port is certain all the same. */
function askOutside(consumer: Consumer, host: string, port: number): Supply[] {
  const { connections, podClass, workload } = consumer;
  const { name } = workload.reference;
  const { external } = connections.universe;
  const entry = connections
    .relation(podClass, 'egress')
    .find(({ ports }) => ports.has('TCP', port));
  const open = entry
    ? ClassSet.union([
        entry.allowed,
        entry.unknown,
        ...entry.conditional.map(({ peers }) => peers),
      ])
    : ClassSet.none;
  return open.intersects(external)
    ? [
        {
          state: 'unseen',
          note: `whether ${host} is among the addresses that ${name} reaches`,
        },
      ]
    : [
        {
          state: 'cut',
          loss: {
            severity: 'medium',
            message: messageFor(name, host),
            ...refusalAnywhere(consumer, 'TCP', port),
            witness: { from: name, to: host, port, protocol: 'TCP' },
            fix: `Add a rule that lets ${name} reach the addresses of ${host} on port ${port}.`,
          },
        },
      ];
}
