/**
 * NetworkPolicy and the policies of other kinds that may overrule it. They are
 * read as an API server stores them: with its defaults, and without the empty
 * lists that it drops, so that a manifest and a live object say the same.
 */
import { z } from 'zod';
import { labelSelector, resource } from './metadata';

const port = z.object({
  protocol: z.string().default('TCP'),
  port: z.union([z.number(), z.string()]).optional(),
  endPort: z.number().optional(),
});

/** What is neither, or both, every API server refuses with the whole policy, so that it protects nothing. */
const peer = z
  .object({
    podSelector: labelSelector.optional(),
    namespaceSelector: labelSelector.optional(),
    ipBlock: z
      .object({ cidr: z.string(), except: z.array(z.string()).optional() })
      .optional(),
  })
  .refine(
    ({ podSelector, namespaceSelector, ipBlock }) =>
      Boolean(ipBlock) !== Boolean(podSelector || namespaceSelector),
    'a peer must have selectors or an ipBlock, and not both',
  );

/** An API server does not store an empty list; absent is what it means. */
function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .optional()
    .transform(items => (items?.length ? items : undefined));
}

const networkPolicySpec = z
  .object({
    podSelector: labelSelector.default({}),
    policyTypes: listOf(z.string()),
    ingress: listOf(z.object({ from: listOf(peer), ports: listOf(port) })),
    egress: listOf(z.object({ to: listOf(peer), ports: listOf(port) })),
  })
  .transform(spec => ({
    ...spec,
    // Per SetDefaults_NetworkPolicy: Ingress always, Egress with at least one rule.
    policyTypes:
      spec.policyTypes ?? (spec.egress ? ['Ingress', 'Egress'] : ['Ingress']),
  }));

export const networkPolicy = resource({
  spec: networkPolicySpec.default({
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: undefined,
    egress: undefined,
  }),
});

const podsOf = z.object({
  namespaceSelector: labelSelector.optional(),
  podSelector: labelSelector.optional(),
});

const tierPeer = z.object({
  namespaces: labelSelector.optional(),
  pods: podsOf.optional(),
  nodes: labelSelector.optional(),
  networks: z.array(z.string()).optional(),
  domainNames: z.array(z.string()).optional(),
});

/** v1alpha1's ports. */
const tierPort = z.object({
  portNumber: z
    .object({ protocol: z.string().default('TCP'), port: z.number() })
    .optional(),
  portRange: z
    .object({
      protocol: z.string().default('TCP'),
      start: z.number(),
      end: z.number(),
    })
    .optional(),
  namedPort: z.string().optional(),
});

const destinationPort = z
  .object({
    destinationPort: z
      .object({
        number: z.number().optional(),
        range: z.object({ start: z.number(), end: z.number() }).optional(),
      })
      .optional(),
  })
  .optional();

/** v1alpha2's ports. */
const tierProtocol = z.object({
  tcp: destinationPort,
  udp: destinationPort,
  sctp: destinationPort,
  destinationNamedPort: z.string().optional(),
});

const tierRule = z.object({
  name: z.string().optional(),
  action: z.string().optional(),
  from: z.array(tierPeer).optional(),
  to: z.array(tierPeer).optional(),
  ports: z.array(tierPort).optional(),
  protocols: z.array(tierProtocol).optional(),
});

/** AdminNetworkPolicy, BaselineAdminNetworkPolicy (both v1alpha1) and ClusterNetworkPolicy (v1alpha2). */
export const tieredPolicy = resource({
  spec: z
    .object({
      /** ClusterNetworkPolicy only: `Admin` or `Baseline`. */
      tier: z.string().optional(),
      priority: z.number().optional(),
      subject: z
        .object({
          namespaces: labelSelector.optional(),
          pods: podsOf.optional(),
        })
        .optional(),
      ingress: z.array(tierRule).optional(),
      egress: z.array(tierRule).optional(),
    })
    .optional(),
});

export type NetworkPolicy = z.infer<typeof networkPolicy>;
export type NetworkPolicyPeer = z.infer<typeof peer>;
export type NetworkPolicyPort = z.infer<typeof port>;
export type TieredPolicyRule = z.infer<typeof tierRule>;
export type TieredPolicyPeer = z.infer<typeof tierPeer>;
export type TieredPolicy = z.infer<typeof tieredPolicy>;
