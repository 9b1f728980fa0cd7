/** NW-6: default deny leaves the workload what it cannot work without. */
import { dataPlaneOf } from '../../mesh/dataPlane';
import { OWN_SIDE_NEEDS } from '../../network/connectionNeeds';
import { connectionsOf } from '../../network/connections';
import { PodView, Workload } from '../../snapshot';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, locateForPeople, sentence, worstFirst } from '../wording';
import { suppliesOfControlPlane } from './supplies/controlPlane';
import { supplyFactsOf } from './supplies/facts';
import { suppliesOfMetrics } from './supplies/metrics';
import { suppliesOfNames } from './supplies/names';
import { suppliesOfProbes } from './supplies/probes';
import { Consumer, Loss, Supply } from './supplies/supply';
import { suppliesOfTunnel } from './supplies/tunnel';
import { needsVault, suppliesOfVault } from './supplies/vault';

export const infrastructure: Control = {
  id: 'NW-6',
  title: 'Infrastructure still reachable',
  pillar: 'network',
  severity: 'medium',
  scope: 'workload',
  question:
    'Do network policies leave the service what it needs to work: name lookups, the control plane and tunnel of its mesh, probes, Vault, and the collection of its metrics?',
  why: 'A default deny that forgets the DNS or the mesh is an outage, often one that shows only at the next restart. It is also how default denies come to be taken back.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 3' },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-7(5)' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: segmentation' },
    { framework: 'NSA/CISA KHG', requirement: 'Network separation' },
  ],
  needs: [
    ...OWN_SIDE_NEEDS,
    { kind: 'PeerAuthentication', in: 'namespace', optional: true },
  ],
  facts: supplyFactsOf,
  evaluate(workload, snapshot) {
    const connections = snapshot.derive(connectionsOf);
    const supplies: Supply[] = [];
    const asked = new Set<string>();
    for (const pod of workload.pods) {
      const podClass = connections.universe.classOfPod(pod);
      if (!podClass || pod.spec.hostNetwork) {
        continue;
      }
      const dataPlane = dataPlaneOf(workload, pod, snapshot);
      // Pods of a workload that policies do not tell apart need the same.
      const key = `${podClass.id} ${dataPlane.dataPlane} ${dataPlane.gateway}`;
      if (!asked.has(key)) {
        asked.add(key);
        supplies.push(
          ...suppliesOf({
            workload,
            pod,
            podClass,
            dataPlane,
            connections,
            snapshot,
          }),
        );
      }
    }
    if (asked.size === 0) {
      return [onHostNetwork(workload, workload.pods[0])];
    }
    const losses = supplies.flatMap(supply =>
      supply.state === 'cut' ? supply.loss : [],
    );
    if (losses.length > 0) {
      return [failure(worstFirst(losses))];
    }
    const unknown = supplies.find(({ state }) => state === 'unknown');
    if (unknown?.state === 'unknown') {
      const { message, evidence } = unknown;
      return [{ verdict: 'unknown', message, evidence }];
    }
    return [proof(workload, supplies)];
  },
};

function suppliesOf(consumer: Consumer): Supply[] {
  const { dataPlane, pod } = consumer;
  return [
    ...suppliesOfNames(
      consumer,
      dataPlane.dataPlane === 'sidecar' || needsVault(pod),
    ),
    ...suppliesOfControlPlane(consumer),
    ...suppliesOfTunnel(consumer),
    ...suppliesOfProbes(consumer),
    ...suppliesOfVault(consumer),
    ...suppliesOfMetrics(consumer),
  ];
}

function onHostNetwork(workload: Workload, pod: PodView): Judgement {
  return {
    verdict: 'not-applicable',
    message: `${workload.reference.name} uses the network of its nodes, which the policies for pods do not restrict.`,
    evidence: [locateForPeople(workload, pod, 'spec.hostNetwork')],
  };
}

function failure(losses: readonly Loss[]): Judgement {
  const [worst] = losses;
  const objects = losses.flatMap(loss => loss.objects ?? []);
  return {
    verdict: 'fail',
    severity: worst.severity,
    message: sentence(losses.map(({ message }) => message)),
    because: sentence(losses.map(({ because }) => because)),
    evidence: distinct(losses.flatMap(({ evidence }) => evidence)),
    witness: worst.witness,
    fix: {
      summary: sentence(losses.map(({ fix }) => fix)),
      ...(objects.length > 0 ? { objects } : {}),
    },
  };
}

function distinct(evidence: readonly Evidence[]): Evidence[] {
  return [
    ...new Map(evidence.map(item => [JSON.stringify(item), item])).values(),
  ];
}

function proof(workload: Workload, supplies: readonly Supply[]): Judgement {
  const { name } = workload.reference;
  const kept = supplies.flatMap(supply =>
    supply.state === 'reached' ? supply.what : [],
  );
  const notes = supplies.flatMap(supply =>
    supply.state === 'unseen' ? supply.note : [],
  );
  return {
    verdict: 'pass',
    message: sentence([
      kept.length > 0
        ? `Network policies leave ${name} what it needs: ${enumerate(
            [...new Set(kept)],
            6,
          )}.`
        : `Network policies cut ${name} off from nothing that it evidently needs.`,
      ...(notes.length > 0
        ? [
            `Not in view, and so not judged: ${enumerate(
              [...new Set(notes)],
              6,
            )}.`,
          ]
        : []),
    ]),
    evidence: [],
  };
}
