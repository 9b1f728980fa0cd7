/** Ways into a pod from outside the cluster's network that no proxy of the edge stands in. */
import { PodView, Service } from '../snapshot';
import { joinRanges, rangeOf } from '../decisions';
import { isAtLarge } from './atLarge';
import { isLargerThanPrivate } from './breadth';

/** How far a load balancer's address reaches. */
export type LoadBalancerReach =
  | { to: 'everybody' }
  /** By an annotation that only this provider understands. */
  | { to: 'private network'; annotation: string }
  | { to: 'ranges'; ranges: readonly string[]; field: string };

/** Providers have no common field for it; each reads an annotation of its own. */
const INTERNAL_ANNOTATIONS: Readonly<Record<string, RegExp>> = {
  'service.beta.kubernetes.io/aws-load-balancer-internal':
    /^(true|0\.0\.0\.0\/0)$/i,
  'service.beta.kubernetes.io/aws-load-balancer-scheme': /^internal$/i,
  'networking.gke.io/load-balancer-type': /^internal$/i,
  'cloud.google.com/load-balancer-type': /^internal$/i,
  'service.beta.kubernetes.io/azure-load-balancer-internal': /^true$/i,
  'service.beta.kubernetes.io/openstack-internal-load-balancer': /^true$/i,
  'service.beta.kubernetes.io/oci-load-balancer-internal': /^true$/i,
  'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type':
    /^intranet$/i,
  'service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type':
    /^private$/i,
  'load-balancer.hetzner.cloud/disable-public-network': /^true$/i,
};

const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** Undefined where the Service is no LoadBalancer. */
export function loadBalancerReach({
  spec,
  metadata: { annotations = {} },
}: Service): LoadBalancerReach | undefined {
  if (spec?.type !== 'LoadBalancer') {
    return undefined;
  }
  const annotated = annotations[SOURCE_RANGES]?.split(',')
    .map(range => range.trim())
    .filter(range => range !== '');
  // The field counts where both are there.
  const ranges = spec.loadBalancerSourceRanges?.length
    ? spec.loadBalancerSourceRanges
    : annotated ?? [];
  if (ranges.length > 0 && !areAtLarge(ranges)) {
    return {
      to: 'ranges',
      ranges,
      field: spec.loadBalancerSourceRanges?.length
        ? 'spec.loadBalancerSourceRanges'
        : `metadata.annotations['${SOURCE_RANGES}']`,
    };
  }
  const internal = Object.entries(INTERNAL_ANNOTATIONS).find(
    ([annotation, value]) => value.test(annotations[annotation] ?? ''),
  );
  return internal
    ? { to: 'private network', annotation: internal[0] }
    : { to: 'everybody' };
}

/** One by one, and all of them together. */
function areAtLarge(blocks: readonly string[]): boolean {
  return (
    blocks.some(block => isLargerThanPrivate(block)) ||
    isAtLarge(joinRanges(blocks.flatMap(block => rangeOf(block) ?? [])))
  );
}

/** Source ranges guard the load balancer's address only, not the ports that it opens on every node. One that is asked for by number is opened all the same. */
export function opensNodePorts({ spec }: Service): boolean {
  return (
    spec?.type === 'NodePort' ||
    (spec?.type === 'LoadBalancer' &&
      (spec.allocateLoadBalancerNodePorts !== false ||
        (spec.ports ?? []).some(({ nodePort }) => Boolean(nodePort))))
  );
}

export interface HostPort {
  /** Path from the pod's root. */
  field: string;
  port: number;
  containerPort: number;
  protocol: string;
}

/** Ports of the node that lead to the pod; those on its loopback address are seen by the node alone. */
export function hostPortsOf({ spec }: PodView): HostPort[] {
  return (['containers', 'initContainers'] as const).flatMap(list =>
    (spec[list] ?? []).flatMap(({ ports = [] }, container) =>
      ports.flatMap(({ hostPort, hostIP, containerPort, protocol }, index) =>
        hostPort && !/^(127\.|::1$)/.test(hostIP ?? '')
          ? [
              {
                field: `spec.${list}[${container}].ports[${index}].hostPort`,
                port: hostPort,
                containerPort,
                protocol,
              },
            ]
          : [],
      ),
    ),
  );
}
