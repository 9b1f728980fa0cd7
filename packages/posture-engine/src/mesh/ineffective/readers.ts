/** Which proxies read which AuthorizationPolicies and RequestAuthentications: of everybody at once, since a policy has an effect where somebody reads it. */
import { ClusterSnapshot } from '../../snapshot';
import {
  AuthorizationPolicy,
  RequestAuthentication,
} from '../../snapshot/kinds';
import {
  Enforcer,
  enforcedAuthentications,
  enforcedPolicies,
} from '../authorization';
import { Waypoints, waypointsBefore } from '../standingWaypoints';
import { MeshPod, meshPodsOf } from './meshPods';
import { requireMesh } from '../mesh';
import { targetsOf } from '../authorizationPolicy';
import { MisplacedTarget, PolicyPlace, targetReading, viewOf } from './targets';

/** A proxy, and one of the pods about which it is asked. */
export interface Reader {
  pod: MeshPod;
  enforcer: Enforcer;
}

type Policy = AuthorizationPolicy | RequestAuthentication;

const NO_WAYPOINTS: Waypoints = { standing: [], absent: [] };

export class Readers {
  /** Use as `snapshot.derive(Readers.of)`. */
  static of(this: void, snapshot: ClusterSnapshot): Readers {
    const readers = new Readers(snapshot);
    for (const pod of snapshot.derive(meshPodsOf)) {
      readers.#add(pod);
    }
    return readers;
  }

  /** Namespaces with pods of which nobody can tell who reads what. */
  readonly doubts = new Set<string>();
  /** Whether a waypoint stands before some pod. */
  hasWaypoints = false;
  readonly #readers = new Map<Policy, Reader[]>();
  readonly #places: { place: PolicyPlace; waypoints: Waypoints }[] = [];

  private constructor(private readonly snapshot: ClusterSnapshot) {}

  of(policy: Policy): readonly Reader[] {
    return this.#readers.get(policy) ?? [];
  }

  /** Why a target is not read, where some pod shows it. */
  misplaced(policy: Policy): MisplacedTarget | undefined {
    const { namespace: own = 'default' } = policy.metadata;
    const isRoot = own === requireMesh(this.snapshot).rootNamespace;
    const meant = new Set([
      own,
      ...targetsOf(policy).map(({ namespace = own }) => namespace),
    ]);
    for (const { place, waypoints } of this.#places) {
      const { standing } = waypoints;
      const isNear =
        isRoot ||
        meant.has(place.pod.namespace) ||
        standing.some(({ waypoint }) => meant.has(waypoint.namespace));
      const reading = isNear
        ? targetReading(policy, viewOf(place, waypoints, this.snapshot))
        : undefined;
      if (typeof reading === 'object') {
        return reading;
      }
    }
    return undefined;
  }

  #add(pod: MeshPod): void {
    const { role, workload } = pod;
    switch (role) {
      case 'undecided':
        this.doubts.add(pod.pod.namespace);
        break;
      case 'gateway':
        this.#read(pod, 'gateway');
        break;
      case 'sidecar':
        this.#read(pod, 'sidecar');
        this.#places.push({
          place: {
            workload,
            pod: pod.pod,
            dataPlane: role,
            enforcer: 'sidecar',
          },
          waypoints: NO_WAYPOINTS,
        });
        break;
      case 'ambient':
        this.#addAmbient(pod);
        break;
      default:
    }
  }

  #addAmbient(pod: MeshPod): void {
    const waypoints = waypointsBefore(pod.pod, this.snapshot);
    this.#read(pod, 'ztunnel');
    if (typeof waypoints === 'string') {
      this.doubts.add(pod.pod.namespace);
      return;
    }
    for (const enforcer of waypoints.standing) {
      this.hasWaypoints = true;
      this.#read(pod, enforcer);
    }
    this.#places.push({
      place: {
        workload: pod.workload,
        pod: pod.pod,
        dataPlane: 'ambient',
        enforcer: 'ztunnel',
      },
      waypoints,
    });
  }

  #read(pod: MeshPod, enforcer: Enforcer): void {
    for (const policy of [
      ...enforcedPolicies(pod.pod, enforcer, this.snapshot),
      ...enforcedAuthentications(pod.pod, enforcer, this.snapshot),
    ]) {
      const readers = this.#readers.get(policy) ?? [];
      readers.push({ pod, enforcer });
      this.#readers.set(policy, readers);
    }
  }
}
