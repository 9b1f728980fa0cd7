/** What a fault that begins does to the watches that are open, so that it is felt at once. */
import { namesResource } from '../api/accessRules';
import type { Watches } from '../api/watches';
import type { Fault } from './fault';

export function cutBy(fault: Fault, watches: Watches): void {
  switch (fault.type) {
    case 'unauthorized':
      watches.cut();
      break;
    case 'cut-watch':
      watches.cut(watch => namesResource(fault.resources, watch));
      break;
    case 'forbidden':
      watches.cut(
        watch =>
          namesResource(fault.resources, watch) &&
          (watch.namespace === undefined ||
            (fault.namespaces?.includes(watch.namespace) ?? true)),
      );
      break;
    default:
  }
}
