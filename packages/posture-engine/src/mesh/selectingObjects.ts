/** Which objects of the mesh are about a workload, and what each of them does there, in the order in which the mesh asks them. */
import {
  ClusterSnapshot,
  ObjectReference,
  PodView,
  Workload,
  referenceTo,
} from '../snapshot';
import { AuthorizationPolicy, PeerAuthentication } from '../snapshot/kinds';
import { enforcedAuthentications } from './authorization/attachment';
import {
  AttachedPolicy,
  Ignored,
  attachedPolicies,
} from './authorizationPolicy';
import { dataPlaneOf } from './dataPlane';
import { meshGap } from './meshGap';
import {
  modeOf,
  peerAuthenticationsOf,
  portMode,
  portsOf,
  selectingPolicies,
} from './peerAuthentication';
import { oldestOf } from './precedence';
import { sidecarOf } from './sidecarScope';

export interface SelectingObject {
  layer:
    | 'peer-authentication'
    | 'request-authentication'
    | 'authorization-policy'
    | 'sidecar';
  object: ObjectReference;
  direction: 'ingress' | 'egress';
  /** A clause that begins with a verb. */
  does: string;
}

export interface SelectingObjects {
  objects: readonly SelectingObject[];
  /** Why there may be others, or why nobody can tell. */
  unknown: readonly string[];
}

/** Of all pods of a workload together; of one that is in no mesh of Istio none. */
export function selectingObjects(
  workload: Workload,
  snapshot: ClusterSnapshot,
): SelectingObjects {
  const objects = new Map<string, SelectingObject>();
  const unknown = new Set<string>();
  for (const pod of workload.pods) {
    const { dataPlane, undecided } = dataPlaneOf(workload, pod, snapshot);
    if (undecided !== undefined) {
      unknown.add(undecided);
    }
    if (dataPlane === 'sidecar' || dataPlane === 'ambient') {
      const gap = meshGap(
        [
          'PeerAuthentication',
          'RequestAuthentication',
          'AuthorizationPolicy',
          'Sidecar',
        ],
        [pod.namespace],
        snapshot,
      );
      if (gap !== undefined) {
        unknown.add(gap);
      }
      for (const found of objectsOf(pod, dataPlane, snapshot)) {
        objects.set(JSON.stringify(found), found);
      }
    }
  }
  return { objects: [...objects.values()], unknown: [...unknown] };
}

function* objectsOf(
  pod: PodView,
  dataPlane: 'sidecar' | 'ambient',
  snapshot: ClusterSnapshot,
): Generator<SelectingObject> {
  const policies = snapshot.derive(peerAuthenticationsOf);
  const { rootNamespace } = policies;
  const levels = [
    selectingPolicies(pod, policies),
    ...[...new Set([pod.namespace, rootNamespace])].map(
      namespace => policies.inNamespace(namespace).general,
    ),
  ];
  for (const level of levels) {
    const oldest = oldestOf(level);
    for (const policy of level) {
      yield {
        layer: 'peer-authentication',
        object: referenceTo(policy),
        direction: 'ingress',
        does: `${modesOf(policy)}${
          oldest.includes(policy)
            ? ''
            : ', but an older policy of its level counts instead'
        }`,
      };
    }
  }
  for (const authentication of enforcedAuthentications(
    pod,
    dataPlane === 'sidecar' ? 'sidecar' : 'ztunnel',
    snapshot,
  )) {
    yield {
      layer: 'request-authentication',
      object: referenceTo(authentication),
      direction: 'ingress',
      does: 'refuses requests whose token is not good, and lets those without one pass',
    };
  }
  for (const attached of attachedPolicies(pod, dataPlane, snapshot)) {
    yield {
      layer: 'authorization-policy',
      object: referenceTo(attached.policy),
      direction: 'ingress',
      does: deedOf(attached),
    };
  }
  const sidecar =
    dataPlane === 'sidecar' ? sidecarOf(pod, snapshot) : undefined;
  if (sidecar) {
    yield {
      layer: 'sidecar',
      object: referenceTo(sidecar),
      direction: 'egress',
      does: 'says which Services its proxy knows, and what becomes of calls to others',
    };
  }
}

function modesOf(policy: PeerAuthentication): string {
  const mode = modeOf(policy);
  const ports = portsOf(policy).map(
    port => `${portMode(policy, port) ?? 'what holds above'} for port ${port}`,
  );
  return [
    mode ? `asks for ${mode}` : 'leaves the mode to the level above',
    ...ports,
  ].join(', ');
}

const IGNORED: Readonly<Record<Ignored, string>> = {
  'dry-run': 'does nothing: it is a dry run',
  'target-refs': 'is about what it is attached to, and not about pods',
  'empty-selector':
    'does nothing: with an empty selector ztunnel is told of no pod',
  action: 'does nothing: ztunnel knows ALLOW and DENY alone',
};

function deedOf({ policy, action, ignored }: AttachedPolicy): string {
  if (ignored) {
    return IGNORED[ignored];
  }
  const rules = rulesOf(policy);
  switch (action) {
    case 'DENY':
      return rules === '' ? 'does nothing: it has no rules' : `denies ${rules}`;
    case 'CUSTOM':
      return rules === ''
        ? 'does nothing: it has no rules'
        : `leaves ${rules} to the provider ${
            policy.spec?.provider?.name ?? ''
          }`;
    case 'AUDIT':
      return 'writes a log, and decides nothing';
    default:
      return rules === ''
        ? 'allows nothing, so that all is refused that no other policy allows'
        : `allows ${rules}, and refuses what no policy allows`;
  }
}

function rulesOf({ spec }: AuthorizationPolicy): string {
  const rules = spec?.rules?.length ?? 0;
  switch (rules) {
    case 0:
      return '';
    case 1:
      return 'what its rule matches';
    default:
      return `what one of its ${rules} rules matches`;
  }
}
