/**
 * What the mesh as a whole says: Istio's MeshConfig, from the ConfigMap `istio`,
 * those of revisions, or the settings of the snapshot, with Istio's own defaults.
 */
import { parse } from 'yaml';
import { ClusterSnapshot, ObjectReference, sameValue } from '../snapshot';

/** Where Istio is installed, and where its own ConfigMap is read, whatever `rootNamespace` says inside. */
export const CONTROL_PLANE_NAMESPACE = 'istio-system';

/** Where its fields are, for evidence. */
export const MESH_CONFIG: ObjectReference = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: CONTROL_PLANE_NAMESPACE,
  name: 'istio',
};

export interface Mesh {
  /** Whether a MeshConfig was read or stated; where not, all else are Istio's defaults. */
  isSeen: boolean;
  /** MeshConfig's `rootNamespace`; policies there without a selector are mesh-wide. */
  rootNamespace: string;
  trustDomain: string;
  trustDomainAliases: readonly string[];
  /** Unset means true. */
  enableAutoMtls: boolean;
  /** `defaultConfig.interceptionMode`: REDIRECT, TPROXY or NONE for proxies that say nothing themselves. */
  interceptionMode: string;
  /** `defaultConfig.proxyMetadata`: proxies that say nothing themselves answer name lookups. */
  capturesDns: boolean;
  /** What becomes of calls to hosts that a proxy does not know; REGISTRY_ONLY refuses them, and `{}` means that too. */
  outboundTrafficPolicy: string;
  /** To whom Services and DestinationRules are visible that do not say so themselves; empty is everybody. */
  defaultExportTo: { services: string[]; destinationRules: string[] };
  /** `pathNormalization.normalization`: what proxies make of a path before they look at policies. */
  pathNormalization: PathNormalization;
  /** What CUSTOM policies may ask, by name; undefined where no MeshConfig was seen. */
  extensionProviders: Readonly<Record<string, ExtensionProvider>> | undefined;
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

/** Whom a CUSTOM policy may ask. */
export interface ExtensionProvider {
  /** One that speaks HTTP decides about HTTP requests only; `other` authorizes nothing. */
  protocol: 'http' | 'grpc' | 'other';
  /** What it is asked about passes where it does not answer. */
  failOpen: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Use as `snapshot.derive(meshOf)`. Never throws; {@link requireMesh} does. */
export function meshOf(snapshot: ClusterSnapshot): Mesh {
  const stated = snapshot.settings.meshConfig;
  return stated
    ? meshIn(stated)
    : readMeshes(snapshot).reduce(agreed, undefined)?.mesh ?? meshIn(undefined);
}

function meshIn(seen: Fields | undefined): Mesh {
  const config = seen ?? {};
  const proxies = fieldOf(config, 'defaultConfig');
  return {
    isSeen: seen !== undefined,
    rootNamespace: text(config, 'rootNamespace') ?? CONTROL_PLANE_NAMESPACE,
    trustDomain: text(config, 'trustDomain') ?? 'cluster.local',
    trustDomainAliases: texts(fieldOf(config, 'trustDomainAliases')),
    enableAutoMtls: fieldOf(config, 'enableAutoMtls') !== false,
    interceptionMode: interceptionModeIn(proxies) ?? 'REDIRECT',
    capturesDns: capturesDnsIn(proxies) ?? false,
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
    extensionProviders: seen && extensionProvidersIn(seen),
  };
}

/** A MeshConfig, and where it is written. */
interface WrittenMesh {
  name: string;
  mesh: Mesh;
}

/**
 * Several revisions of istiod have a MeshConfig each, and which of them a proxy
 * has is not told apart here. Where they say the same that is no matter; where
 * they do not, nobody can tell.
 */
function agreed(
  before: WrittenMesh | undefined,
  written: WrittenMesh,
): WrittenMesh {
  if (!before || before.mesh.problem !== undefined) {
    return before ?? written;
  }
  const { mesh } = written;
  const differing =
    mesh.problem === undefined
      ? (Object.keys(mesh) as (keyof Mesh)[]).find(
          key => !sameValue(mesh[key], before.mesh[key]),
        )
      : undefined;
  return differing === undefined
    ? { name: before.name, mesh: mesh.problem ? mesh : before.mesh }
    : {
        name: before.name,
        mesh: {
          ...before.mesh,
          problem: `the MeshConfigs of two revisions, in the ConfigMaps ${before.name} and ${written.name}, do not agree (${differing}), and which of them a proxy has is not told apart here`,
        },
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

export const DNS_CAPTURE = 'ISTIO_META_DNS_CAPTURE';

/** Whether a ProxyConfig that was read from YAML makes the proxy answer name lookups; undefined where it does not say. */
export function capturesDnsIn(config: unknown): boolean | undefined {
  const metadata = isFields(config)
    ? fieldOf(config, 'proxyMetadata')
    : undefined;
  const value = isFields(metadata) ? metadata[DNS_CAPTURE] : undefined;
  return value === undefined ? undefined : isTrue(String(value));
}

/** As Go's ParseBool reads it. */
export function isTrue(written: string): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(written);
}

/** By number, as protobuf's JSON allows for names. */
const OUTBOUND_MODES: Readonly<Record<number, string>> = {
  0: 'REGISTRY_ONLY',
  1: 'ALLOW_ANY',
  3: 'ALLOW_ANY_DYNAMIC_DNS',
};

/** An `outboundTrafficPolicy` as it is written; its mode zero is REGISTRY_ONLY, while none at all allows everything. */
export function outboundPolicyIn(policy: unknown): string {
  if (!isFields(policy)) {
    return 'ALLOW_ANY';
  }
  const mode = fieldOf(policy, 'mode') ?? OUTBOUND_MODES[0];
  return typeof mode === 'number'
    ? OUTBOUND_MODES[mode] ?? String(mode)
    : String(mode || OUTBOUND_MODES[0]);
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
): Readonly<Record<string, ExtensionProvider>> {
  const listed = fieldOf(config, 'extensionProviders');
  return Object.fromEntries(
    (Array.isArray(listed) ? listed : []).flatMap(provider => {
      const name = isFields(provider) ? text(provider, 'name') : undefined;
      return name === undefined ? [] : [[name, extensionProviderIn(provider)]];
    }),
  );
}

function extensionProviderIn(provider: Fields): ExtensionProvider {
  const grpc = fieldOf(provider, 'envoyExtAuthzGrpc');
  const settings = grpc ?? fieldOf(provider, 'envoyExtAuthzHttp');
  const asked = grpc === undefined ? 'http' : 'grpc';
  return {
    protocol: settings === undefined ? 'other' : asked,
    failOpen: isFields(settings) && fieldOf(settings, 'failOpen') === true,
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(fields: Fields, key: string): string | undefined {
  const value = fieldOf(fields, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `istio`, and `istio-<revision>`; other ConfigMaps of such names hold no MeshConfig. */
const CONFIG_MAP = /^istio(-.+)?$/;

function readMeshes(snapshot: ClusterSnapshot): WrittenMesh[] {
  return snapshot
    .inNamespace('ConfigMap', CONTROL_PLANE_NAMESPACE)
    .flatMap(({ metadata: { name }, data }) =>
      CONFIG_MAP.test(name) && data?.mesh !== undefined
        ? {
            name: `${CONTROL_PLANE_NAMESPACE}/${name}`,
            mesh: readMesh(data.mesh, `${CONTROL_PLANE_NAMESPACE}/${name}`),
          }
        : [],
    );
}

function readMesh(written: string, configMap: string): Mesh {
  const where = `the MeshConfig in ConfigMap ${configMap}`;
  const unreadable = (problem: string): Mesh => ({
    ...meshIn(undefined),
    problem,
  });
  try {
    const config: unknown = parse(written);
    if (config === null || config === undefined) {
      return meshIn(undefined);
    }
    return isFields(config)
      ? meshIn(config)
      : unreadable(`${where} is not a YAML object`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The parser's further lines show the text, which has no place in a sentence.
    const [reason] = message.split(/:?\n/, 1);
    return unreadable(`${where} cannot be read: ${reason}`);
  }
}
