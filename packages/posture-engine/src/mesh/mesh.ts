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
  /** What becomes of calls to hosts that a proxy does not know; REGISTRY_ONLY refuses them, and `{}` means that too. */
  outboundTrafficPolicy: string;
  /** To whom Services and DestinationRules are visible that do not say so themselves; empty is everybody. */
  defaultExportTo: { services: string[]; destinationRules: string[] };
  /** `pathNormalization.normalization`: what proxies make of a path before they look at policies. */
  pathNormalization: PathNormalization;
  /** What CUSTOM policies may ask, by name; undefined where no MeshConfig was seen. */
  extensionProviders: ReadonlyMap<string, ExtensionProvider> | undefined;
  /** Why the MeshConfig that is there could not be read; all else is then only Istio's defaults. */
  problem?: string;
}

const PATH_NORMALIZATIONS = [
  'BASE',
  'NONE',
  'MERGE_SLASHES',
  'DECODE_AND_MERGE_SLASHES',
] as const;
export type PathNormalization = (typeof PATH_NORMALIZATIONS)[number];

/** By protocol: one that speaks HTTP decides about HTTP requests only; `other` authorizes nothing. */
export type ExtensionProvider = 'http' | 'grpc' | 'other';

type Fields = Readonly<Record<string, unknown>>;

/** Use as `snapshot.derive(meshOf)`. Never throws; {@link requireMesh} does. */
export function meshOf(snapshot: ClusterSnapshot): Mesh {
  const stated = snapshot.settings.meshConfig;
  const read = stated ? { config: stated } : readConfigMap(snapshot);
  const config = read.config ?? {};
  const proxies = fieldOf(config, 'defaultConfig');
  return {
    rootNamespace: text(config, 'rootNamespace') ?? CONTROL_PLANE_NAMESPACE,
    trustDomain: text(config, 'trustDomain') ?? 'cluster.local',
    trustDomainAliases: texts(fieldOf(config, 'trustDomainAliases')),
    enableAutoMtls: fieldOf(config, 'enableAutoMtls') !== false,
    interceptionMode: interceptionModeIn(proxies) ?? 'REDIRECT',
    outboundTrafficPolicy: outboundPolicyIn(
      fieldOf(config, 'outboundTrafficPolicy'),
    ),
    defaultExportTo: {
      services: texts(fieldOf(config, 'defaultServiceExportTo')),
      destinationRules: texts(
        fieldOf(config, 'defaultDestinationRuleExportTo'),
      ),
    },
    pathNormalization: pathNormalizationIn(config),
    extensionProviders: read.config && extensionProvidersIn(read.config),
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

/** An `outboundTrafficPolicy` as it is written; its mode zero is REGISTRY_ONLY, while none at all allows everything. */
export function outboundPolicyIn(policy: unknown): string {
  if (!isFields(policy)) {
    return 'ALLOW_ANY';
  }
  const mode = fieldOf(policy, 'mode');
  return typeof mode === 'string' && mode !== '' ? mode : 'REGISTRY_ONLY';
}

function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : [];
}

function pathNormalizationIn(config: Fields): PathNormalization {
  const settings = fieldOf(config, 'pathNormalization');
  const named = isFields(settings)
    ? fieldOf(settings, 'normalization')
    : undefined;
  return PATH_NORMALIZATIONS.find(known => known === named) ?? 'BASE';
}

function extensionProvidersIn(
  config: Fields,
): ReadonlyMap<string, ExtensionProvider> {
  const listed = fieldOf(config, 'extensionProviders');
  const providers = new Map<string, ExtensionProvider>();
  for (const provider of Array.isArray(listed) ? listed : []) {
    const name = isFields(provider) ? text(provider, 'name') : undefined;
    if (name !== undefined) {
      providers.set(name, protocolOfProvider(provider));
    }
  }
  return providers;
}

function protocolOfProvider(provider: Fields): ExtensionProvider {
  if (fieldOf(provider, 'envoyExtAuthzGrpc') !== undefined) {
    return 'grpc';
  }
  return fieldOf(provider, 'envoyExtAuthzHttp') === undefined
    ? 'other'
    : 'http';
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
    const message = error instanceof Error ? error.message : String(error);
    // The parser's further lines show the text, which has no place in a sentence.
    const [reason] = message.split(/:?\n/, 1);
    return { problem: `${where} cannot be read: ${reason}` };
  }
}
