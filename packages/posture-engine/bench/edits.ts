/** What somebody changes in one object of a generated cluster, by its kind. */
import type { KubernetesObject } from '../src';

interface Generated extends KubernetesObject {
  metadata: KubernetesObject['metadata'] & { labels?: Record<string, string> };
  spec: Record<string, unknown>;
}

export type Edited =
  | 'Pod'
  | 'NetworkPolicy'
  | 'PeerAuthentication'
  | 'DestinationRule'
  | 'AuthorizationPolicy';

/** `turn` is another number for each change. */
type Edit = (object: KubernetesObject, turn: number) => KubernetesObject;

function withSpec(
  object: KubernetesObject,
  fields: Record<string, unknown>,
): KubernetesObject {
  const { spec, ...rest } = object as Generated;
  return { ...rest, spec: { ...spec, ...fields } } as KubernetesObject;
}

export const EDITS: Readonly<Record<Edited, Edit>> = {
  Pod: (object, turn) => {
    const { metadata, ...rest } = object as Generated;
    const labels = { ...metadata.labels, version: `v${turn}` };
    return { ...rest, metadata: { ...metadata, labels } } as KubernetesObject;
  },
  NetworkPolicy: object => withSpec(object, { ingress: [] }),
  PeerAuthentication: (object, turn) =>
    withSpec(object, {
      mtls: { mode: turn % 2 === 0 ? 'PERMISSIVE' : 'STRICT' },
    }),
  DestinationRule: (object, turn) =>
    withSpec(object, {
      trafficPolicy: {
        tls: { mode: turn % 2 === 0 ? 'DISABLE' : 'ISTIO_MUTUAL' },
      },
    }),
  AuthorizationPolicy: (object, turn) =>
    withSpec(object, {
      action: turn % 2 === 0 ? 'DENY' : 'ALLOW',
    }),
};
