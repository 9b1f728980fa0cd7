/** Gives pods a node, an address and a running state; there are no containers behind them. */
import {
  ApiObject,
  isRecord,
  listAt,
  recordAt,
  stringAt,
} from '../store/apiObject';
import { ControllerContext, kindOf } from './context';

const SCHEDULER = 'system:kube-scheduler';
const NODE_USER = 'system:node';

export class Kubelet {
  readonly #context: ControllerContext;
  #placed = 0;
  #addresses = 0;

  static create(context: ControllerContext): Kubelet {
    return new Kubelet(context);
  }

  private constructor(context: ControllerContext) {
    this.#context = context;
  }

  /** Runs a pod that is not running yet. */
  run(namespace: string | undefined, name: string): void {
    const { store, kinds, objects } = this.#context;
    const kind = kindOf(kinds, 'pods');
    const pod = store.get('pods', namespace, name);
    if (!pod || stringAt(pod, 'status', 'phase') !== 'Pending') {
      return;
    }
    const placed = this.#place(pod);
    if (!placed) {
      return;
    }
    const scheduled =
      placed === pod ? pod : objects.update(kind, placed, { user: SCHEDULER });
    objects.update(
      kind,
      { ...scheduled, status: this.#status(scheduled) },
      { user: NODE_USER, subresource: 'status' },
    );
  }

  #place(pod: ApiObject): ApiObject | undefined {
    const spec = recordAt(pod, 'spec');
    if (stringAt(spec, 'nodeName')) {
      return pod;
    }
    const nodes = this.#context.store.list('nodes');
    if (nodes.length === 0) {
      return undefined;
    }
    this.#placed++;
    const { name } = nodes[this.#placed % nodes.length].metadata;
    return { ...pod, spec: { ...spec, nodeName: name } };
  }

  #status(pod: ApiObject): Record<string, unknown> {
    const { store, objects } = this.#context;
    const spec = recordAt(pod, 'spec');
    const nodeName = stringAt(spec, 'nodeName') ?? '';
    const names = store.list('nodes').map(({ metadata }) => metadata.name);
    const node = Math.max(0, names.indexOf(nodeName));
    const hostIP = nodeAddress(node);
    const podIP = spec?.hostNetwork === true ? hostIP : this.#address(node);
    const now = objects.now();
    return {
      phase: 'Running',
      conditions: [
        'PodReadyToStartContainers',
        'Initialized',
        'Ready',
        'ContainersReady',
        'PodScheduled',
      ].map(type => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: now,
      })),
      hostIP,
      hostIPs: [{ ip: hostIP }],
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: now,
      qosClass: stringAt(pod, 'status', 'qosClass') ?? 'BestEffort',
      ...statuses('initContainerStatuses', listAt(spec, 'initContainers'), now),
      ...statuses('containerStatuses', listAt(spec, 'containers'), now),
    };
  }

  #address(node: number): string {
    this.#addresses++;
    const host = this.#addresses;
    return `10.${244 + Math.floor(host / 64000)}.${
      (node * 16 + Math.floor((host % 64000) / 250)) % 256
    }.${(host % 250) + 2}`;
  }
}

export function nodeAddress(index: number): string {
  return `10.0.${Math.floor(index / 250)}.${(index % 250) + 10}`;
}

function statuses(field: string, containers: readonly unknown[], now: string) {
  const entries = containers.filter(isRecord).map(container => {
    const finished =
      field === 'initContainerStatuses' && container.restartPolicy !== 'Always';
    return {
      name: container.name,
      image: container.image,
      imageID: `${String(container.image)}@sha256:${'0'.repeat(64)}`,
      containerID: '',
      ready: true,
      restartCount: 0,
      started: !finished,
      state: finished
        ? {
            terminated: {
              exitCode: 0,
              reason: 'Completed',
              startedAt: now,
              finishedAt: now,
            },
          }
        : { running: { startedAt: now } },
    };
  });
  return entries.length > 0 ? { [field]: entries } : {};
}
