/** PeerAuthentications without an effect: they select nobody, an older one counts instead, or the data plane takes no notice of a port. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { PeerAuthentication } from '../../snapshot/kinds';
import type { IneffectivePolicy } from '../../network/ineffective';
import { ambientMode } from '../ambientMode';
import { requireMesh } from '../mesh';
import {
  MutualTlsMode,
  PeerAuthentications,
  modeOf,
  peerAuthenticationsOf,
  portMode,
  portsOf,
  selectingPolicies,
  sidecarMode,
} from '../peerAuthentication';
import { oldestByName, oldestOf } from '../precedence';
import { entryOf } from '../podFields';
import { MeshPod, meshPodsIn, meshPodsOf } from './meshPods';
import { missingPort } from './ports';
import { Reason, selectionOf } from './selection';

export function ineffectivePeerAuthentications(
  snapshot: ClusterSnapshot,
): IneffectivePolicy[] {
  const policies = snapshot.derive(peerAuthenticationsOf);
  return snapshot.all('PeerAuthentication').flatMap(policy => {
    const object = referenceTo(policy);
    return reasonsOf(policy, policies, snapshot).map(reason => ({
      object,
      ...reason,
    }));
  });
}

function reasonsOf(
  policy: PeerAuthentication,
  policies: PeerAuthentications,
  snapshot: ClusterSnapshot,
): Reason[] {
  const { rootNamespace } = requireMesh(snapshot);
  const { namespace = 'default' } = policy.metadata;
  const object = referenceTo(policy);
  const labels = policy.spec?.selector?.matchLabels ?? {};
  const isChoice = Object.keys(labels).length > 0;
  if (snapshot.coverage.gap('PeerAuthentication', [namespace, rootNamespace])) {
    return [];
  }
  if (isChoice && namespace === rootNamespace) {
    return [
      {
        field: 'spec',
        because: `in the root namespace, ${rootNamespace}, a PeerAuthentication with a selector is not read`,
        provenBy: [{ object, field: 'spec.selector' }],
      },
    ];
  }
  const selected = selectionOf(
    {
      object,
      namespace: namespace === rootNamespace ? undefined : namespace,
      labels,
      field: 'spec.selector',
      readers: ['sidecar', 'ambient'],
      others: {
        gateway: 'are gateways, whose ports Gateway objects rule',
        waypoint: 'are waypoints, which take mTLS alone whatever it says',
      },
    },
    snapshot,
  );
  if (!selected || 'because' in selected) {
    return selected && !promisesMutualTls(policy, snapshot) ? [selected] : [];
  }
  const ruled = selected.filter(pod =>
    candidates(policy, pod, policies).includes(policy),
  );
  if (ruled.length === 0) {
    return shadowed(policy, selected, policies);
  }
  const isAlone = selected.every(
    pod =>
      candidates(policy, pod, policies).length === 1 &&
      isOnly(policy, pod, policies),
  );
  if (!saysNothing(policy)) {
    return portReasons(policy, ruled, policies, snapshot);
  }
  return isAlone
    ? [
        {
          field: 'spec',
          because:
            'it sets no mode, so that what is above it decides as it would without',
          provenBy: [{ object, field: 'spec.mtls.mode' }],
        },
      ]
    : [];
}

const TLS_MODE = 'security.istio.io/tlsMode';

/** Clients send mTLS to a pod with this label, proxy or not, unless a policy for it says DISABLE. */
function promisesMutualTls(
  policy: PeerAuthentication,
  snapshot: ClusterSnapshot,
): boolean {
  const { namespace = 'default' } = policy.metadata;
  const pods =
    namespace === requireMesh(snapshot).rootNamespace
      ? snapshot.derive(meshPodsOf)
      : snapshot.deriveIn(namespace, meshPodsIn);
  return pods.some(({ pod }) => entryOf(pod.labels, TLS_MODE) !== undefined);
}

/** All policies of its level for a pod, of whatever age. */
function level(
  policy: PeerAuthentication,
  { pod, role }: MeshPod,
  policies: PeerAuthentications,
): readonly PeerAuthentication[] {
  const { namespace = 'default' } = policy.metadata;
  const { selecting, general } = policies.inNamespace(namespace);
  if (selecting.includes(policy)) {
    return selectingPolicies(pod, policies);
  }
  // Outside the root namespace ztunnel is not told of those there that have an empty selector.
  return role === 'ambient' &&
    namespace === policies.rootNamespace &&
    pod.namespace !== namespace
    ? general.filter(({ spec }) => !spec?.selector)
    : general;
}

