/**
 * What counts on ports that no Server selects, and beside the authorizations of
 * a Server with an `accessPolicy` (`defaults.rs`): whoever is in the cluster or
 * anywhere, with an identity or without, or nobody.
 */
import { ClusterSnapshot, PodView, Workload } from '../../snapshot';
import { FieldValue } from '../podFields';
import { ClientAuthorization } from './clientAuthorization';
import { requireLinkerd } from './linkerdMesh';
import { holdsPort, settingOf } from './podSettings';
import { clusterNetworksOf } from './requiredClients';

const POLICIES = [
  'all-unauthenticated',
  'all-authenticated',
  'cluster-unauthenticated',
  'cluster-authenticated',
  'deny',
  'audit',
] as const;
export type DefaultPolicy = (typeof POLICIES)[number];

export function defaultPolicyNamed(
  written: unknown,
): DefaultPolicy | undefined {
  return POLICIES.find(policy => policy === written);
}

export interface EffectiveDefault {
  policy: DefaultPolicy;
  decidedBy: FieldValue;
}

/** The policy of a pod, and where it is said: an annotation, or else the control plane's own value. */
export function defaultPolicyOf(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): EffectiveDefault {
  const setting = settingOf(workload, pod, 'default-inbound-policy', snapshot);
  // A value that is none counts for nothing.
  const own = defaultPolicyNamed(setting?.value);
  if (setting && own) {
    return { policy: own, decidedBy: setting };
  }
  const { config, defaultInboundPolicy } = requireLinkerd(snapshot);
  const policy = defaultPolicyNamed(defaultInboundPolicy);
  if (!policy) {
    throw new Error(
      `Linkerd's default policy "${defaultInboundPolicy}" is none that is known`,
    );
  }
  return {
    policy,
    decidedBy: {
      object: config,
      field: 'data.values (proxy.defaultInboundPolicy)',
      value: policy,
    },
  };
}

/** Whom a default policy lets in; none for `deny`. `audit` lets everybody in, and writes it down. */
export function authorizationsOf(
  policy: DefaultPolicy,
  where: Pick<ClientAuthorization, 'object' | 'field' | 'layer'>,
  snapshot: ClusterSnapshot,
): ClientAuthorization[] {
  if (policy === 'deny') {
    return [];
  }
  return [
    {
      ...where,
      clients: policy.endsWith('-authenticated') ? ['*'] : 'anybody',
      ...(policy.startsWith('cluster-')
        ? { networks: clusterNetworksOf(requireLinkerd(snapshot)) }
        : {}),
    },
  ];
}

const REQUIRE_IDENTITY = 'proxy-require-identity-inbound-ports';

/** The annotation that asks for an identity on a port under a policy that would let anybody in; `audit` and `deny` stay what they are. */
export function withRequiredIdentity(
  { policy, decidedBy }: EffectiveDefault,
  { workload, pod }: { workload: Workload; pod: PodView },
  port: number | null,
  snapshot: ClusterSnapshot,
): EffectiveDefault {
  const setting = settingOf(workload, pod, REQUIRE_IDENTITY, snapshot);
  if (!setting || !holdsPort(String(setting.value), port)) {
    return { policy, decidedBy };
  }
  switch (policy) {
    case 'all-unauthenticated':
      return { policy: 'all-authenticated', decidedBy: setting };
    case 'cluster-unauthenticated':
      return { policy: 'cluster-authenticated', decidedBy: setting };
    default:
      return { policy, decidedBy };
  }
}
