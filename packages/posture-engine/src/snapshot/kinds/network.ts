/** NetworkPolicy, and what brings traffic in from outside: Ingress and the Gateway API. */
import { z } from 'zod';
import { labelSelector, resource } from './metadata';

const port = z.object({
  protocol: z.string().optional(),
  port: z.union([z.number(), z.string()]).optional(),
  endPort: z.number().optional(),
});

const peer = z.object({
  podSelector: labelSelector.optional(),
  namespaceSelector: labelSelector.optional(),
  ipBlock: z
    .object({ cidr: z.string(), except: z.array(z.string()).optional() })
    .optional(),
});

export const networkPolicy = resource({
  spec: z
    .object({
      podSelector: labelSelector.optional(),
      policyTypes: z.array(z.string()).optional(),
      ingress: z
        .array(
          z.object({
            from: z.array(peer).optional(),
            ports: z.array(port).optional(),
          }),
        )
        .optional(),
      egress: z
        .array(
          z.object({
            to: z.array(peer).optional(),
            ports: z.array(port).optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

const ingressBackend = z.object({
  service: z
    .object({
      name: z.string(),
      port: z
        .object({ number: z.number().optional(), name: z.string().optional() })
        .optional(),
    })
    .optional(),
});

export const ingress = resource({
  spec: z
    .object({
      ingressClassName: z.string().optional(),
      defaultBackend: ingressBackend.optional(),
      tls: z
        .array(
          z.object({
            hosts: z.array(z.string()).optional(),
            secretName: z.string().optional(),
          }),
        )
        .optional(),
      rules: z
        .array(
          z.object({
            host: z.string().optional(),
            http: z
              .object({
                paths: z
                  .array(
                    z.object({
                      path: z.string().optional(),
                      backend: ingressBackend.optional(),
                    }),
                  )
                  .optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute: all name parents and backends alike. */
export const gatewayRoute = resource({
  spec: z
    .object({
      hostnames: z.array(z.string()).optional(),
      parentRefs: z
        .array(
          z.object({
            group: z.string().optional(),
            kind: z.string().optional(),
            namespace: z.string().optional(),
            name: z.string(),
            sectionName: z.string().optional(),
          }),
        )
        .optional(),
      rules: z
        .array(
          z.object({
            backendRefs: z
              .array(
                z.object({
                  group: z.string().optional(),
                  kind: z.string().optional(),
                  namespace: z.string().optional(),
                  name: z.string(),
                  port: z.number().optional(),
                }),
              )
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** A policy of a kind that no evaluator reads yet: that it exists is enough to make a verdict `unknown`. */
export const opaquePolicy = resource({});

export type NetworkPolicy = z.infer<typeof networkPolicy>;
export type Ingress = z.infer<typeof ingress>;
export type GatewayRoute = z.infer<typeof gatewayRoute>;
