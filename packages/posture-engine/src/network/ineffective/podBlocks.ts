/** Blocks of addresses that hold nothing but pods: to Cilium, which never takes a block for a pod, they hold nobody. */
import { placeOf, rangeOf } from '../../decisions';
import {
  ClusterSnapshot,
  ObjectReference,
  describeObject,
} from '../../snapshot';

/** Use as `snapshot.derive(podsByAddress)`. */
function podsByAddress(
  snapshot: ClusterSnapshot,
): ReadonlyMap<bigint, ObjectReference> {
  const pods = new Map<bigint, ObjectReference>();
  for (const workload of snapshot.workloads) {
    for (const { ips, object } of workload.pods) {
      for (const ip of ips) {
        const place = placeOf(ip);
        if (place !== undefined) {
          pods.set(place, object);
        }
      }
    }
  }
  return pods;
}

/** Why blocks mean nobody under Cilium; undefined unless each of their addresses is a pod's. */
export function onlyPodsIn(
  cidrs: readonly string[],
  snapshot: ClusterSnapshot,
): string | undefined {
  const pods = snapshot.derive(podsByAddress);
  let some: ObjectReference | undefined;
  for (const cidr of cidrs) {
    const range = rangeOf(cidr);
    if (!range || range.to - range.from >= BigInt(pods.size)) {
      return undefined;
    }
    for (let place = range.from; place <= range.to; place++) {
      some = pods.get(place);
      if (!some) {
        return undefined;
      }
    }
  }
  return (
    some &&
    `${cidrs.join(' and ')} holds no address but that of ${describeObject(
      some,
    )}${
      cidrs.length > 1 ? ' and other pods' : ''
    }, and to Cilium a block of addresses never means a pod`
  );
}