/** Those of its level that may count for a pod: the oldest, by name only at sidecars. */
function candidates(
  policy: PeerAuthentication,
  pod: MeshPod,
  policies: PeerAuthentications,
): readonly PeerAuthentication[] {
  const all = level(policy, pod, policies);
  return pod.role === 'ambient' ? oldestOf(all) : oldestByName(all);
}

function isOnly(
  policy: PeerAuthentication,
  pod: MeshPod,
  policies: PeerAuthentications,
): boolean {
  return level(policy, pod, policies).length === 1;
}

function saysNothing(policy: PeerAuthentication): boolean {
  return (
    !modeOf(policy) && portsOf(policy).every(port => !portMode(policy, port))
  );
}

function shadowed(
  policy: PeerAuthentication,
  selected: readonly MeshPod[],
  policies: PeerAuthentications,
): Reason[] {
  const object = referenceTo(policy);
  const winners = [
    ...new Set(selected.flatMap(pod => candidates(policy, pod, policies))),
  ];
  if (winners.length === 0) {
    return [
      {
        field: 'spec',
        because:
          'ztunnel is not told of a policy of the root namespace that has a selector, even an empty one',
        provenBy: [{ object, field: 'spec.selector' }],
      },
    ];
  }
  const [{ metadata }] = winners;
  const others = winners.length > 1 ? ' and others' : '';
  const scope = scopeOf(policy, policies);
  return [
    {
      field: 'spec',
      because: `PeerAuthentication ${metadata.namespace}/${metadata.name}${others} came first, and of several for ${scope} only the oldest counts`,
      provenBy: [...winners.slice(0, 3).map(referenceTo), object].map(
        reference => ({
          object: reference,
          field: 'metadata.creationTimestamp',
        }),
      ),
    },
  ];
}

function scopeOf(
  policy: PeerAuthentication,
  policies: PeerAuthentications,
): string {
  const { namespace = 'default' } = policy.metadata;
  if (policies.inNamespace(namespace).selecting.includes(policy)) {
    return 'the same pods';
  }
  return namespace === policies.rootNamespace ? 'the mesh' : 'one namespace';
}

function portReasons(
  policy: PeerAuthentication,
  ruled: readonly MeshPod[],
  policies: PeerAuthentications,
  snapshot: ClusterSnapshot,
): Reason[] {
  const object = referenceTo(policy);
  return portsOf(policy).flatMap(port => {
    const field = `spec.portLevelMtls.${port}`;
    const mode = portMode(policy, port);
    const missing = missingPort(port, ruled, snapshot);
    if (missing) {
      return [
        {
          field,
          because: missing.because,
          provenBy: [{ object, field }, ...missing.provenBy],
        },
      ];
    }
    return mode ? unheeded(mode, port, field, policy, ruled, policies) : [];
  });
}

/** A port's mode that the data plane gives to none of the pods. */
function unheeded(
  mode: MutualTlsMode,
  port: number,
  field: string,
  policy: PeerAuthentication,
  ruled: readonly MeshPod[],
  policies: PeerAuthentications,
): Reason[] {
  const outcomes = ruled.map(({ pod, role }) =>
    role === 'ambient'
      ? ambientMode(pod, port, policies)
      : sidecarMode(pod, port, policies),
  );
  const isHeeded = outcomes.some(
    (outcome, index) =>
      outcome.contested ||
      outcome.mode ===
        (mode === 'DISABLE' && ruled[index].role === 'ambient'
          ? 'PERMISSIVE'
          : mode),
  );
  if (isHeeded) {
    return [];
  }
  const [first] = outcomes;
  const object = referenceTo(policy);
  return [
    {
      field,
      because: first.failsOpen
        ? `Istio never hands this policy to ztunnel, so that port ${port} takes plaintext as all others do`
        : `ztunnel makes no exception for ${mode} alone, so that port ${port} stays ${first.mode}`,
      provenBy: [
        { object, field: `${field}.mode` },
        ...first.decidedBy.map(decided => ({
          object: decided.object,
          field: decided.field,
        })),
      ],
    },
  ];
}
