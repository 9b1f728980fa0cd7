/** What changes Istio's proxies behind the back of its other kinds. Of a patch its place, the type of what it puts in and the names of the fields that it sets are read; what it writes there is not. */
import { z } from 'zod';
import { resource, stringMap } from './metadata';

/** The fields that a patch sets; of the settings of a filter their type too. */
export type PatchedFields = Readonly<
  Record<string, true | Readonly<Record<string, true | string>>>
>;

const patchValue = z
  .record(z.string(), z.unknown())
  .transform(
    (value): PatchedFields =>
      Object.fromEntries(
        Object.entries(value).map(([key, field]) => [
          key,
          key === 'typed_config' && typeof field === 'object' && field !== null
            ? fieldsOf(field)
            : true,
        ]),
      ),
  );

function fieldsOf(settings: object): Record<string, true | string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, field]) => [
      key,
      key === '@type' && typeof field === 'string' ? field : true,
    ]),
  );
}

const named = z.object({ name: z.string().optional() });

const configPatch = z.object({
  applyTo: z.string().optional(),
  match: z
    .object({
      context: z.string().optional(),
      listener: z
        .object({
          filterChain: z
            .object({
              filter: named.extend({ subFilter: named.optional() }).optional(),
            })
            .optional(),
        })
        .optional(),
    })
    .optional(),
  patch: z
    .object({ operation: z.string().optional(), value: patchValue.optional() })
    .optional(),
});

export const envoyFilter = resource({
  spec: z
    .object({
      workloadSelector: z.object({ labels: stringMap.optional() }).optional(),
      targetRefs: z
        .array(
          z.object({
            group: z.string().optional(),
            kind: z.string(),
            namespace: z.string().optional(),
            name: z.string(),
          }),
        )
        .optional(),
      configPatches: z.array(configPatch).optional(),
    })
    .optional(),
});

export type EnvoyFilter = z.infer<typeof envoyFilter>;
export type EnvoyPatch = z.infer<typeof configPatch>;
