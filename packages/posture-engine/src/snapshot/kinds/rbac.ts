/** Roles and their bindings: who may ask the API server for what. */
import { z } from 'zod';
import { labelSelector, resource } from './metadata';

const texts = z.array(z.string()).optional();

const policyRule = z.object({
  verbs: texts,
  apiGroups: texts,
  resources: texts,
  resourceNames: texts,
  nonResourceURLs: texts,
});

export const role = resource({ rules: z.array(policyRule).optional() });

export const clusterRole = resource({
  rules: z.array(policyRule).optional(),
  /** The controller manager fills `rules` in from the ClusterRoles that one of these selects. */
  aggregationRule: z
    .object({ clusterRoleSelectors: z.array(labelSelector).optional() })
    .optional(),
});

/** RoleBindings and ClusterRoleBindings. */
export const roleBinding = resource({
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z
    .array(
      z.object({
        kind: z.string(),
        name: z.string(),
        namespace: z.string().optional(),
      }),
    )
    .optional(),
});

export type PolicyRule = z.infer<typeof policyRule>;
export type Role = z.infer<typeof role>;
export type ClusterRole = z.infer<typeof clusterRole>;
export type RoleBinding = z.infer<typeof roleBinding>;
