/**
 * The judge of the fast engine under Calico: one question, one address, one
 * reading at a time, straight from the words of Calico's documents. A question
 * is unknown where two readings of the same objects answer it differently, or
 * where two addresses of a pod do and it is not one that lets it through.
 */
import { parse, parseCIDR } from 'ipaddr.js';
import {
  CalicoEntity,
  CalicoPolicy,
  CalicoRule,
  ClusterSnapshot,
  PodView,
} from '../../snapshot';
import {
  Peer,
  ReferenceQuestion,
  ReferenceVerdict,
  referenceTiers,
} from './referenceNetwork';

type Labels = Readonly<Record<string, string>>;
type Way = 'ingress' | 'egress';
type Outcome = 'allow' | 'deny' | 'next' | 'unknown';
type Match = 'yes' | 'no' | 'partly';

/** One way to read what the objects leave open. */
interface Reading {
  sinceVersion332: boolean;
  /** What matches a pod with some of its addresses counts as no match of Deny, or as one. */
  partly: 'open' | 'shut';
}

const READINGS: readonly Reading[] = [false, true].flatMap(sinceVersion332 =>
  (['open', 'shut'] as const).map(partly => ({ sinceVersion332, partly })),
);

export function referenceCalicoDecision(
  snapshot: ClusterSnapshot,
  question: ReferenceQuestion,
): ReferenceVerdict {
  const verdicts = (['egress', 'ingress'] as const).map(way =>
    decideWay(snapshot, question, way),
  );
  return (
    (['deny', 'unknown'] as const).find(verdict =>
      verdicts.includes(verdict),
    ) ?? 'allow'
  );
}

function decideWay(
  snapshot: ClusterSnapshot,
  question: ReferenceQuestion,
  way: Way,
): ReferenceVerdict {
  const subject = way === 'egress' ? question.source : question.destination;
  if (typeof subject === 'string' || subject.spec.hostNetwork) {
    return 'allow';
  }
  const tiers: { name: string; order: number; action: string }[] = [
    { name: 'adminnetworkpolicy', order: 1e3, action: 'Pass' },
    { name: 'kube-admin', order: 1e3, action: 'Pass' },
    { name: 'default', order: 1e6, action: 'Deny' },
    { name: 'baselineadminnetworkpolicy', order: 1e7, action: 'Pass' },
    { name: 'kube-baseline', order: 1e7, action: 'Pass' },
    ...snapshot.all('Tier.projectcalico.org').map(({ metadata, spec }) => ({
      name: metadata.name,
      order: spec?.order ?? Infinity,
      action: spec?.defaultAction ?? 'Deny',
    })),
  ];
  tiers.sort((one, other) =>
    one.order === other.order
      ? one.name.localeCompare(other.name)
      : one.order - other.order,
  );
  for (const { name, action } of tiers) {
    const outcomes = new Set(
      READINGS.map(reading =>
        decideTier(snapshot, question, way, name, action, reading),
      ),
    );
    const [outcome] = outcomes.size === 1 ? outcomes : ['unknown' as const];
    if (outcome !== 'next') {
      return outcome;
    }
  }
  return 'allow';
}

function decideTier(
  snapshot: ClusterSnapshot,
  question: ReferenceQuestion,
  way: Way,
  tier: string,
  action: string,
  { sinceVersion332, partly }: Reading,
): Outcome {
  const kubernetes = referenceTiers(snapshot, question, way);
  switch (tier) {
    case 'adminnetworkpolicy':
      return kubernetes.admin();
    case 'kube-admin':
      return kubernetes.clusterAdmin();
    case 'baselineadminnetworkpolicy':
      return kubernetes.baselineAdmin();
    case 'kube-baseline':
      return kubernetes.clusterBaseline();
    default:
  }
  const pod = (
    way === 'egress' ? question.source : question.destination
  ) as PodView;
  const labels = labelsOf(snapshot, pod);
  const policies = [
    ...snapshot.all('NetworkPolicy.projectcalico.org'),
    ...snapshot.all('GlobalNetworkPolicy.projectcalico.org'),
  ]
    .filter(policy => (policy.spec?.tier ?? 'default') === tier)
    .filter(policy => applies(policy, way, pod, labels))
    .map(({ kind, metadata, spec }) => ({
      order: spec?.order ?? Infinity,
      place: sinceVersion332
        ? `${metadata.name}/${metadata.namespace ?? ''}/${kind}`
        : `${metadata.namespace ? `${metadata.namespace}/` : ''}${tier}.${
            metadata.name
          }`,
      decide: (): Outcome => {
        for (const rule of spec?.[way] ?? []) {
          const match = matches(snapshot, question, way, rule, metadata);
          switch (match === 'no' ? 'Log' : rule.action) {
            case 'Allow':
              return 'allow';
            case 'Deny':
              if (match === 'yes' || partly === 'shut') {
                return 'deny';
              }
              break;
            case 'Pass':
              return match === 'yes' ? 'next' : 'unknown';
            default:
          }
        }
        return 'unknown';
      },
      // Whether a rule of the policy matched at all.
      decides: () =>
        (spec?.[way] ?? []).some(rule => {
          const match = matches(snapshot, question, way, rule, metadata);
          return (
            match !== 'no' &&
            rule.action !== 'Log' &&
            (rule.action !== 'Deny' || match === 'yes' || partly === 'shut')
          );
        }),
    }));
  const selecting = tier === 'default' ? kubernetes.selecting() : [];
  const all = [
    ...policies,
    ...selecting.map(({ namespace, name, allows }) => ({
      order: 1000,
      place: sinceVersion332
        ? `${name}/${namespace}/KubernetesNetworkPolicy`
        : `${namespace}/knp.default.${name}`,
      decide: (): Outcome => 'allow',
      decides: allows,
    })),
  ].sort((one, other) =>
    one.order === other.order
      ? one.place < other.place
        ? -1
        : 1
      : one.order - other.order,
  );
  if (all.length === 0) {
    return 'next';
  }
  const deciding = all.find(({ decides }) => decides());
  return deciding?.decide() ?? (action === 'Pass' ? 'next' : 'deny');
}

