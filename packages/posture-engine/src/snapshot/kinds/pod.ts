/** Pods and what of them the controls read: identity, volumes, ports, security contexts, status. */
import { z } from 'zod';
import { resource, templateMetadata } from './metadata';

const integer = z.number();
const portOrName = z.union([z.number(), z.string()]);

const seLinuxOptions = z.object({
  user: z.string().optional(),
  role: z.string().optional(),
  type: z.string().optional(),
  level: z.string().optional(),
});
const seccompProfile = z.object({
  type: z.string().optional(),
  localhostProfile: z.string().optional(),
});
const appArmorProfile = seccompProfile;
const windowsOptions = z.object({ hostProcess: z.boolean().optional() });

const containerSecurityContext = z.object({
  privileged: z.boolean().optional(),
  allowPrivilegeEscalation: z.boolean().optional(),
  runAsNonRoot: z.boolean().optional(),
  runAsUser: integer.optional(),
  runAsGroup: integer.optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  procMount: z.string().optional(),
  capabilities: z
    .object({
      add: z.array(z.string()).optional(),
      drop: z.array(z.string()).optional(),
    })
    .optional(),
  seLinuxOptions: seLinuxOptions.optional(),
  seccompProfile: seccompProfile.optional(),
  appArmorProfile: appArmorProfile.optional(),
  windowsOptions: windowsOptions.optional(),
});

const handler = z.object({
  httpGet: z
    .object({
      host: z.string().optional(),
      port: portOrName.optional(),
      path: z.string().optional(),
    })
    .optional(),
  tcpSocket: z
    .object({ host: z.string().optional(), port: portOrName.optional() })
    .optional(),
  grpc: z.object({ port: integer.optional() }).optional(),
});

const containerPort = z.object({
  name: z.string().optional(),
  containerPort: integer,
  hostPort: integer.optional(),
  hostIP: z.string().optional(),
  protocol: z.string().default('TCP'),
});

const keySelector = z.object({
  name: z.string().optional(),
  key: z.string().optional(),
  optional: z.boolean().optional(),
});

const container = z.object({
  name: z.string(),
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  restartPolicy: z.string().optional(),
  ports: z.array(containerPort).optional(),
  env: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z
          .object({
            secretKeyRef: keySelector.optional(),
            configMapKeyRef: keySelector.optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  envFrom: z
    .array(
      z.object({
        prefix: z.string().optional(),
        secretRef: z.object({ name: z.string().optional() }).optional(),
        configMapRef: z.object({ name: z.string().optional() }).optional(),
      }),
    )
    .optional(),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string() }))
    .optional(),
  securityContext: containerSecurityContext.optional(),
  livenessProbe: handler.optional(),
  readinessProbe: handler.optional(),
  startupProbe: handler.optional(),
  lifecycle: z
    .object({ postStart: handler.optional(), preStop: handler.optional() })
    .optional(),
});

/** A volume names its source by a key; the sources that no control looks into are kept as bare objects, because Pod Security judges by which one is there. */
const volume = z.looseObject({
  name: z.string(),
  projected: z
    .object({
      sources: z
        .array(
          z.object({
            serviceAccountToken: z
              .object({
                audience: z.string().optional(),
                path: z.string().optional(),
                expirationSeconds: integer.optional(),
              })
              .optional(),
            secret: z.object({ name: z.string().optional() }).optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  secret: z.object({ secretName: z.string().optional() }).optional(),
  csi: z
    .object({
      driver: z.string().optional(),
      volumeAttributes: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  hostPath: z.object({ path: z.string().optional() }).optional(),
});

const podFields = z.object({
  serviceAccountName: z.string().optional(),
  serviceAccount: z.string().optional(),
  automountServiceAccountToken: z.boolean().optional(),
  nodeName: z.string().optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  hostUsers: z.boolean().optional(),
  os: z.object({ name: z.string() }).optional(),
  runtimeClassName: z.string().optional(),
  securityContext: z
    .object({
      runAsNonRoot: z.boolean().optional(),
      runAsUser: integer.optional(),
      runAsGroup: integer.optional(),
      seLinuxOptions: seLinuxOptions.optional(),
      seccompProfile: seccompProfile.optional(),
      appArmorProfile: appArmorProfile.optional(),
      windowsOptions: windowsOptions.optional(),
      sysctls: z
        .array(z.object({ name: z.string(), value: z.string().optional() }))
        .optional(),
    })
    .optional(),
  containers: z.array(container).default([]),
  initContainers: z.array(container).optional(),
  ephemeralContainers: z.array(container).optional(),
  volumes: z.array(volume).optional(),
});

/** The API server keeps the deprecated `serviceAccount` in step with `serviceAccountName`; an empty name is none. */
export const podSpec = podFields.transform(
  ({ serviceAccount, serviceAccountName, ...spec }) => {
    const name = serviceAccountName || serviceAccount;
    return { ...spec, ...(name ? { serviceAccountName: name } : {}) };
  },
);

export const podTemplate = z.object({
  metadata: templateMetadata.optional(),
  spec: podSpec.optional(),
});

export const pod = resource({
  spec: podSpec.default({ containers: [] }),
  status: z
    .object({
      phase: z.string().optional(),
      podIP: z.string().optional(),
      podIPs: z.array(z.object({ ip: z.string().optional() })).optional(),
      hostIP: z.string().optional(),
      startTime: z.string().optional(),
    })
    .optional(),
});

/** Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController and Job: what owns pods by a template. */
export const podOwner = resource({
  spec: z
    .object({
      replicas: integer.optional(),
      template: podTemplate.optional(),
    })
    .optional(),
});

export const cronJob = resource({
  spec: z
    .object({
      jobTemplate: z
        .object({
          spec: z.object({ template: podTemplate.optional() }).optional(),
        })
        .optional(),
    })
    .optional(),
});

export type PodSpec = z.infer<typeof podSpec>;
export type Pod = z.infer<typeof pod>;
export type Container = z.infer<typeof container>;
export type Volume = z.infer<typeof volume>;
export type PodTemplate = z.infer<typeof podTemplate>;
export type PodOwner = z.infer<typeof podOwner>;
