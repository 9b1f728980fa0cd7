/** NW-2: Cilium's policies do for the workload what they look like. */
import { CONNECTION_NEEDS } from '../../network/connectionNeeds';
import { CiliumTexts } from '../../network/ciliumTexts';
import { CiliumView } from '../../network/ciliumView';
import { networkOf } from '../../network/cni';
import { networkFactsOf } from '../../network/networkFacts';
import {
  ClusterSnapshot,
  Workload,
  describeObject,
  referenceTo,
} from '../../snapshot';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, sentence, worstFirst } from '../wording';
import { notEnforced } from './cilium/agent';
import {
  Deception,
  Detector,
  Selected,
  describeText,
  fieldOfText,
} from './cilium/deception';
import { denials } from './cilium/denials';
import { encrypted, unseenMode } from './cilium/encrypted';
import { mutualAuthentication, unresolvedNames } from './cilium/names';
import { openDirections } from './cilium/openDirections';
import { refused } from './cilium/refused';
import { requests } from './cilium/requests';
import { selectors } from './cilium/selectors';

const DETECTORS: readonly Detector[] = [
  refused,
  openDirections,
  requests,
  selectors,
  denials,
  encrypted,
  unresolvedNames,
  mutualAuthentication,
];

/** More of them in one finding nobody reads; the rest shows once these are repaired. */
const MOST_NAMED = 3;
const MOST_EVIDENCE = 20;

export const ciliumPolicies: Control = {
  id: 'NW-2',
  title: 'Cilium policies do what they say',
  pillar: 'network',
  severity: 'high',
  scope: 'workload',
  question:
    'Do the policies of Cilium that select the service do for it what they look like?',
  why: 'The same lines mean other things in a policy of Cilium than in a NetworkPolicy, and some switch others off. A policy that its reader misunderstands protects nobody, and nobody misses what it does not do.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 3' },
    { framework: 'NIST SP 800-53 r5', requirement: 'AC-4' },
    { framework: 'NIST SP 800-53 r5', requirement: 'CM-6' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: segmentation' },
    { framework: 'NSA/CISA KHG', requirement: 'Network separation' },
    { framework: 'PCI DSS 4.0', requirement: '1.2.7' },
  ],
  needs: [
    ...CONNECTION_NEEDS,
    // What a mesh encrypts; without them the rest is judged all the same.
    { kind: 'PeerAuthentication', in: 'mesh', optional: true },
    { kind: 'AuthorizationPolicy', in: 'mesh', optional: true },
    { kind: 'Sidecar', in: 'mesh', optional: true },
    { kind: 'Gateway', in: 'cluster', optional: true },
  ],
  facts: networkFactsOf,
  isIdle: hasNoPolicies,
  evaluate(workload, snapshot) {
    if (snapshot.derive(hasNoPolicies)) {
      return [notSelected(workload)];
    }
    const selected = selectedPods(workload, snapshot);
    return selected.length === 0
      ? [notSelected(workload)]
      : [judgeSelected(workload, selected, snapshot)];
  },
};

function hasNoPolicies(snapshot: ClusterSnapshot): boolean {
  return (
    ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'] as const
  ).every(
    kind => !snapshot.coverage.gap(kind) && snapshot.all(kind).length === 0,
  );
}

/** One pod for each kind of pods that some policy of Cilium selects. */
function selectedPods(
  workload: Workload,
  snapshot: ClusterSnapshot,
): Selected[] {
  const view = snapshot.derive(CiliumView.of);
  const texts = snapshot.derive(CiliumTexts.of);
  const seen = new Set<string>();
  return workload.pods.flatMap(pod => {
    const podClass = view.universe.classOfPod(pod);
    if (!podClass) {
      return [];
    }
    const own = texts.for(pod, podClass);
    const kind = [
      podClass.id,
      ...own.refused.map(({ policy }) => describeObject(referenceTo(policy))),
    ].join();
    if (seen.has(kind)) {
      return [];
    }
    seen.add(kind);
    return own.held.length + own.refused.length === 0
      ? []
      : {
          workload,
          name: workload.reference.name,
          pod,
          podClass,
          texts: own,
          view,
          snapshot,
        };
  });
}

function judgeSelected(
  workload: Workload,
  selected: readonly Selected[],
  snapshot: ClusterSnapshot,
): Judgement {
  const all = distinct(selected.flatMap(notEnforced));
  if (all.length > 0) {
    // Where nothing is enforced, it matters little what the policies say.
    return failure(all);
  }
  const unseen = selected[0].view.settingsUnseen;
  const deceptions = distinct(
    selected.flatMap(one => DETECTORS.flatMap(detect => detect(one))),
  ).filter(({ unlessAlways }) => unseen === undefined || !unlessAlways);
  if (deceptions.length > 0) {
    return failure(deceptions);
  }
  const doubt = unseen ?? selected.flatMap(one => unseenMode(one) ?? [])[0];
  return doubt === undefined
    ? proof(workload, selected, snapshot)
    : {
        verdict: 'unknown',
        message: `Cannot be told whether Cilium's policies do for ${workload.reference.name} what they say: ${doubt}.`,
        evidence: evidenceOfTexts(selected),
      };
}

function distinct(deceptions: readonly Deception[]): Deception[] {
  return [
    ...new Map(
      deceptions.map(one => [`${one.message} ${one.because}`, one]),
    ).values(),
  ];
}

function failure(deceptions: readonly Deception[]): Judgement {
  const sorted = worstFirst(deceptions);
  const named = sorted.slice(0, MOST_NAMED);
  const rest = sorted.length - named.length;
  const [worst] = sorted;
  return {
    verdict: 'fail',
    severity: worst.severity,
    message: sentence([
      ...named.map(({ message }) => message),
      ...(rest > 0
        ? [
            `${rest} more ${
              rest === 1 ? 'part does' : 'parts do'
            } not do what ${rest === 1 ? 'it says' : 'they say'}.`,
          ]
        : []),
    ]),
    because: sentence(named.map(({ because }) => because)),
    evidence: sorted
      .flatMap(({ evidence }) => evidence)
      .slice(0, MOST_EVIDENCE),
    ...(worst.witness ? { witness: worst.witness } : {}),
    fix: { summary: sentence(named.map(({ fix }) => fix)) },
  };
}

function evidenceOfTexts(selected: readonly Selected[]): Evidence[] {
  const texts = new Set(selected.flatMap(({ texts: { held } }) => held));
  return [...texts]
    .slice(0, MOST_EVIDENCE)
    .map(text => fieldOfText(text, `${text.path}.endpointSelector`));
}

function proof(
  workload: Workload,
  selected: readonly Selected[],
  snapshot: ClusterSnapshot,
): Judgement {
  const names = new Set(
    selected.flatMap(({ texts: { held } }) => held.map(describeText)),
  );
  const network = snapshot.derive(networkOf);
  const enforced =
    network.state === 'known' &&
    network.enforces.CiliumNetworkPolicy.answer === 'yes';
  return {
    verdict: 'pass',
    enforcement: enforced && !network.stated ? 'enforced' : 'declared',
    message: `What the policies of Cilium say of ${
      workload.reference.name
    } is what they do${
      selected[0].view.isAssumed
        ? ', provided that an agent of Cilium enforces them as it does by default, which nothing here shows'
        : ''
    }: ${enumerate([...names])}.`,
    evidence: evidenceOfTexts(selected),
  };
}

function notSelected({ reference, object }: Workload): Judgement {
  return {
    verdict: 'not-applicable',
    message: `No policy of Cilium selects ${reference.name}.`,
    evidence: [{ object, field: 'metadata.name', value: reference.name }],
  };
}
