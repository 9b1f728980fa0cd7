/**
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy (cilium.io/v2). Empty
 * lists are kept: to Cilium an empty list of peers is nobody, and none is
 * something else. What Cilium refuses is read all the same, so that it can be
 * said why.
 */
import { z } from 'zod';
import { labelSelector, resource, stringMap } from './metadata';

const cidrRule = z.object({
  cidr: z.string().optional(),
  cidrGroupRef: z.string().optional(),
  cidrGroupSelector: labelSelector.optional(),
  except: z.array(z.string()).optional(),
});

const domainName = z.object({
  matchName: z.string().optional(),
  matchPattern: z.string().optional(),
});

const httpRule = z.object({
  method: z.string().optional(),
  path: z.string().optional(),
  host: z.string().optional(),
  headers: z.array(z.string()).optional(),
  headerMatches: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().optional(),
        mismatch: z.string().optional(),
        /** Where the value is, which is not read. */
        secret: z.object({ name: z.string() }).optional(),
      }),
    )
    .optional(),
});

const kafkaRule = z.object({
  role: z.string().optional(),
  apiKey: z.string().optional(),
  topic: z.string().optional(),
  clientID: z.string().optional(),
});

const layer7Rules = z.object({
  http: z.array(httpRule).optional(),
  kafka: z.array(kafkaRule).optional(),
  dns: z.array(domainName).optional(),
  l7proto: z.string().optional(),
  l7: z.array(stringMap).optional(),
});

const portRule = z.object({
  ports: z
    .array(
      z.object({
        /** A number or a name. */
        port: z.string(),
        endPort: z.number().optional(),
        protocol: z.string().optional(),
      }),
    )
    .optional(),
  rules: layer7Rules.optional(),
  serverNames: z.array(z.string()).optional(),
  listener: z.object({ name: z.string() }).optional(),
  terminatingTLS: z.object({}).optional(),
});

const service = z.object({
  k8sService: z
    .object({
      serviceName: z.string().optional(),
      namespace: z.string().optional(),
    })
    .optional(),
  k8sServiceSelector: z
    .object({ selector: labelSelector, namespace: z.string().optional() })
    .optional(),
});

const selectors = z.array(labelSelector).optional();
const texts = z.array(z.string()).optional();
const groups = z.array(z.unknown()).optional();

const common = {
  toPorts: z.array(portRule).optional(),
  icmps: z.array(z.unknown()).optional(),
  authentication: z.object({ mode: z.string() }).optional(),
};

const ingressRule = z.object({
  fromEndpoints: selectors,
  fromRequires: selectors,
  fromCIDR: texts,
  fromCIDRSet: z.array(cidrRule).optional(),
  fromEntities: texts,
  fromNodes: selectors,
  fromGroups: groups,
  ...common,
});

const egressRule = z.object({
  toEndpoints: selectors,
  toRequires: selectors,
  toCIDR: texts,
  toCIDRSet: z.array(cidrRule).optional(),
  toEntities: texts,
  toNodes: selectors,
  toGroups: groups,
  toServices: z.array(service).optional(),
  toFQDNs: z.array(domainName).optional(),
  ...common,
});

const spec = z.object({
  endpointSelector: labelSelector.optional(),
  nodeSelector: labelSelector.optional(),
  ingress: z.array(ingressRule).optional(),
  ingressDeny: z.array(ingressRule).optional(),
  egress: z.array(egressRule).optional(),
  egressDeny: z.array(egressRule).optional(),
  enableDefaultDeny: z
    .object({
      ingress: z.boolean().optional(),
      egress: z.boolean().optional(),
    })
    .optional(),
});

export const ciliumPolicy = resource({
  spec: spec.optional(),
  specs: z.array(spec).optional(),
});

export type CiliumPolicy = z.infer<typeof ciliumPolicy>;
export type CiliumPolicySpec = z.infer<typeof spec>;
export type CiliumIngressRule = z.infer<typeof ingressRule>;
export type CiliumEgressRule = z.infer<typeof egressRule>;
export type CiliumPortRule = z.infer<typeof portRule>;
export type CiliumDomainName = z.infer<typeof domainName>;
export type CiliumService = z.infer<typeof service>;
