/** Properties of what is said to be without an effect, over random meshes. */
import fc from 'fast-check';
import {
  ClusterSnapshot,
  KubernetesObject,
  ObjectReference,
  parsePath,
} from '../../snapshot';
import { servicesSelecting } from '../../network/services';
import { MESH_SETTINGS, randomMesh } from '../../testing/reference/randomMesh';
import { Member, ServiceTarget } from '../client';
import { meshConnection } from '../connection';
import { endpointPort } from '../portProtocol';
import { servicePorts } from '../servicePorts';
import { ineffectiveMeshObjects } from './ineffectiveMeshObjects';

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  return ClusterSnapshot.create({
    cluster: 'test',
    objects: [...objects],
    settings: MESH_SETTINGS,
  });
}

function isSame({ kind, metadata }: KubernetesObject, other: ObjectReference) {
  return (
    kind === other.kind &&
    metadata.name === other.name &&
    metadata.namespace === other.namespace
  );
}

/** The same objects without one field of one of them; without the object, where that is its spec. */
function without(
  objects: readonly KubernetesObject[],
  object: ObjectReference,
  field: string,
): KubernetesObject[] {
  return objects.flatMap(candidate => {
    if (!isSame(candidate, object)) {
      return [candidate];
    }
    if (field === 'spec') {
      return [];
    }
    const copy: KubernetesObject = structuredClone(candidate);
    removeAt(copy, parsePath(field));
    return [copy];
  });
}

type Container = Record<string | number, unknown>;

/** What has nothing left goes too: an empty list would ask for nothing, and so match everything. */
function removeAt(root: object, steps: readonly (string | number)[]): void {
  const path = steps.slice(0, -1);
  const last = steps[steps.length - 1];
  let parent = root as Container;
  for (const step of path) {
    parent = parent[step] as Container;
  }
  if (!Array.isArray(parent)) {
    delete parent[last];
    return;
  }
  parent.splice(Number(last), 1);
  if (parent.length > 0 || path[path.length - 1] === 'rules') {
    return;
  }
  // A list of values stands in a source or an operation, and that in an item.
  const isItems = ['from', 'to'].includes(String(path[path.length - 1]));
  removeAt(root, path.slice(0, isItems ? -1 : -2));
}

function membersOf(snapshot: ClusterSnapshot): Member[] {
  return snapshot.workloads.flatMap(workload =>
    workload.pods.map(pod => ({ workload, pod })),
  );
}

const REQUESTS = [
  ...['GET', 'POST', 'PUT'].map(method => ({ method })),
  'any',
  undefined,
] as const;

/** Every answer that anybody gets, one a line. */
function answersOf(snapshot: ClusterSnapshot): string[] {
  const members = membersOf(snapshot);
  return members.flatMap(to =>
    [...members, { address: '203.0.113.7' }].flatMap(from =>
      portsOf(to, snapshot).flatMap(port =>
        waysTo(to, port, snapshot).flatMap(way =>
          REQUESTS.map(request => {
            const { verdict, transport } = meshConnection(
              {
                from,
                to,
                port,
                ...way,
                ...(request === undefined ? {} : { request }),
              },
              snapshot,
            );
            const caller = 'address' in from ? from.address : from.pod.name;
            return JSON.stringify([
              caller,
              to.pod.namespace,
              to.pod.name,
              port,
              way.service?.service.metadata.name,
              request,
              verdict,
              transport,
            ]);
          }),
        ),
      ),
    ),
  );
}

/** Those that it has, if it says which; else it may have any. */
function portsOf({ pod }: Member, snapshot: ClusterSnapshot): number[] {
  const declared = pod.spec.containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ protocol = 'TCP', containerPort }) =>
      protocol === 'TCP' ? containerPort : [],
    ),
  );
  return declared.length === 0
    ? [80, 443, 8080]
    : [...new Set([...declared, ...servicePorts(pod, snapshot)])];
}

function waysTo(
  { pod }: Member,
  port: number,
  snapshot: ClusterSnapshot,
): { service?: ServiceTarget }[] {
  return [
    ...servicesSelecting(snapshot, pod).flatMap(service =>
      (service.spec?.ports ?? [])
        .filter(candidate => endpointPort(pod, candidate) === port)
        .map(candidate => ({ service: { service, port: candidate } })),
    ),
    {},
  ];
}

describe('what is said to have no effect', () => {
  it('can be taken away, and nobody gets another answer', () => {
    let claims = 0;
    fc.assert(
      fc.property(randomMesh, objects => {
        const snapshot = snapshotOf(objects);
        const said = ineffectiveMeshObjects(snapshot);
        claims += said.length;
        const before = said.length > 0 ? answersOf(snapshot) : [];
        for (const { object, field } of said) {
          expect({
            object,
            field,
            answers: answersOf(snapshotOf(without(objects, object, field))),
          }).toEqual({ object, field, answers: before });
        }
      }),
      { numRuns: 60 },
    );
    expect(claims).toBeGreaterThan(60);
  });

  it('is proven by objects that are there', () => {
    fc.assert(
      fc.property(randomMesh, objects => {
        for (const { object, provenBy } of ineffectiveMeshObjects(
          snapshotOf(objects),
        )) {
          expect(provenBy.length).toBeGreaterThan(0);
          for (const proof of [{ object }, ...provenBy]) {
            expect(
              objects.filter(known => isSame(known, proof.object)),
            ).toHaveLength(1);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order in which objects are read', () => {
    fc.assert(
      fc.property(randomMesh, objects => {
        expect(
          ineffectiveMeshObjects(snapshotOf([...objects].reverse())),
        ).toEqual(ineffectiveMeshObjects(snapshotOf(objects)));
      }),
      { numRuns: 60 },
    );
  });
});
