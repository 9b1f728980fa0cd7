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
      rules: z.array(rule).optional(),
    })
    .optional(),
});

export const sidecar = resource({
  spec: z
    .object({
      workloadSelector: z.object({ labels: stringMap.optional() }).optional(),
      ingress: z
        .array(
          z.object({
            port: z.object({ number: z.number().optional() }).optional(),
            captureMode: z.string().optional(),
            defaultEndpoint: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

export type PeerAuthentication = z.infer<typeof peerAuthentication>;
export type AuthorizationPolicy = z.infer<typeof authorizationPolicy>;
export type AuthorizationRule = z.infer<typeof rule>;
export type Sidecar = z.infer<typeof sidecar>;
