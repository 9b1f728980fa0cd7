/**
 * NetworkPolicy and the policies of other kinds that may overrule it. They are
 * read as an API server stores them: with its defaults, and without the empty
 * lists that it drops, so that a manifest and a live object say the same.
 */
import { z } from 'zod';
import { NO_BLOCK, isBlock, isWithin } from './blocks';
import { labelSelector, resource } from './metadata';

/*
 * What every API server refuses, it refuses with the whole policy, so that it
 * protects nothing: it is not read here either. Per ValidateNetworkPolicySpec
 * (pkg/apis/networking/validation of Kubernetes).
 */

const portNumber = z.number().int().min(1).max(65_535);
const portName = z
  .string()
  .regex(
    /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/,
    'the name of a port has at most 15 lower-case letters, digits and dashes, and a letter among them',
  );

const port = z
  .object({
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
    port: z.union([portNumber, portName]).optional(),
    endPort: portNumber.optional(),
  })
  .refine(
    ({ port: first, endPort }) =>
      endPort === undefined || (typeof first === 'number' && endPort >= first),
    'endPort needs a port that is a number and not above it',
  );

const ipBlock = z
  .object({
    cidr: z.string().refine(isBlock, NO_BLOCK),
    except: z.array(z.string().refine(isBlock, NO_BLOCK)).optional(),
  })
  .refine(
    ({ cidr, except = [] }) => except.every(hole => isWithin(hole, cidr)),
    'what is excepted must be a part of the block',
  );

const peer = z
  .object({
    podSelector: labelSelector.optional(),
    namespaceSelector: labelSelector.optional(),
    ipBlock: ipBlock.optional(),
  })
  .refine(
    ({ podSelector, namespaceSelector, ipBlock: block }) =>
      Boolean(block) !== Boolean(podSelector || namespaceSelector),
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
    policyTypes: listOf(z.enum(['Ingress', 'Egress'])),
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
