/** What `zero-trust explain` says of policies: which select a workload, and which have no effect. */
import {
  ClusterSnapshot,
  IneffectivePolicy,
  SelectingPolicies,
  SelectingPolicy,
  Workload,
  connectionsOf,
  describeObject,
  ineffectiveMeshObjects,
  ineffectivePolicies,
  meshObjectGaps,
  hasMesh,
  networkGapsOf,
  selectingObjects,
  selectingPolicies,
} from '@backstage-zero-trust/posture-engine';
import { jsonDocument, objectJson, workloadJson } from '../output/json';
import { table } from '../output/table';
import { printable } from '../output/text';
import { Terminal } from '../terminal';

type Format = 'table' | 'json';

export function explainIneffective(
  snapshot: ClusterSnapshot,
  format: Format,
  terminal: Terminal,
): string {
  const policies = [
    ...ineffectivePolicies(snapshot),
    ...ineffectiveMeshObjects(snapshot),
  ];
  const unknown = [
    ...new Set([
      ...networkGapsOf(snapshot).map(({ reason }) => reason),
      ...meshObjectGaps(snapshot),
    ]),
  ];
  if (format === 'json') {
    return jsonDocument('IneffectivePolicyList', {
      policies: policies.map(ineffectiveJson),
      unknown,
    });
  }
  const list =
    policies.length === 0
      ? 'No policy or rule was found to be without effect.\n'
      : table(
          ['POLICY', 'FIELD', 'WHY IT HAS NO EFFECT'],
          policies.map(({ object, field, because }) => [
            describeObject(object),
            field,
            because,
          ]),
          terminal,
        );
  return `${list}${linesOf('There may be more', unknown)}`;
}

function linesOf(title: string, reasons: readonly string[]): string {
  return reasons
    .map(reason => printable(`${title}: ${reason}.`))
    .map(line => `${line}\n`)
    .join('');
}

function ineffectiveJson({
  object,
  field,
  because,
  provenBy,
}: IneffectivePolicy) {
  return {
    object: objectJson(object),
    field,
    message: because,
    provenBy: provenBy.map(proof => ({
      object: objectJson(proof.object),
      field: proof.field,
    })),
  };
}

export function explainSelection(
  workload: Workload,
  snapshot: ClusterSnapshot,
  format: Format,
  terminal: Terminal,
): { text: string; isKnown: boolean } {
  const { policies, unknown: ofNetwork } = selectionOf(workload, snapshot);
  const mesh = snapshot.derive(hasMesh)
    ? selectingObjects(workload, snapshot)
    : undefined;
  const unknown = [...ofNetwork, ...(mesh?.unknown ?? [])];
  const isKnown = unknown.length === 0;
  if (format === 'json') {
    return {
      isKnown,
      text: jsonDocument('SelectingPolicyList', {
        subject: workloadJson(workload.reference, undefined),
        policies: policies.map(
          ({ layer, object, direction, isolates, effects }) => ({
            layer,
            object: objectJson(object),
            direction,
            isolates,
            effects,
          }),
        ),
        ...(mesh
          ? {
              mesh: mesh.objects.map(({ layer, object, direction, does }) => ({
                layer,
                object: objectJson(object),
                direction,
                does,
              })),
            }
          : {}),
        unknown,
      }),
    };
  }
  const name = describeObject(workload.reference);
  const rows = [
    ...policies.map(policy => [
      policy.direction,
      describeObject(policy.object),
      deedsOf(policy),
    ]),
    ...(mesh?.objects ?? []).map(({ direction, object, does }) => [
      direction,
      describeObject(object),
      does,
    ]),
  ];
  const list =
    rows.length === 0
      ? `No policy selects ${name}.\n`
      : table(['DIRECTION', 'POLICY', 'WHAT IT DOES'], rows, terminal);
  return {
    isKnown,
    text: `${list}${linesOf('Others may have a say too', unknown)}`,
  };
}

/** Of all pods of a workload together; pods on the network of their node are selected by none. */
function selectionOf(
  workload: Workload,
  snapshot: ClusterSnapshot,
): SelectingPolicies {
  const connections = snapshot.derive(connectionsOf);
  const classes = new Set(
    workload.pods.flatMap(pod => connections.universe.classOfPod(pod) ?? []),
  );
  const policies = new Map<string, SelectingPolicy>();
  const unknown = new Set<string>();
  for (const podClass of classes) {
    const found = selectingPolicies(connections, podClass);
    for (const policy of found.policies) {
      policies.set(JSON.stringify(policy), policy);
    }
    found.unknown.forEach(reason => unknown.add(reason));
  }
  return { policies: [...policies.values()], unknown: [...unknown] };
}

const DEEDS = {
  allow: 'allows',
  deny: 'denies',
  pass: 'passes on',
  unknown: 'cannot be told',
} as const;

function deedsOf({ isolates, effects }: SelectingPolicy): string {
  const deeds = [
    ...(isolates ? ['refuses what no rule allows'] : []),
    ...effects.map(effect => DEEDS[effect]),
  ];
  return deeds.join(', ');
}
