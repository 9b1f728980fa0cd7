/** What brings traffic in from outside: Ingress, the Gateway API, Istio's gateways and OpenShift's routes. */
import { z } from 'zod';
import { resource } from './metadata';

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

const backendReference = z.object({
  group: z.string().optional(),
  kind: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string(),
  port: z.number().optional(),
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
            port: z.number().optional(),
          }),
        )
        .optional(),
      rules: z
        .array(
          z.object({
            backendRefs: z.array(backendReference).optional(),
            filters: z
              .array(
                z.object({
                  requestMirror: z
                    .object({ backendRef: backendReference })
                    .optional(),
                }),
              )
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** The Gateway API's Gateway: where routes attach, and by which protocol. */
export const gateway = resource({
  spec: z
    .object({
      gatewayClassName: z.string().optional(),
      listeners: z
        .array(
          z.object({
            name: z.string(),
            hostname: z.string().optional(),
            port: z.number().optional(),
            protocol: z.string(),
            tls: z.object({ mode: z.string().optional() }).optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** Istio's Gateway: the ports and protocols that its proxies listen on. */
export const istioGateway = resource({
  spec: z
    .object({
      servers: z
        .array(
          z.object({
            port: z
              .object({
                number: z.number().optional(),
                name: z.string().optional(),
                protocol: z.string().optional(),
              })
              .optional(),
            hosts: z.array(z.string()).optional(),
            tls: z
              .object({
                mode: z.string().optional(),
                httpsRedirect: z.boolean().optional(),
              })
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

const destination = z.object({
  host: z.string().optional(),
  subset: z.string().optional(),
});
const destinations = z
  .array(z.object({ destination: destination.optional() }))
  .optional();

const virtualServiceRoute = z.object({
  route: destinations,
  mirror: destination.optional(),
  mirrors: destinations,
  /** Another VirtualService that holds the routes. */
  delegate: z
    .object({ name: z.string(), namespace: z.string().optional() })
    .optional(),
});

/** Istio's VirtualService: which gateways lead to which hosts. Without `gateways` it concerns the mesh only. */
export const virtualService = resource({
  spec: z
    .object({
      hosts: z.array(z.string()).optional(),
      gateways: z.array(z.string()).optional(),
      exportTo: z.array(z.string()).optional(),
      http: z.array(virtualServiceRoute).optional(),
      tls: z.array(virtualServiceRoute).optional(),
      tcp: z.array(virtualServiceRoute).optional(),
    })
    .optional(),
});

const openShiftTarget = z.object({
  kind: z.string().optional(),
  name: z.string().optional(),
});

/** OpenShift's Route. */
export const openShiftRoute = resource({
  spec: z
    .object({
      host: z.string().optional(),
      to: openShiftTarget.optional(),
      alternateBackends: z.array(openShiftTarget).optional(),
      tls: z
        .object({
          termination: z.string().optional(),
          insecureEdgeTerminationPolicy: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
});

export type Ingress = z.infer<typeof ingress>;
export type GatewayRoute = z.infer<typeof gatewayRoute>;
export type Gateway = z.infer<typeof gateway>;
export type IstioGateway = z.infer<typeof istioGateway>;
export type VirtualService = z.infer<typeof virtualService>;
export type OpenShiftRoute = z.infer<typeof openShiftRoute>;
