/**
 * The part that all objects share. A kind's schema is at once the check of what
 * a source hands in, the projection to the fields that the engine reads, and
 * the TypeScript type: `z.object` drops every field that it does not name.
 */
import { z } from 'zod';

export const stringMap = z.record(z.string(), z.string());

export const ownerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string().optional(),
  controller: z.boolean().optional(),
});

export const metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  labels: stringMap.optional(),
  annotations: stringMap.optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  generation: z.number().optional(),
  ownerReferences: z.array(ownerReference).optional(),
});

/** `metadata` without a name, as pod templates have it. */
export const templateMetadata = z.object({
  labels: stringMap.optional(),
  annotations: stringMap.optional(),
});

/** `metav1.LabelSelector`. An operator is checked by the selector, so that a newer one gives `unknown`, not an unreadable object. */
export const labelSelector = z.object({
  matchLabels: stringMap.optional(),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.string(),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

export type Metadata = z.infer<typeof metadata>;
export type OwnerReference = z.infer<typeof ownerReference>;
export type LabelSelector = z.infer<typeof labelSelector>;

/** The schema of a kind: its header, and the fields given. */
export function resource<T extends z.ZodRawShape>(shape: T) {
  return z.object({
    apiVersion: z.string(),
    kind: z.string(),
    metadata,
    ...shape,
  });
}
