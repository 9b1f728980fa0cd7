/** Where in an API the objects of a kind are. */
import {
  KINDS,
  KindDefinition,
  KindName,
} from '@backstage-zero-trust/posture-engine';

/** A kind in one version, in all namespaces or in one, of all names or of one. */
export interface KindScope {
  kind: KindName;
  /** As discovery says, such as `v1`. */
  version: string;
  namespace?: string;
  name?: string;
}

export function apiVersionOf({ kind, version }: KindScope): string {
  const { group } = KINDS[kind];
  return group === '' ? version : `${group}/${version}`;
}

/** Path and query; the kind's own field selector, or the scope's name, is always part of it. */
export function kindPath(
  scope: KindScope,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const definition: KindDefinition = KINDS[scope.kind];
  const root = definition.group === '' ? '/api' : '/apis';
  const namespace =
    scope.namespace === undefined
      ? ''
      : `/namespaces/${encodeURIComponent(scope.namespace)}`;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({
    fieldSelector:
      scope.name === undefined
        ? definition.fieldSelector
        : `metadata.name=${scope.name}`,
    ...parameters,
  })) {
    if (value !== undefined) {
      query.set(name, value);
    }
  }
  return `${root}/${apiVersionOf(scope)}${namespace}/${
    definition.plural
  }?${query}`;
}
