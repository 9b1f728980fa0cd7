/** What Calico's policies can tell apart, for the classes of the universe. */
import { LabelWords, Vocabulary } from '../../decisions';
import type { CalicoEntity, CalicoRule, ClusterSnapshot } from '../../snapshot';
import { blockOf } from './blocks';
import { NAMESPACE, isLabelOfPod, podLabels } from './endpointLabels';
import { addressSetsOf } from './addressSets';
import { selectorsOf, servicePlace } from './entity';
import { policiesOf, rulesOf } from './policies';
import { namesIn, rulePorts } from './ports';
import { ReadSelector } from './scopedSelector';
import { leavesOf } from './selector';

export function describeCalicoPolicies(
  snapshot: ClusterSnapshot,
  vocabulary: Vocabulary,
): void {
  const words = vocabulary.givenLabels;
  const policies = snapshot.derive(policiesOf);
  for (const policy of policies) {
    vocabulary.describe(policy, () => {
      if (policy.namespace !== undefined) {
        vocabulary.namespaces.add(policy.namespace);
      }
      addWords(words, policy.selector, vocabulary);
      for (const rule of rulesOf(policy)) {
        describeRule(rule, policy.namespace, snapshot, vocabulary);
      }
    });
  }
  if (policies.length > 0) {
    for (const { blocks } of snapshot.derive(addressSetsOf)) {
      addBlocks(vocabulary, blocks);
    }
    vocabulary.givenLabelsOf = podLabels;
  }
}

function describeRule(
  rule: CalicoRule,
  namespace: string | undefined,
  snapshot: ClusterSnapshot,
  vocabulary: Vocabulary,
): void {
  for (const entity of [rule.source ?? {}, rule.destination ?? {}]) {
    for (const selector of selectorsOf(entity, namespace)) {
      addWords(vocabulary.givenLabels, selector, vocabulary);
    }
    addBlocks(vocabulary, [...(entity.nets ?? []), ...(entity.notNets ?? [])]);
    addService(snapshot, vocabulary, entity, namespace);
  }
  if (rule.ipVersion !== undefined) {
    addBlocks(vocabulary, ['0.0.0.0/0', '::/0']);
  }
  const ports = rulePorts(rule);
  if ('protocols' in ports) {
    namesIn(ports).forEach(name => vocabulary.namedPorts.add(name));
  }
}

function addWords(
  words: LabelWords,
  read: ReadSelector,
  vocabulary: Vocabulary,
): void {
  if ('problem' in read) {
    return;
  }
  if (read.namespace !== undefined) {
    words.add(NAMESPACE, [read.namespace]);
  }
  const openKeys: string[] = [];
  for (const leaf of leavesOf(read.selector)) {
    switch (leaf.kind) {
      case 'has':
        words.add(leaf.label, []);
        if (isLabelOfPod(leaf.label)) {
          openKeys.push(leaf.label);
        }
        break;
      case 'equals':
        words.add(leaf.label, [leaf.value]);
        break;
      case 'in':
        words.add(leaf.label, leaf.values);
        break;
      case 'contains':
      case 'starts with':
      case 'ends with':
        words.add(leaf.label, 'any');
        break;
      default:
    }
  }
  // Which of them it wants to be absent, the leaves do not say.
  openKeys.forEach(key => vocabulary.addOpenKeys([key]));
  vocabulary.addOpenKeys(openKeys);
}

function addBlocks(vocabulary: Vocabulary, nets: readonly string[]): void {
  for (const net of nets) {
    const block = blockOf(net);
    if (block !== undefined) {
      vocabulary.cidrs.add(block);
    }
  }
}

function addService(
  snapshot: ClusterSnapshot,
  vocabulary: Vocabulary,
  entity: CalicoEntity,
  namespace: string | undefined,
): void {
  const place = servicePlace(entity, namespace);
  const service = place && snapshot.get('Service', place.name, place.namespace);
  if (!service) {
    return;
  }
  vocabulary.namespaces.add(place.namespace);
  vocabulary.addPodSelector({ matchLabels: service.spec?.selector });
  for (const { targetPort } of service.spec?.ports ?? []) {
    if (typeof targetPort === 'string') {
      vocabulary.namedPorts.add(targetPort);
    }
  }
}
