/**
 * Linkerd's policies (policy.linkerd.io), with the fields of the definitions in
 * its chart `linkerd-crds`. Enumerations stay strings: what a value means is
 * decided where it is read.
 */
import { z } from 'zod';
import { labelSelector, resource } from './metadata';

const network = z.object({
  cidr: z.string(),
  except: z.array(z.string()).optional(),
});

const reference = z.object({
  group: z.string().optional(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string().optional(),
});

/** Which ports of which pods it is about, and what is spoken there; `accessPolicy` is new in v1beta3. */
export const linkerdServer = resource({
  spec: z
    .object({
      podSelector: labelSelector.optional(),
      port: z.union([z.number(), z.string()]).optional(),
      proxyProtocol: z.string().optional(),
      accessPolicy: z.string().optional(),
    })
    .optional(),
});

export const serverAuthorization = resource({
  spec: z
    .object({
      server: z
        .object({
          name: z.string().optional(),
          selector: labelSelector.optional(),
        })
        .optional(),
      client: z
        .object({
          networks: z.array(network).optional(),
          unauthenticated: z.boolean().optional(),
          meshTLS: z
            .object({
              unauthenticatedTLS: z.boolean().optional(),
              identities: z.array(z.string()).optional(),
              serviceAccounts: z
                .array(
                  z.object({
                    name: z.string(),
                    namespace: z.string().optional(),
                  }),
                )
                .optional(),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
});

export const linkerdAuthorizationPolicy = resource({
  spec: z
    .object({
      targetRef: reference.optional(),
      requiredAuthenticationRefs: z.array(reference).optional(),
    })
    .optional(),
});

export const meshTlsAuthentication = resource({
  spec: z
    .object({
      identities: z.array(z.string()).optional(),
      identityRefs: z.array(reference).optional(),
    })
    .optional(),
});

export const networkAuthentication = resource({
  spec: z.object({ networks: z.array(network).optional() }).optional(),
});

/** Which addresses outside of the cluster pods may call. */
export const egressNetwork = resource({
  spec: z
    .object({
      trafficPolicy: z.string().optional(),
      networks: z.array(network).optional(),
    })
    .optional(),
});

export type LinkerdServer = z.infer<typeof linkerdServer>;
export type ServerAuthorization = z.infer<typeof serverAuthorization>;
export type LinkerdAuthorizationPolicy = z.infer<
  typeof linkerdAuthorizationPolicy
>;
export type MeshTlsAuthentication = z.infer<typeof meshTlsAuthentication>;
export type NetworkAuthentication = z.infer<typeof networkAuthentication>;
export type LinkerdNetwork = z.infer<typeof network>;
export type LinkerdReference = z.infer<typeof reference>;
