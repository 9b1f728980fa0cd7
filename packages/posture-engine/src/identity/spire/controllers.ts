/** SPIRE's controller managers, as far as their configuration is in view: which ClusterSPIFFEIDs they take up, and for which trust domain. */
import { parse } from 'yaml';
import {
  ClusterSnapshot,
  CoverageGap,
  ObjectReference,
  referenceTo,
} from '../../snapshot';
import { ClusterSpiffeId } from '../../snapshot/kinds';

export interface SpireController {
  /** Its ConfigMap. */
  object: ObjectReference;
  trustDomain: string;
  clusterName: string;
  /** The domain of DNS names of Services; '' where the configuration has none. */
  clusterDomain: string;
  className: string;
  watchClassless: boolean;
  /** False where it was told to leave ClusterSPIFFEIDs alone. */
  reconciles: boolean;
  /** Regular expressions, not anchored. */
  ignoreNamespaces: readonly RegExp[];
}

/** What the two usual ways to install it call the ConfigMap. */
const CONFIG_MAPS = [
  'spire-controller-manager',
  'spire-controller-manager-config',
] as const;

/** Use as `snapshot.derive(spireControllers)`; a configuration that cannot be read is passed over, as if it was not in view. */
export function spireControllers(
  snapshot: ClusterSnapshot,
): readonly SpireController[] {
  return snapshot
    .all('ConfigMap')
    .filter(({ metadata }) => CONFIG_MAPS.some(name => name === metadata.name))
    .flatMap(configMap =>
      Object.values(configMap.data ?? {}).flatMap(
        text => controllerIn(text, referenceTo(configMap)) ?? [],
      ),
    );
}

/** Why there may be controllers that are not in view. */
export function controllersGap(
  snapshot: ClusterSnapshot,
): CoverageGap | undefined {
  return CONFIG_MAPS.flatMap(
    name => snapshot.coverage.gap('ConfigMap', undefined, name) ?? [],
  )[0];
}

/** A class that is set must be the controller's; one without is for those who take such. */
export function takesUp(
  { className, watchClassless, reconciles }: SpireController,
  { spec }: ClusterSpiffeId,
): boolean {
  const wanted = spec.className ?? '';
  return (
    reconciles && (wanted === className || (wanted === '' && watchClassless))
  );
}

type Fields = Readonly<Record<string, unknown>>;

function controllerIn(
  text: string,
  object: ObjectReference,
): SpireController | undefined {
  try {
    const config: unknown = parse(text);
    if (!isFields(config) || config.kind !== 'ControllerManagerConfig') {
      return undefined;
    }
    const { ignoreNamespaces, reconcile, trustDomain } = config;
    if (typeof trustDomain !== 'string' || trustDomain === '') {
      return undefined;
    }
    return {
      object,
      trustDomain,
      clusterName: textIn(config, 'clusterName'),
      clusterDomain: textIn(config, 'clusterDomain'),
      className: textIn(config, 'className'),
      watchClassless: config.watchClassless === true,
      reconciles: !isFields(reconcile) || reconcile.clusterSPIFFEIDs !== false,
      ignoreNamespaces: Array.isArray(ignoreNamespaces)
        ? ignoreNamespaces.map(pattern => new RegExp(String(pattern)))
        : [],
    };
  } catch {
    return undefined;
  }
}

function textIn(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
