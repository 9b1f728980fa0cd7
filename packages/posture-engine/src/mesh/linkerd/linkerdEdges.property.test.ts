/** What the mesh says of all ports at once, against one question for each port, each pair of pods and each way to call. */
import fc from 'fast-check';
import { ClusterSnapshot, KubernetesObject, Workload } from '../../snapshot';
import {
  linkerdPods,
  linkerdPolicies,
} from '../../testing/reference/randomLinkerd';
import { servicesSelecting } from '../../network/services';
import { MeshAnswer, meshConnection } from '../connection';
import { meshEdgesOf } from '../edges';
import { endpointPort } from '../portProtocol';

const ASKED = [4191, 4567, 7000, 8050, 8080, 8101, 9000];
const OPENNESS = ['deny', 'unknown', 'conditional', 'allow'] as const;

function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  return ClusterSnapshot.create({ cluster: 'test', objects });
}

/** Every way from the one pod of a workload to the one of another. */
function answers(
  source: Workload,
  destination: Workload,
  port: number,
  snapshot: ClusterSnapshot,
): MeshAnswer[] {
  const [from, to] = [source, destination].map(workload => ({
    workload,
    pod: workload.pods[0],
  }));
  const ways = servicesSelecting(snapshot, to.pod).flatMap(service =>
    (service.spec?.ports ?? [])
      .filter(candidate => endpointPort(to.pod, candidate) === port)
      .map(candidate => ({ service: { service, port: candidate } })),
  );
  return [...ways, {}].map(way =>
    meshConnection({ from, to, port, request: 'any', ...way }, snapshot),
  );
}

describe('all edges of Linkerd', () => {
  it('say of each port what single questions say', () => {
    fc.assert(
      fc.property(linkerdPods, linkerdPolicies, (pods, policies) => {
        const snapshot = snapshotOf([...pods, ...policies]);
        const edges = snapshot.derive(meshEdgesOf);
        for (const source of snapshot.workloads) {
          for (const destination of snapshot.workloads) {
            if (source === destination) {
              continue;
            }
            const passages = edges.between(source, destination);
            for (const port of ASKED) {
              const [passage, ...others] = passages.filter(({ ports }) =>
                ports.has('TCP', port),
              );
              expect(others).toEqual([]);
              const expected = answers(source, destination, port, snapshot);
              const best = Math.max(
                ...expected.map(({ verdict }) => OPENNESS.indexOf(verdict)),
              );
              expect([port, passage.verdict]).toEqual([port, OPENNESS[best]]);
              const principals = expected.flatMap(({ verdict, principal }) =>
                OPENNESS.indexOf(verdict) === best && principal
                  ? [principal]
                  : [],
              );
              expect(
                passage.principals.filter(one => !principals.includes(one)),
              ).toEqual([]);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
