/** What tells SPIRE's controller manager to register workloads. */
import { z } from 'zod';
import { labelSelector, resource } from './metadata';

const text = z.string().optional();
const flag = z.boolean().optional();
const texts = z.array(z.string()).optional();
const count = z.number().optional();

export const clusterSpiffeId = resource({
  spec: z.object({
    /** A Go template. */
    spiffeIDTemplate: z.string(),
    /** Unset and '' are the same: for a controller that takes those without a class. */
    className: text,
    podSelector: labelSelector.optional(),
    namespaceSelector: labelSelector.optional(),
    /** Only for pods that no other selects. */
    fallback: flag,
    /** Go's durations, such as `1h30m`; upper bounds. */
    ttl: text,
    jwtTtl: text,
    dnsNameTemplates: texts,
    autoPopulateDNSNames: flag,
    workloadSelectorTemplates: texts,
    federatesWith: texts,
    hint: text,
    admin: flag,
    downstream: flag,
  }),
  /** Absent as long as no controller has taken it up. */
  status: z
    .object({
      stats: z
        .object({
          podsSelected: count,
          entriesMasked: count,
          podEntryRenderFailures: count,
          entryFailures: count,
        })
        .optional(),
    })
    .optional(),
});

export type ClusterSpiffeId = z.infer<typeof clusterSpiffeId>;
