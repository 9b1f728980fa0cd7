/** Namespaces, service accounts, services, configuration and the metadata of Secrets. */
import { z } from 'zod';
import { resource, stringMap } from './metadata';

export const namespace = resource({});

export const serviceAccount = resource({
  automountServiceAccountToken: z.boolean().optional(),
});

export const service = resource({
  spec: z
    .object({
      type: z.string().optional(),
      clusterIP: z.string().optional(),
      selector: stringMap.optional(),
      externalName: z.string().optional(),
      externalIPs: z.array(z.string()).optional(),
      loadBalancerSourceRanges: z.array(z.string()).optional(),
      ports: z
        .array(
          z.object({
            name: z.string().optional(),
            protocol: z.string().optional(),
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

/** Only Istio's own ConfigMap is ever asked for; its `mesh` key is the MeshConfig. */
export const configMap = resource({ data: stringMap.optional() });

/** A Secret is its name and type. Its data is never requested, and dropped should a manifest carry it. */
export const secret = resource({ type: z.string().optional() });

export type Service = z.infer<typeof service>;
export type Namespace = z.infer<typeof namespace>;
export type ServiceAccount = z.infer<typeof serviceAccount>;
