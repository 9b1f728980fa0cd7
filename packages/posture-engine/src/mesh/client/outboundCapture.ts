/** What a pod sends past its own sidecar: annotations of capture, and no capture at all. UID 1337 does so too, which an attacker inside the pod may take. */
import { ClusterSnapshot } from '../../snapshot';
import { placeOf } from '../../decisions/addresses';
import { interceptionModeOf } from '../capture';
import { blockOf, isWithin } from '../authorization/addresses';
import { FieldValue, entryOf, metadataEvidence } from '../podFields';
import type { Member } from './transport';

const PREFIX = 'traffic.sidecar.istio.io/';

/** The field that sends a connection past the proxy, if one does. */
export function outboundBypass(
  { workload, pod }: Member,
  port: number,
  address: string | undefined,
  snapshot: ClusterSnapshot,
): FieldValue | undefined {
  const interception = interceptionModeOf(workload, pod, snapshot);
  if (interception.value === 'NONE') {
    return interception;
  }
  const listed = (name: string): string[] | undefined =>
    entryOf(pod.annotations, `${PREFIX}${name}`)
      ?.split(',')
      .map(item => item.trim())
      .filter(item => item !== '');
  const evidence = (name: string) =>
    metadataEvidence(workload, pod, 'annotations', `${PREFIX}${name}`);
  const place = address === undefined ? undefined : placeOf(address);
  const within = (ranges: readonly string[]) =>
    place !== undefined &&
    ranges.some(range => {
      const block = blockOf(range);
      return block !== undefined && isWithin(place, block);
    });
  // What is included by port is captured whatever the ranges say.
  if (listed('includeOutboundPorts')?.some(item => isPort(item, port))) {
    return undefined;
  }
  if (listed('excludeOutboundPorts')?.some(item => isPort(item, port))) {
    return evidence('excludeOutboundPorts');
  }
  if (within(listed('excludeOutboundIPRanges') ?? [])) {
    return evidence('excludeOutboundIPRanges');
  }
  const included = listed('includeOutboundIPRanges');
  return included && !included.includes('*') && !within(included)
    ? evidence('includeOutboundIPRanges')
    : undefined;
}

function isPort(item: string, port: number): boolean {
  return item === '*' || Number(item) === port;
}
