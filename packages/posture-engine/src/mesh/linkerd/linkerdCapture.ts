/**
 * What of a pod's traffic never meets its Linkerd proxy: the rules that
 * `linkerd-init` or the CNI plugin writes. A port left out takes plaintext from
 * anybody, and no policy is asked.
 */
import { ClusterSnapshot, PodView, Workload } from '../../snapshot';
import type { Bypass, Capture } from '../capture';
import type { OutboundBypass } from '../outboundBypass';
import { blockOf, isWithin } from '../authorization/addresses';
import { FieldValue } from '../podFields';
import { itemsOf, linkerdMeshOf } from './linkerdMesh';
import {
  hasInitContainer,
  holdsPort,
  initArgumentOf,
  rangesOf,
  settingOf,
} from './podSettings';

/** The proxy's own: tap and control, and metrics and health; they are never captured. */
const PROXY_PORTS: readonly number[] = [4190, 4191];

/** `proxyInit.ignoreOutboundPorts` of the chart. */
const EVERYBODYS: readonly string[] = ['4567', '4568'];

export function linkerdCapture(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): Capture {
  const lists = skipped(workload, pod, 'inbound', snapshot);
  const subnets = skippedSubnets(workload, pod, snapshot);
  return {
    ports: lists.flatMap(({ value, chosen }) =>
      // The chart's own list names ports of databases that the pod need not have.
      chosen
        ? rangesOf(String(value)).flatMap(({ from, to }) =>
            from === to && !PROXY_PORTS.includes(from) ? [from] : [],
          )
        : [],
    ),
    bypassOf(port): Bypass[] {
      if (port !== null && PROXY_PORTS.includes(port)) {
        return [
          {
            kind: 'proxy-port',
            certain: true,
            object: pod.object,
            field: '',
            value: port,
          },
        ];
      }
      const list = lists.find(({ value }) => holdsPort(String(value), port));
      return [
        ...(list
          ? [
              {
                kind: 'skip-inbound-ports' as const,
                certain: true,
                ...of(list),
              },
            ]
          : []),
        ...subnets.map(subnet => ({
          kind: 'skip-subnets' as const,
          certain: true,
          ...subnet,
        })),
      ];
    },
  };
}

/** The field that sends a connection past the proxy of its client, if one does. */
export function linkerdOutboundBypass(
  workload: Workload,
  pod: PodView,
  port: number,
  snapshot: ClusterSnapshot,
): FieldValue | undefined {
  const list = skipped(workload, pod, 'outbound', snapshot).find(({ value }) =>
    holdsPort(String(value), port),
  );
  return list && of(list);
}

/**
 * What a pod sends past its proxy, whatever the destination. The ports that
 * Linkerd's chart leaves out for everybody are not counted: protocols in which
 * the server speaks first.
 */
export function linkerdOutboundBypasses(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): OutboundBypass[] {
  const [list] = skipped(workload, pod, 'outbound', snapshot);
  const named = itemsOf(list ? String(list.value) : '').filter(
    item => !EVERYBODYS.includes(item),
  );
  return [
    ...(list && named.length > 0
      ? [
          {
            kind: 'exclude-ports' as const,
            named,
            everything: false,
            ...of(list),
          },
        ]
      : []),
    ...skippedSubnets(workload, pod, snapshot).map(subnets => ({
      kind: 'exclude-ranges' as const,
      named: itemsOf(String(subnets.value)),
      everything: false,
      ...subnets,
    })),
  ];
}

/** Whether somebody told the control plane that a port of a pod is not captured: it reads the annotation alone (`getPodSkippedInboundPortsAnnotations`). */
export function isAnnounced(
  workload: Workload,
  pod: PodView,
  port: number,
  snapshot: ClusterSnapshot,
): boolean {
  const setting = settingOf(workload, pod, 'skip-inbound-ports', snapshot);
  return setting !== undefined && holdsPort(String(setting.value), port);
}

/** The list of networks that holds an address, if one does: what goes there is not captured. */
export function subnetsPast(
  workload: Workload,
  pod: PodView,
  place: bigint | undefined,
  snapshot: ClusterSnapshot,
): FieldValue | undefined {
  return skippedSubnets(workload, pod, snapshot).find(({ value }) =>
    isAmong(place, String(value)),
  );
}

/** Whether an address lies in one of some blocks. */
export function isAmong(place: bigint | undefined, blocks: string): boolean {
  return (
    place !== undefined &&
    itemsOf(blocks).some(written => {
      const block = blockOf(written);
      return block !== undefined && isWithin(place, block);
    })
  );
}

/** The lists of ports that are not captured on the way in, as written. */
export function serverLists(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): string[] {
  return [
    ...skipped(workload, pod, 'inbound', snapshot).map(({ value }) =>
      String(value),
    ),
    PROXY_PORTS.join(),
  ];
}

/** The same on the way out. */
export function clientLists(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): string[] {
  return skipped(workload, pod, 'outbound', snapshot).map(({ value }) =>
    String(value),
  );
}

interface List extends FieldValue {
  /** Somebody wrote it for this pod or its namespace. */
  chosen: boolean;
}

function of({ object, field, value }: List): FieldValue {
  return { object, field, value };
}

/** Where an annotation says something, it replaces the chart's list, and the container shows either. */
function skipped(
  workload: Workload,
  pod: PodView,
  direction: 'inbound' | 'outbound',
  snapshot: ClusterSnapshot,
): List[] {
  const name = `skip-${direction}-ports`;
  const annotated = settingOf(workload, pod, name, snapshot);
  const told = initArgumentOf(pod, `--${direction}-ports-to-ignore`);
  if (hasInitContainer(pod)) {
    // What is written is shown first, where both say the same.
    return told
      ? [
          ...(annotated && holdsAll(told, annotated)
            ? [{ ...annotated, chosen: true }]
            : []),
          { ...told, chosen: false },
        ]
      : [];
  }
  if (annotated) {
    return [{ ...annotated, chosen: true }];
  }
  const { config, ignoreInboundPorts, ignoreOutboundPorts } =
    snapshot.derive(linkerdMeshOf);
  return [
    {
      object: config,
      field: `data.values (proxyInit.ignore${
        direction === 'inbound' ? 'Inbound' : 'Outbound'
      }Ports)`,
      value: direction === 'inbound' ? ignoreInboundPorts : ignoreOutboundPorts,
      chosen: false,
    },
  ];
}

function holdsAll(whole: FieldValue, part: FieldValue): boolean {
  const told = itemsOf(String(whole.value));
  return itemsOf(String(part.value)).every(item => told.includes(item));
}

function skippedSubnets(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): FieldValue[] {
  const { config, skipSubnets } = snapshot.derive(linkerdMeshOf);
  const setting = hasInitContainer(pod)
    ? initArgumentOf(pod, '--subnets-to-ignore')
    : settingOf(workload, pod, 'skip-subnets', snapshot) ?? {
        object: config,
        field: 'data.values (proxyInit.skipSubnets)',
        value: skipSubnets,
      };
  return setting && itemsOf(String(setting.value)).length > 0 ? [setting] : [];
}