function applies(
  { metadata, spec }: CalicoPolicy,
  way: Way,
  pod: PodView,
  labels: Labels,
): boolean {
  const types = spec?.types ?? [
    ...(spec?.ingress?.length || !spec?.egress?.length ? ['Ingress'] : []),
    ...(spec?.egress?.length ? ['Egress'] : []),
  ];
  return (
    types.includes(way === 'ingress' ? 'Ingress' : 'Egress') &&
    (metadata.namespace ?? pod.namespace) === pod.namespace &&
    selects(spec?.selector, labels) &&
    selects(spec?.serviceAccountSelector, strip(labels, 'pcsa.')) &&
    selects(spec?.namespaceSelector, strip(labels, 'pcns.'))
  );
}

/** Over each address of the other end: a pod may be matched with some of them only. */
function matches(
  snapshot: ClusterSnapshot,
  { source, destination, protocol, port }: ReferenceQuestion,
  way: Way,
  rule: CalicoRule,
  { namespace }: { namespace?: string },
): Match {
  const ownProtocol = (name: number | string | undefined) =>
    name === protocol || name === { TCP: 6, UDP: 17, SCTP: 132 }[protocol];
  if (
    (rule.protocol !== undefined && !ownProtocol(rule.protocol)) ||
    (rule.notProtocol !== undefined && ownProtocol(rule.notProtocol))
  ) {
    return 'no';
  }
  const isPort = (wanted: number | string) => {
    const [from, to = from] = String(wanted).split(':').map(Number);
    return Number.isNaN(from)
      ? typeof destination !== 'string' &&
          !destination.spec.hostNetwork &&
          destination.spec.containers.some(({ ports }) =>
            (ports ?? []).some(
              own =>
                own.name === wanted &&
                own.protocol === protocol &&
                own.containerPort === port,
            ),
          )
      : from <= port && port <= to;
  };
  const { ports, notPorts } = rule.destination ?? {};
  if ((ports?.length && !ports.some(isPort)) || notPorts?.some(isPort)) {
    return 'no';
  }
  const sides = [
    side(snapshot, source, rule.source ?? {}, rule, namespace),
    side(snapshot, destination, rule.destination ?? {}, rule, namespace),
  ];
  if (sides.includes('no')) {
    return 'no';
  }
  const [own, other] = way === 'egress' ? sides : [...sides].reverse();
  return own === 'yes' && other === 'yes' ? 'yes' : 'partly';
}

function side(
  snapshot: ClusterSnapshot,
  peer: Peer,
  entity: CalicoEntity,
  { ipVersion }: CalicoRule,
  namespace: string | undefined,
): Match {
  const addresses = typeof peer === 'string' ? [peer] : peer.ips;
  const found = addresses.filter(address => {
    const carriers: Labels[] = [
      ...(typeof peer === 'string' || peer.spec.hostNetwork
        ? []
        : [labelsOf(snapshot, peer)]),
      ...snapshot
        .all('NetworkSet.projectcalico.org')
        .filter(({ spec }) => inSome(address, spec?.nets))
        .map(({ metadata }) => ({
          ...namespaceLabels(snapshot, metadata.namespace ?? ''),
          ...metadata.labels,
          'projectcalico.org/namespace': metadata.namespace ?? '',
        })),
      ...snapshot
        .all('GlobalNetworkSet.projectcalico.org')
        .filter(({ spec }) => inSome(address, spec?.nets))
        .map(({ metadata }) => metadata.labels ?? {}),
    ];
    const { selector, notSelector, namespaceSelector, serviceAccounts } =
      entity;
    const positive = carriers.some(
      labels =>
        selects(selector, labels) &&
        (!serviceAccounts?.names?.length ||
          serviceAccounts.names.includes(
            labels['projectcalico.org/serviceaccount'],
          )) &&
        selects(serviceAccounts?.selector, strip(labels, 'pcsa.')) &&
        (namespaceSelector
          ? namespaceSelector === 'global()'
            ? !('projectcalico.org/namespace' in labels)
            : namespaceSelector === 'all()'
            ? 'projectcalico.org/namespace' in labels
            : selects(namespaceSelector, strip(labels, 'pcns.'))
          : namespace === undefined ||
            labels['projectcalico.org/namespace'] === namespace),
    );
    const hasPositive =
      selector ||
      namespaceSelector ||
      serviceAccounts ||
      (namespace !== undefined && notSelector);
    return (
      (!hasPositive || positive) &&
      !(notSelector && carriers.some(labels => selects(notSelector, labels))) &&
      (!entity.nets?.length || inSome(address, entity.nets)) &&
      !inSome(address, entity.notNets) &&
      (ipVersion === undefined || parse(address).kind() === `ipv${ipVersion}`)
    );
  });
  if (found.length === 0) {
    return 'no';
  }
  return found.length === addresses.length ? 'yes' : 'partly';
}

