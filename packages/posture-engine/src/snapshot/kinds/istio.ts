/** Istio's security kinds, and the `Sidecar` that changes what a proxy captures. Enumerations stay strings: what a value means is decided where it is read. */
import { z } from 'zod';
import { resource, stringMap } from './metadata';

const mutualTls = z.object({ mode: z.string().optional() });
const workloadSelector = z.object({ matchLabels: stringMap.optional() });
const strings = z.array(z.string()).optional();

const targetReference = z.object({
  group: z.string().optional(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
});

export const peerAuthentication = resource({
  spec: z
    .object({
      selector: workloadSelector.optional(),
      mtls: mutualTls.optional(),
      portLevelMtls: z.record(z.string(), mutualTls).optional(),
    })
    .optional(),
});

const source = z.object({
  principals: strings,
  notPrincipals: strings,
  requestPrincipals: strings,
  notRequestPrincipals: strings,
  namespaces: strings,
  notNamespaces: strings,
  serviceAccounts: strings,
  notServiceAccounts: strings,
  trustDomains: strings,
  notTrustDomains: strings,
  ipBlocks: strings,
  notIpBlocks: strings,
  remoteIpBlocks: strings,
  notRemoteIpBlocks: strings,
});

const operation = z.object({
  hosts: strings,
  notHosts: strings,
  ports: strings,
  notPorts: strings,
  methods: strings,
  notMethods: strings,
  paths: strings,
  notPaths: strings,
});

const rule = z.object({
  from: z.array(z.object({ source: source.optional() })).optional(),
  to: z.array(z.object({ operation: operation.optional() })).optional(),
  when: z
    .array(z.object({ key: z.string(), values: strings, notValues: strings }))
    .optional(),
});

export const authorizationPolicy = resource({
  spec: z
    .object({
      selector: workloadSelector.optional(),
      targetRef: targetReference.optional(),
      targetRefs: z.array(targetReference).optional(),
      action: z.string().optional(),
      /** Whom a CUSTOM policy asks. */
      provider: z.object({ name: z.string().optional() }).optional(),
      rules: z.array(rule).optional(),
    })
    .optional(),
});

const named = z.array(z.object({ name: z.string().optional() })).optional();

export const requestAuthentication = resource({
  spec: z
    .object({
      selector: workloadSelector.optional(),
      targetRef: targetReference.optional(),
      targetRefs: z.array(targetReference).optional(),
      jwtRules: z
        .array(
          z.object({
            issuer: z.string().optional(),
            audiences: strings,
            /** Public keys, or where they are. */
            jwks: z.string().optional(),
            jwksUri: z.string().optional(),
            fromHeaders: named,
            fromParams: strings,
            fromCookies: strings,
            forwardOriginalToken: z.boolean().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

const listenerPort = z.object({
  number: z.number().optional(),
  protocol: z.string().optional(),
});

export const sidecar = resource({
  spec: z
    .object({
      workloadSelector: z.object({ labels: stringMap.optional() }).optional(),
      ingress: z
        .array(
          z.object({
            port: listenerPort.optional(),
            captureMode: z.string().optional(),
            defaultEndpoint: z.string().optional(),
          }),
        )
        .optional(),
      egress: z
        .array(
          z.object({
            port: listenerPort.optional(),
            bind: z.string().optional(),
            captureMode: z.string().optional(),
            hosts: strings,
          }),
        )
        .optional(),
      outboundTrafficPolicy: z
        .object({
          mode: z.string().optional(),
          /** Where calls go that nothing names, instead of to their own address. */
          egressProxy: z.object({ host: z.string().optional() }).optional(),
        })
        .optional(),
    })
    .optional(),
});

const clientTls = z.object({
  mode: z.string().optional(),
  /** A secret of a gateway; only named. */
  credentialName: z.string().optional(),
  sni: z.string().optional(),
  subjectAltNames: strings,
  insecureSkipVerify: z.boolean().optional(),
});

const trafficPolicy = z.object({
  tls: clientTls.optional(),
  portLevelSettings: z
    .array(
      z.object({
        port: z.object({ number: z.number().optional() }).optional(),
        tls: clientTls.optional(),
      }),
    )
    .optional(),
});

export const destinationRule = resource({
  spec: z
    .object({
      host: z.string().optional(),
      exportTo: strings,
      workloadSelector: workloadSelector.optional(),
      trafficPolicy: trafficPolicy.optional(),
      subsets: z
        .array(
          z.object({
            name: z.string().optional(),
            trafficPolicy: trafficPolicy.optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

/** An endpoint that somebody wrote down: of a ServiceEntry, or a WorkloadEntry of its own. */
const writtenEndpoint = z.object({
  address: z.string().optional(),
  /** By the names of the ServiceEntry's ports. */
  ports: z.record(z.string(), z.number()).optional(),
  labels: stringMap.optional(),
  serviceAccount: z.string().optional(),
});

export const workloadEntry = resource({ spec: writtenEndpoint.optional() });

export const serviceEntry = resource({
  spec: z
    .object({
      hosts: strings,
      addresses: strings,
      exportTo: strings,
      endpoints: z.array(writtenEndpoint).optional(),
      subjectAltNames: strings,
      ports: z
        .array(
          z.object({
            number: z.number().optional(),
            name: z.string().optional(),
            protocol: z.string().optional(),
            targetPort: z.number().optional(),
          }),
        )
        .optional(),
      location: z.string().optional(),
      resolution: z.string().optional(),
      workloadSelector: z.object({ labels: stringMap.optional() }).optional(),
    })
    .optional(),
  status: z
    .object({
      /** What istiod allocated where none is written. */
      addresses: z
        .array(z.object({ value: z.string(), host: z.string().optional() }))
        .optional(),
    })
    .optional(),
});

export type PeerAuthentication = z.infer<typeof peerAuthentication>;
export type AuthorizationPolicy = z.infer<typeof authorizationPolicy>;
export type AuthorizationRule = z.infer<typeof rule>;
export type RequestAuthentication = z.infer<typeof requestAuthentication>;
export type DestinationRule = z.infer<typeof destinationRule>;
export type ServiceEntry = z.infer<typeof serviceEntry>;
export type WorkloadEntry = z.infer<typeof workloadEntry>;
export type WrittenEndpoint = z.infer<typeof writtenEndpoint>;
export type Sidecar = z.infer<typeof sidecar>;
