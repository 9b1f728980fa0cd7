/**
 * Calico's policies and what they refer to. The kinds are served in two groups
 * (`projectcalico.org/v3` and, as stored, `crd.projectcalico.org/v1`) with the
 * same fields. Rules keep fields that are not known here, because a field that
 * nobody reads may be the one that narrows the rule.
 */
import { z } from 'zod';
import { resource } from './metadata';

const texts = z.array(z.string()).optional();
const ports = z.array(z.union([z.number(), z.string()])).optional();
const protocol = z.union([z.number(), z.string()]).optional();

const entity = z.looseObject({
  nets: texts,
  notNets: texts,
  selector: z.string().optional(),
  notSelector: z.string().optional(),
  namespaceSelector: z.string().optional(),
  ports,
  notPorts: ports,
  serviceAccounts: z
    .looseObject({ names: texts, selector: z.string().optional() })
    .optional(),
  services: z
    .looseObject({
      name: z.string().optional(),
      namespace: z.string().optional(),
    })
    .optional(),
});

const rule = z.looseObject({
  action: z.string().optional(),
  ipVersion: z.number().optional(),
  protocol,
  notProtocol: protocol,
  source: entity.optional(),
  destination: entity.optional(),
});

/** NetworkPolicy and GlobalNetworkPolicy; only the latter has the last four fields. */
export const calicoPolicy = resource({
  spec: z
    .object({
      tier: z.string().optional(),
      order: z.number().optional(),
      selector: z.string().optional(),
      serviceAccountSelector: z.string().optional(),
      types: texts,
      ingress: z.array(rule).optional(),
      egress: z.array(rule).optional(),
      namespaceSelector: z.string().optional(),
      applyOnForward: z.boolean().optional(),
      doNotTrack: z.boolean().optional(),
      preDNAT: z.boolean().optional(),
    })
    .optional(),
});

/** A policy that is tried out: it enforces nothing, so that it is enough to know that it is there. */
export const stagedPolicy = resource({});

export const calicoTier = resource({
  spec: z
    .object({
      order: z.number().optional(),
      defaultAction: z.string().optional(),
    })
    .optional(),
});

/** NetworkSet and GlobalNetworkSet: addresses that carry labels. */
export const calicoNetworkSet = resource({
  spec: z.object({ nets: texts }).optional(),
});

/** The network interfaces of a host, as far as rules for others see them. */
export const calicoHostEndpoint = resource({
  spec: z.object({ expectedIPs: texts }).optional(),
});

export type CalicoEntity = z.infer<typeof entity>;
export type CalicoRule = z.infer<typeof rule>;
export type CalicoPolicy = z.infer<typeof calicoPolicy>;
export type CalicoTier = z.infer<typeof calicoTier>;
export type CalicoNetworkSet = z.infer<typeof calicoNetworkSet>;
export type CalicoHostEndpoint = z.infer<typeof calicoHostEndpoint>;
