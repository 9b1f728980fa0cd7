/** The JSON contract: its header, and the order of fields that the engine's objects have in it. */
import {
  Evidence,
  ObjectReference,
  WorkloadReference,
} from '@backstage-zero-trust/posture-engine';

/** One document; the same content gives the same bytes. */
export function jsonDocument(kind: string, content: object): string {
  const document = {
    apiVersion: 'zero-trust.backstage.io/v1',
    kind,
    ...content,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

export function objectJson({
  apiVersion,
  kind,
  namespace,
  name,
}: ObjectReference) {
  return { apiVersion, kind, ...(namespace && { namespace }), name };
}

/** With the cluster where there are several. */
export function workloadJson(
  { kind, namespace, name }: WorkloadReference,
  cluster: string | undefined,
) {
  return { ...(cluster !== undefined && { cluster }), kind, namespace, name };
}

export function evidenceJson({ object, field, value }: Evidence) {
  return { object: objectJson(object), field, value };
}
