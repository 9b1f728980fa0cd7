/** What is wrong with the edge beside its routes, for ED-1: gateways between clusters, and who may write Gateways. */
import { dataPlaneOf } from '../../mesh/dataPlane';
import { defaultDenyOf } from '../../mesh/defaultDeny';
import { automaticDoorsTo } from '../../mesh/gateway';
import { servicePorts } from '../../mesh/servicePorts';
import {
  ClusterSnapshot,
  Service,
  Workload,
  describeObject,
} from '../../snapshot';
import { Severity } from '../control';
import {
  describeRight,
  describeSubject,
  evidenceOf,
} from '../identity/holderWords';
import { EdgeFault, Entry, automaticFault } from './edgeFaults';
import { Opener, openersOf } from './gatewayOpeners';

/** Not open, or not known to be. */
const DENYING = ['effective', 'unknown'] as const;

/** Only a sidecar knows the callers that come so; without one their TLS breaks off at the application. */
export function automaticFaults(
  workload: Workload,
  services: readonly Service[],
  snapshot: ClusterSnapshot,
): EdgeFault[] {
  const doors = services.flatMap(service =>
    automaticDoorsTo(service, snapshot).map(door => ({ service, door })),
  );
  if (doors.length === 0) {
    return [];
  }
  const isOpen = workload.pods.some(
    pod =>
      dataPlaneOf(workload, pod, snapshot).dataPlane === 'sidecar' &&
      snapshot.coverage.gap('AuthorizationPolicy', [pod.namespace]) ===
        undefined &&
      DENYING.every(
        state =>
          state !==
          defaultDenyOf(
            { pod, dataPlane: 'sidecar', ports: servicePorts(pod, snapshot) },
            snapshot,
          ).state,
      ),
  );
  return isOpen
    ? doors.map(({ service, door }) =>
        automaticFault(workload.reference.name, service, door),
      )
    : [];
}

const SEVERITY: Record<Opener['standing'], Severity> = {
  anybody: 'high',
  'every pod': 'high',
  pods: 'low',
  account: 'low',
};

/** Who may write a Gateway can serve the same names without TLS, or lead them elsewhere. */
export function openerFaults(
  name: string,
  entries: readonly Entry[],
  snapshot: ClusterSnapshot,
): EdgeFault[] {
  const doors = entries.flatMap(({ route }) => route.door ?? []);
  const openers = new Map(
    doors
      .flatMap(door => openersOf(door, snapshot))
      .map(opener => [
        `${opener.right.subject.kind} ${opener.right.subject.name}`,
        opener,
      ]),
  );
  const [gateway] = [
    ...new Set(doors.map(({ object }) => describeObject(object))),
  ];
  return [...openers.values()].map(({ right, standing }) => {
    const who = describeSubject(right.subject, '');
    return {
      severity: SEVERITY[standing],
      message: `Beside those who run the edge, ${who} can change what it takes for ${name}: it may write Gateways.`,
      because: describeRight(right),
      evidence: evidenceOf([right]),
      witness: {
        from: who,
        to: name,
        action: `writes a Gateway that serves the names of ${gateway} without TLS`,
      },
      fix: `Take the right to write Gateways out of ${describeObject(
        right.grant.binding,
      )}. Where it is needed, annotate the binding as ID-7 says.`,
    };
  });
}
