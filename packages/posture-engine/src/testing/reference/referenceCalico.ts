/**
 * The judge of the fast engine under Calico: one question, one address, one
 * reading at a time, straight from the words of Calico's documents. A question
 * is unknown where two readings of the same objects answer it differently, or
 * where two addresses of a pod do and it is not one that lets it through.
 */
import {
  CalicoPolicy,
  CalicoRule,
  ClusterSnapshot,
  PodView,
  compare,
} from '../../snapshot';
import {
  ReferenceQuestion,
  ReferenceVerdict,
  referenceTiers,
} from './referenceNetwork';
import { selects } from './referenceSelector';
import { Match, labelsOf, sideMatches, strip } from './referenceCalicoSide';

type Labels = Readonly<Record<string, string>>;
type Way = 'ingress' | 'egress';
type Outcome = 'allow' | 'deny' | 'next' | 'unknown';

/** One way to read what the objects leave open. */
interface Reading {
  sinceVersion332: boolean;
  /** What matches a pod with some of its addresses counts as no match of Deny, or as one. */
  partly: 'open' | 'shut';
}

/** The tiers of Kubernetes' own policies that have some. */
const OF_KUBERNETES: Readonly<
  Record<string, 'admin' | 'clusterAdmin' | 'baselineAdmin' | 'clusterBaseline'>
> = {
  adminnetworkpolicy: 'admin',
  'kube-admin': 'clusterAdmin',
  baselineadminnetworkpolicy: 'baselineAdmin',
  'kube-baseline': 'clusterBaseline',
};

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
  tiers.sort(
    (one, other) =>
      (one.order === other.order ? 0 : one.order - other.order) ||
      compare(one.name, other.name),
  );
  for (const { name, action } of tiers) {
    const outcomes = new Set<Outcome>(
      Object.hasOwn(OF_KUBERNETES, name)
        ? [referenceTiers(snapshot, question, way)[OF_KUBERNETES[name]]()]
        : READINGS.map(reading =>
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
  const selecting =
    tier === 'default'
      ? referenceTiers(snapshot, question, way).selecting()
      : [];
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
  ].sort(
    (one, other) =>
      (one.order === other.order ? 0 : one.order - other.order) ||
      compare(one.place, other.place),
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
    sideMatches(snapshot, source, rule.source ?? {}, rule, namespace),
    sideMatches(snapshot, destination, rule.destination ?? {}, rule, namespace),
  ];
  if (sides.includes('no')) {
    return 'no';
  }
  const [own, other] = way === 'egress' ? sides : [...sides].reverse();
  return own === 'yes' && other === 'yes' ? 'yes' : 'partly';
}
