/** The Gateway API: where routes attach, what they lead to, and who may refer to whom. */
import { z } from 'zod';
import { labelSelector, resource, stringMap } from './metadata';

const backendReference = z.object({
  group: z.string().optional(),
  kind: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string(),
  port: z.number().optional(),
});

const parentReference = z.object({
  group: z.string().optional(),
  kind: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string(),
  sectionName: z.string().optional(),
  port: z.number().optional(),
});

const routeFilter = z.object({
  type: z.string().optional(),
  requestMirror: z.object({ backendRef: backendReference }).optional(),
  requestRedirect: z.object({ scheme: z.string().optional() }).optional(),
  /** Only whether there is one. */
  urlRewrite: z.object({}).optional(),
});

/** Routes of every kind name parents and backends alike; `rule` is what the rules of one kind have besides. */
function route<Rule extends z.ZodRawShape>(rule: Rule) {
  return resource({
    spec: z
      .object({
        hostnames: z.array(z.string()).optional(),
        parentRefs: z.array(parentReference).optional(),
        rules: z
          .array(
            z.object({
              ...rule,
              backendRefs: z.array(backendReference).optional(),
              filters: z.array(routeFilter).optional(),
            }),
          )
          .optional(),
      })
      .optional(),
  });
}

/** TLSRoute, TCPRoute, UDPRoute. */
export const gatewayRoute = route({});

/** A condition on a header or on a parameter of the query; without a type it is `Exact`. */
const routeConditions = z
  .array(
    z.object({
      type: z.string().optional(),
      name: z.string(),
      value: z.string().optional(),
    }),
  )
  .optional();

export const httpRoute = route({
  matches: z
    .array(
      z.object({
        path: z
          .object({ type: z.string().optional(), value: z.string().optional() })
          .optional(),
        method: z.string().optional(),
        headers: routeConditions,
        queryParams: routeConditions,
      }),
    )
    .optional(),
});

export const grpcRoute = route({
  matches: z
    .array(
      z.object({
        method: z
          .object({
            type: z.string().optional(),
            service: z.string().optional(),
            method: z.string().optional(),
          })
          .optional(),
        headers: routeConditions,
      }),
    )
    .optional(),
});

const gatewayListener = z.object({
  name: z.string(),
  hostname: z.string().optional(),
  port: z.number().optional(),
  protocol: z.string(),
  tls: z
    .object({ mode: z.string().optional(), options: stringMap.optional() })
    .optional(),
  allowedRoutes: z
    .object({
      namespaces: z
        .object({
          from: z.string().optional(),
          selector: labelSelector.optional(),
        })
        .optional(),
    })
    .optional(),
});

/** What a gateway asks of its callers' certificates. */
const frontendTls = z.object({
  validation: z.object({ mode: z.string().optional() }).optional(),
});

/** The Gateway API's Gateway: where routes attach, and by which protocol. */
export const gateway = resource({
  spec: z
    .object({
      gatewayClassName: z.string().optional(),
      /** A Hostname is that of a Service whose pods, run by somebody else, are the gateway. */
      addresses: z
        .array(
          z.object({
            type: z.string().optional(),
            value: z.string().optional(),
          }),
        )
        .optional(),
      listeners: z.array(gatewayListener).optional(),
      tls: z
        .object({
          frontend: z
            .object({
              default: frontendTls.optional(),
              perPort: z
                .array(
                  z.object({
                    port: z.number().optional(),
                    tls: frontendTls.optional(),
                  }),
                )
                .optional(),
            })
            .optional(),
        })
        .optional(),
      allowedListeners: z
        .object({
          namespaces: z
            .object({
              from: z.string().optional(),
              selector: labelSelector.optional(),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

/** More listeners for a Gateway, in an object of their own. */
export const listenerSet = resource({
  spec: z
    .object({
      parentRef: parentReference.optional(),
      listeners: z.array(gatewayListener).optional(),
    })
    .optional(),
});

/** Who of another namespace may be referred to. */
export const referenceGrant = resource({
  spec: z
    .object({
      from: z
        .array(
          z.object({
            group: z.string().optional(),
            kind: z.string(),
            namespace: z.string(),
          }),
        )
        .optional(),
      to: z
        .array(
          z.object({
            group: z.string().optional(),
            kind: z.string(),
            name: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

export type GatewayRoute = z.infer<typeof gatewayRoute>;
export type HttpRoute = z.infer<typeof httpRoute>;
export type Gateway = z.infer<typeof gateway>;
export type GatewayListener = z.infer<typeof gatewayListener>;
export type ListenerSet = z.infer<typeof listenerSet>;
export type GrpcRoute = z.infer<typeof grpcRoute>;