function inSome(address: string, nets: readonly string[] | undefined): boolean {
  const parsed = parse(address);
  return (nets ?? []).some(net => {
    const [network, prefix] = parseCIDR(
      net.includes('/') ? net : `${net}/${net.includes(':') ? 128 : 32}`,
    );
    return parsed.kind() === network.kind() && parsed.match(network, prefix);
  });
}

function namespaceLabels(snapshot: ClusterSnapshot, namespace: string) {
  return {
    ...withPrefix(snapshot.namespaceLabels(namespace), 'pcns.'),
    'pcns.projectcalico.org/name': namespace,
  };
}

function labelsOf(snapshot: ClusterSnapshot, pod: PodView): Labels {
  const account = pod.spec.serviceAccountName ?? 'default';
  return {
    ...namespaceLabels(snapshot, pod.namespace),
    ...withPrefix(
      snapshot.get('ServiceAccount', account, pod.namespace)?.metadata.labels ??
        {},
      'pcsa.',
    ),
    'pcsa.projectcalico.org/name': account,
    ...pod.labels,
    'projectcalico.org/namespace': pod.namespace,
    'projectcalico.org/orchestrator': 'k8s',
    'projectcalico.org/serviceaccount': account,
  };
}

function withPrefix(labels: Labels, prefix: string): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [prefix + key, value]),
  );
}

function strip(labels: Labels, prefix: string): Labels {
  return Object.fromEntries(
    Object.entries(labels)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/** No parser: comparisons are replaced by their outcome, and what is left is worked out sign by sign. */
export function selects(selector: string | undefined, labels: Labels): boolean {
  if (!selector) {
    return true;
  }
  const truth = (holds: boolean) => (holds ? '1' : '0');
  const quoted = `["']([^"']*)["']`;
  const comparison = (
    operator: string,
    holds: (value: string | undefined, wanted: string) => boolean,
  ): [RegExp, (...groups: string[]) => string] => [
    new RegExp(`([\\w./-]+) *${operator} *${quoted}`, 'g'),
    (_, label, wanted) => truth(holds(labels[label], wanted)),
  ];
  const list = (text: string) =>
    [...text.matchAll(/["']([^"']*)["']/g)].map(([, value]) => value);
  const rules: [RegExp, (...groups: string[]) => string][] = [
    [/has\( *([\w./-]+) *\)/g, (_, label) => truth(label in labels)],
    [/all\( *\)/g, () => '1'],
    [
      /([\w./-]+) *not *in *\{([^}]*)\}/g,
      (_, label, values) =>
        truth(!(label in labels) || !list(values).includes(labels[label])),
    ],
    [
      /([\w./-]+) *in *\{([^}]*)\}/g,
      (_, label, values) =>
        truth(label in labels && list(values).includes(labels[label])),
    ],
    comparison('==', (value, wanted) => value === wanted),
    comparison('!=', (value, wanted) => value !== wanted),
    comparison('contains', (value, wanted) => value?.includes(wanted) ?? false),
    comparison(
      'starts *with',
      (value, wanted) => value?.startsWith(wanted) ?? false,
    ),
    comparison(
      'ends *with',
      (value, wanted) => value?.endsWith(wanted) ?? false,
    ),
  ];
  let rest = selector;
  for (const [pattern, outcome] of rules) {
    rest = rest.replace(pattern, outcome);
  }
  rest = rest.replace(/[ \t]/g, '');
  for (let before = ''; before !== rest; ) {
    before = rest;
    rest = rest.replace(/!([01])/g, (_, bit) => (bit === '1' ? '0' : '1'));
    if (rest === before) {
      rest = rest.replace(/([01])&&([01])/, (_, one, other) =>
        truth(one === '1' && other === '1'),
      );
    }
    if (rest === before) {
      rest = rest.replace(
        /(^|\()([01])\|\|([01])(?!&&)/,
        (_, open, one, two) => open + truth(one === '1' || two === '1'),
      );
    }
    if (rest === before) {
      rest = rest.replace(/\(([01])\)/, '$1');
    }
  }
  if (rest !== '0' && rest !== '1') {
    throw new Error(`${selector} comes to ${rest}`);
  }
  return rest === '1';
}
