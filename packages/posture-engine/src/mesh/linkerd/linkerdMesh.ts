/**
 * What Linkerd as a whole says: the values of its chart, which its installation
 * keeps in the ConfigMap `linkerd-config`, with the chart's own defaults.
 */
import { parse } from 'yaml';
import { ClusterSnapshot, ObjectReference, referenceTo } from '../../snapshot';

export const LINKERD_CONFIG = 'linkerd-config';
const DEFAULT_NAMESPACE = 'linkerd';

export interface LinkerdMesh {
  /** Part of every identity. */
  controlPlaneNamespace: string;
  trustDomain: string;
  /** Of ports that no Server selects, where no annotation says otherwise. */
  defaultInboundPolicy: string;
  /** The addresses of pods, nodes and Services, as somebody stated them. */
  clusterNetworks: readonly string[];
  /** From where HTTP probes are let through without an identity. */
  probeNetworks: readonly string[];
  /** Ports that no proxy captures, where no annotation says otherwise. */
  ignoreInboundPorts: string;
  ignoreOutboundPorts: string;
  /** Callers and destinations that no proxy captures. */
  skipSubnets: string;
  /** The ConfigMap, whether it was seen or not. */
  config: ObjectReference;
  /** Why the values that are there could not be read; all else is then only Linkerd's defaults. */
  problem?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Use as `snapshot.derive(linkerdMeshOf)`. Never throws; {@link requireLinkerd} does. */
export function linkerdMeshOf(snapshot: ClusterSnapshot): LinkerdMesh {
  const found = snapshot
    .all('ConfigMap')
    .filter(({ metadata }) => metadata.name === LINKERD_CONFIG);
  const [configMap, ...others] = found;
  const config: ObjectReference = configMap
    ? referenceTo(configMap)
    : {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: DEFAULT_NAMESPACE,
        name: LINKERD_CONFIG,
      };
  const { values = {}, problem } = valuesIn(configMap?.data?.values, config);
  const several =
    others.length > 0
      ? `several namespaces hold a ConfigMap ${LINKERD_CONFIG}, and which one counts cannot be told`
      : undefined;
  const clusterDomain = textIn(values, 'clusterDomain') ?? 'cluster.local';
  const proxyInit = fieldsIn(values, 'proxyInit');
  const reason = several ?? problem;
  return {
    controlPlaneNamespace: config.namespace ?? DEFAULT_NAMESPACE,
    trustDomain: textIn(values, 'identityTrustDomain') ?? clusterDomain,
    defaultInboundPolicy:
      textIn(fieldsIn(values, 'proxy'), 'defaultInboundPolicy') ??
      'all-unauthenticated',
    clusterNetworks: itemsOf(
      textIn(values, 'clusterNetworks') ??
        '10.0.0.0/8,100.64.0.0/10,172.16.0.0/12,192.168.0.0/16,fd00::/8',
    ),
    probeNetworks: textsIn(
      fieldsIn(values, 'policyController'),
      'probeNetworks',
    ) ?? ['0.0.0.0/0', '::/0'],
    ignoreInboundPorts: rawIn(proxyInit, 'ignoreInboundPorts') ?? '4567,4568',
    ignoreOutboundPorts: rawIn(proxyInit, 'ignoreOutboundPorts') ?? '4567,4568',
    skipSubnets: rawIn(proxyInit, 'skipSubnets') ?? '',
    config,
    ...(reason === undefined ? {} : { problem: reason }),
  };
}

/** Linkerd's settings, for decisions that its defaults could falsify: throws where they exist and cannot be read. */
export function requireLinkerd(snapshot: ClusterSnapshot): LinkerdMesh {
  const mesh = snapshot.derive(linkerdMeshOf);
  if (mesh.problem !== undefined) {
    throw new Error(mesh.problem);
  }
  return mesh;
}

function valuesIn(
  written: string | undefined,
  { namespace, name }: ObjectReference,
): { values?: Fields; problem?: string } {
  if (written === undefined) {
    return {};
  }
  const where = `the values in ConfigMap ${namespace}/${name}`;
  try {
    const values: unknown = parse(written);
    return isFields(values)
      ? { values }
      : { problem: `${where} are not a YAML object` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The parser's further lines show the text, which has no place in a sentence.
    const [reason] = message.split(/:?\n/, 1);
    return { problem: `${where} cannot be read: ${reason}` };
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsIn(values: Fields, key: string): Fields {
  const value = values[key];
  return isFields(value) ? value : {};
}

/** What is empty counts as absent, as in the chart's templates. */
function textIn(values: Fields, key: string): string | undefined {
  const value = values[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Empty is a value of its own here, and a single port may have become a number. */
function rawIn(values: Fields, key: string): string | undefined {
  const value = values[key];
  return typeof value === 'string' || typeof value === 'number'
    ? String(value)
    : undefined;
}

function textsIn(values: Fields, key: string): string[] | undefined {
  const value = values[key];
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === 'string')
    : undefined;
}

/** The items of a comma list. */
export function itemsOf(list: string): string[] {
  return list
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
}
