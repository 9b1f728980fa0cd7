/** Calico's NetworkPolicy and GlobalNetworkPolicy: what of one can be without an effect. */
import { DIRECTIONS, Direction, Universe } from '../../decisions';
import { CalicoRule, ClusterSnapshot } from '../../snapshot';
import {
  CalicoEndpoints,
  CalicoPolicyRead,
  calicoPoliciesOf,
  calicoRulePorts,
} from '../calico';
import { nobody } from './peers';
import type { PolicyInQuestion, RuleInQuestion } from './types';

export function calicoPoliciesInQuestion(
  snapshot: ClusterSnapshot,
  universe: Universe,
): PolicyInQuestion[] {
  const endpoints = CalicoEndpoints.create(snapshot, universe);
  const hasHosts = (
    [
      'HostEndpoint.projectcalico.org',
      'HostEndpoint.crd.projectcalico.org',
    ] as const
  ).some(kind => snapshot.all(kind).length > 0);
  return snapshot
    .derive(calicoPoliciesOf)
    .filter(
      ({ forHostsOnly, selector }) => !forHostsOnly && 'selector' in selector,
    )
    .map(policy => ({
      object: policy.object,
      idle: [],
      selects: pod =>
        (policy.namespace ?? pod.namespace) === pod.namespace &&
        'selector' in policy.selector &&
        endpoints.matchesPod(policy.selector, pod),
      selectsOthers: hasHosts && policy.namespace === undefined,
      subjectField: 'spec.selector',
      rules: () => rulesOf(policy),
    }));
}

function rulesOf(policy: CalicoPolicyRead): RuleInQuestion[] {
  return DIRECTIONS.flatMap(direction =>
    (policy.spec[direction] ?? []).map((rule, index) => {
      const field = `spec.${direction}[${index}]`;
      const known = knownOf(policy, rule, direction, field);
      return {
        direction,
        field,
        peers: [],
        namedPorts: (rule.destination?.ports ?? []).flatMap((port, item) =>
          typeof port === 'string' && !/^\d+(:\d+)?$/.test(port)
            ? { field: `${field}.destination.ports[${item}]`, name: port }
            : [],
        ),
        hasOtherPorts: true,
        ...(known ? { known } : {}),
        whenUnused: () => ({ field, because: nobody(direction) }),
      };
    }),
  );
}

function knownOf(
  { directions, object }: CalicoPolicyRead,
  rule: CalicoRule,
  direction: Direction,
  field: string,
): RuleInQuestion['known'] {
  if (!directions.has(direction)) {
    return {
      field,
      because: `types has no ${
        direction === 'ingress' ? 'Ingress' : 'Egress'
      }, and without it the policy decides nothing about ${direction}`,
      provenBy: [{ object, field: 'spec.types' }],
    };
  }
  const ports = calicoRulePorts(rule);
  // What logs decides nothing and is no fault, and ICMP has no ports to be decided about here.
  return rule.action?.toLowerCase() === 'log' ||
    'problem' in ports ||
    ports.protocols.isEmpty
    ? 'effective'
    : undefined;
}
