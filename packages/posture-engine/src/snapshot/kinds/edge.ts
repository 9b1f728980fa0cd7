/** What brings traffic in from outside beside the Gateway API: Ingress, Istio's gateways and OpenShift's routes. */
import { z } from 'zod';
import { resource, stringMap } from './metadata';

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

/** Istio's Gateway: the ports and protocols that its proxies listen on. */
export const istioGateway = resource({
  spec: z
    .object({
      selector: stringMap.optional(),
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
                minProtocolVersion: z.string().optional(),
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
  port: z.object({ number: z.number().optional() }).optional(),
});
const destinations = z
  .array(z.object({ destination: destination.optional() }))
  .optional();

/** At most one of them is said. */
const stringMatch = z.object({
  exact: z.string().optional(),
  prefix: z.string().optional(),
  regex: z.string().optional(),
});
const stringMatches = z.record(z.string(), stringMatch).optional();

/** What an HTTP route asks for; of a TLS or TCP route the port, the names and the gateways. */
const routeMatch = z.object({
  uri: stringMatch.optional(),
  ignoreUriCase: z.boolean().optional(),
  method: stringMatch.optional(),
  scheme: stringMatch.optional(),
  authority: stringMatch.optional(),
  headers: stringMatches,
  withoutHeaders: stringMatches,
  queryParams: stringMatches,
  port: z.number().optional(),
  gateways: z.array(z.string()).optional(),
  sniHosts: z.array(z.string()).optional(),
});

const virtualServiceRoute = z.object({
  match: z.array(routeMatch).optional(),
  route: destinations,
  mirror: destination.optional(),
  mirrors: destinations,
  /** Of these three only the presence. */
  redirect: z.object({}).optional(),
  directResponse: z.object({}).optional(),
  rewrite: z.object({}).optional(),
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
export type IstioGateway = z.infer<typeof istioGateway>;
export type VirtualService = z.infer<typeof virtualService>;
export type OpenShiftRoute = z.infer<typeof openShiftRoute>;
