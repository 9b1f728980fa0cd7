/**
 * What the mesh as a whole says: Istio's MeshConfig, from the ConfigMap `istio`
 * or from the settings of the snapshot, with Istio's own defaults.
 */
import { parse } from 'yaml';
import { ClusterSnapshot } from '../snapshot';

/** Where Istio is installed, and where its own ConfigMap is read, whatever `rootNamespace` says inside. */
export const CONTROL_PLANE_NAMESPACE = 'istio-system';

export interface Mesh {
  /** MeshConfig's `rootNamespace`; policies there without a selector are mesh-wide. */
  rootNamespace: string;
  trustDomain: string;
  trustDomainAliases: readonly string[];
  /** Unset means true. */
  enableAutoMtls: boolean;
  /** `defaultConfig.interceptionMode`: REDIRECT, TPROXY or NONE for proxies that say nothing themselves. */
  interceptionMode: string;
  /** Why the MeshConfig that is there could not be read; all else is then only Istio's defaults. */
  problem?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Use as `snapshot.derive(meshOf)`. Never throws; {@link requireMesh} does. */
export function meshOf(snapshot: ClusterSnapshot): Mesh {
  const stated = snapshot.settings.meshConfig;
  const read = stated ? { config: stated } : readConfigMap(snapshot);
  const config = read.config ?? {};
  const aliases = fieldOf(config, 'trustDomainAliases');
  const proxies = fieldOf(config, 'defaultConfig');
  return {
    rootNamespace: text(config, 'rootNamespace') ?? CONTROL_PLANE_NAMESPACE,
    trustDomain: text(config, 'trustDomain') ?? 'cluster.local',
    trustDomainAliases: Array.isArray(aliases)
      ? aliases.filter((alias): alias is string => typeof alias === 'string')
      : [],
    enableAutoMtls: fieldOf(config, 'enableAutoMtls') !== false,
    interceptionMode: interceptionModeIn(proxies) ?? 'REDIRECT',
    ...(read.problem === undefined ? {} : { problem: read.problem }),
  };
}

/** The mesh, for decisions that Istio's defaults could falsify: throws where a MeshConfig exists and cannot be read. */
export function requireMesh(snapshot: ClusterSnapshot): Mesh {
  const mesh = snapshot.derive(meshOf);
  if (mesh.problem !== undefined) {
    throw new Error(mesh.problem);
  }
  return mesh;
}

/** Istio reads protobuf's JSON: `rootNamespace` may also be written `root_namespace`. */
function fieldOf(fields: Fields, key: string): unknown {
  return (
    fields[key] ??
    fields[key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)]
  );
}

/** By number, as protobuf's JSON allows for names. */
const INTERCEPTION_MODES = ['REDIRECT', 'TPROXY', 'NONE'] as const;

/** The `interceptionMode` of a ProxyConfig that was read from YAML. */
export function interceptionModeIn(config: unknown): string | undefined {
  if (!isFields(config)) {
    return undefined;
  }
  const mode = fieldOf(config, 'interceptionMode');
  return typeof mode === 'number'
    ? INTERCEPTION_MODES[mode]
    : text(config, 'interceptionMode');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(fields: Fields, key: string): string | undefined {
  const value = fieldOf(fields, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function readConfigMap(snapshot: ClusterSnapshot): {
  config?: Fields;
  problem?: string;
} {
  const configured = snapshot.get('ConfigMap', 'istio', CONTROL_PLANE_NAMESPACE)
    ?.data?.mesh;
  if (configured === undefined) {
    return {};
  }
  const where = `the MeshConfig in ConfigMap ${CONTROL_PLANE_NAMESPACE}/istio`;
  try {
    const config: unknown = parse(configured);
    if (config === null || config === undefined) {
      return {};
    }
    return isFields(config)
      ? { config }
      : { problem: `${where} is not a YAML object` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `${where} cannot be read: ${reason}` };
  }
}
