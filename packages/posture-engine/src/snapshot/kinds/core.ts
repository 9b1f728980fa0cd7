/** Namespaces, service accounts, services, configuration and the metadata of Secrets. */
import { z } from 'zod';
import { resource, stringMap } from './metadata';

export const namespace = resource({});

export const node = resource({
  status: z
    .object({
      addresses: z
        .array(z.object({ type: z.string(), address: z.string() }))
        .optional(),
      nodeInfo: z.object({ kubeletVersion: z.string().optional() }).optional(),
    })
    .optional(),
});

export const serviceAccount = resource({
  automountServiceAccountToken: z.boolean().optional(),
});

export const service = resource({
  spec: z
    .object({
      type: z.string().default('ClusterIP'),
      clusterIP: z.string().optional(),
      selector: stringMap.optional(),
      externalName: z.string().optional(),
      externalIPs: z.array(z.string()).optional(),
      /** Under `Local` pods see the addresses of callers outside; otherwise mostly that of a node. */
      externalTrafficPolicy: z.string().optional(),
      loadBalancerSourceRanges: z.array(z.string()).optional(),
      /** Unset means true: a load balancer's Service opens a port on every node too. */
      allocateLoadBalancerNodePorts: z.boolean().optional(),
      ports: z
        .array(
          z.object({
            name: z.string().optional(),
            protocol: z.string().default('TCP'),
            port: z.number(),
            targetPort: z.union([z.number(), z.string()]).optional(),
            nodePort: z.number().optional(),
            appProtocol: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** Only those of a few names are ever asked for: Istio's, whose `mesh` key is the MeshConfig, and settings of networks. */
export const configMap = resource({ data: stringMap.optional() });

/** Only those of the Service `kubernetes` are ever asked for: the addresses of the API servers. */
export const endpointSlice = resource({
  endpoints: z.array(z.object({ addresses: z.array(z.string()) })).optional(),
});

/** A Secret is its name and type. Its data is never requested, and dropped should a manifest carry it. */
export const secret = resource({ type: z.string().optional() });

export type Service = z.infer<typeof service>;
export type Namespace = z.infer<typeof namespace>;
export type ServiceAccount = z.infer<typeof serviceAccount>;
export type Node = z.infer<typeof node>;
export type Secret = z.infer<typeof secret>;
