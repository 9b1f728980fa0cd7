/**
 * What the mesh as a whole says: Istio's MeshConfig, from the ConfigMap `istio`
 * or from the settings of the snapshot, with Istio's own defaults.
 */
import { parse } from 'yaml';
import { ClusterSnapshot } from '../snapshot';

export interface Mesh {
  /** MeshConfig's `rootNamespace`; policies there without a selector are mesh-wide. */
  rootNamespace: string;
  trustDomain: string;
  trustDomainAliases: readonly string[];
  /** Unset means true. */
  enableAutoMtls: boolean;
}

const DEFAULT_ROOT_NAMESPACE = 'istio-system';

/** Use as `snapshot.derive(meshOf)`. */
export function meshOf(snapshot: ClusterSnapshot): Mesh {
  const config = snapshot.settings.meshConfig ?? readConfigMap(snapshot) ?? {};
  const text = (key: string) => {
    const value = config[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const aliases = config.trustDomainAliases;
  return {
    rootNamespace: text('rootNamespace') ?? DEFAULT_ROOT_NAMESPACE,
    trustDomain: text('trustDomain') ?? 'cluster.local',
    trustDomainAliases: Array.isArray(aliases)
      ? aliases.filter((alias): alias is string => typeof alias === 'string')
      : [],
    enableAutoMtls: config.enableAutoMtls !== false,
  };
}

function readConfigMap(
  snapshot: ClusterSnapshot,
): Record<string, unknown> | undefined {
  // istiod reads the ConfigMap of its own namespace, whatever rootNamespace says inside.
  const text = snapshot.get('ConfigMap', 'istio', DEFAULT_ROOT_NAMESPACE)?.data
    ?.mesh;
  const config: unknown = text === undefined ? undefined : parse(text);
  return typeof config === 'object' && config !== null
    ? (config as Record<string, unknown>)
    : undefined;
}
