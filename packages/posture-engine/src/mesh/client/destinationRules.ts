/**
 * Which DestinationRule a client's proxy follows for a host: one from the
 * client's namespace, else from the service's, else from the root namespace;
 * on each level the most specific host, which shadows what is less specific
 * also where it says nothing. Per istiod's `push_context.go`.
 */
import { ClusterSnapshot, PodView } from '../../snapshot';
import { matchesLabels } from '../../selectors';
import { DestinationRule } from '../../snapshot/kinds';
import { requireMesh } from '../mesh';
import { compareAge } from '../precedence';
import { HostIndex, resolveHost } from './hosts';
import { ExportTo, exportSet, isVisibleTo } from './visibility';

type Spec = NonNullable<DestinationRule['spec']>;

/** Rules of one namespace and host that istiod makes one of. */
export interface MergedRule {
  /** Oldest first. */
  rules: readonly DestinationRule[];
  /** The oldest rule that has a traffic policy: it counts whole. */
  deciding?: DestinationRule;
  exportTo: ExportTo;
  selector?: Readonly<Record<string, string>>;
}

interface Indexes {
  /** What clients of a namespace find in it. */
  local: Map<string, HostIndex<MergedRule>>;
  /** What clients of other namespaces find in it. */
  exported: Map<string, HostIndex<MergedRule>>;
  /** Private rules of the root namespace, for clients there. */
  rootPrivate: HostIndex<MergedRule>;
}

/** The rule in force, or undefined where none is. */
export function destinationRuleOf(
  client: PodView,
  host: string,
  serviceNamespace: string | undefined,
  snapshot: ClusterSnapshot,
): MergedRule | undefined {
  const { rootNamespace } = requireMesh(snapshot);
  const { local, exported, rootPrivate } = snapshot.derive(indexesOf);
  const { namespace } = client;
  const exportedFrom = (owner: string) =>
    exported
      .get(owner)
      ?.mostSpecific(host)
      ?.filter(({ exportTo }) => isExportedTo(exportTo, namespace));
  const own =
    namespace === rootNamespace
      ? rootPrivate.mostSpecific(host)
      : local.get(namespace)?.mostSpecific(host);
  if (own) {
    return applicable(own, client, namespace);
  }
  for (const owner of new Set([serviceNamespace, rootNamespace])) {
    const found = owner === undefined ? undefined : exportedFrom(owner);
    if (owner !== undefined && found && found.length > 0) {
      return applicable(found, client, owner);
    }
  }
  return undefined;
}

/** Among exported rules `.` beside other namespaces means nobody, not even clients of the rule's own namespace. */
function isExportedTo(exportTo: ExportTo, namespace: string): boolean {
  return exportTo.size === 0 || exportTo.has('*') || exportTo.has(namespace);
}

/** One that selects the client beats the others, but only in its own namespace; else the youngest without a selector. */
function applicable(
  found: readonly MergedRule[],
  client: PodView,
  owner: string,
): MergedRule | undefined {
  return (
    found.find(
      ({ selector }) =>
        selector &&
        owner === client.namespace &&
        matchesLabels(selector, client.labels),
    ) ?? found.filter(({ selector }) => !selector).pop()
  );
}

function indexesOf(snapshot: ClusterSnapshot): Indexes {
  const { rootNamespace, defaultExportTo } = requireMesh(snapshot);
  const indexes: Indexes = {
    local: new Map(),
    exported: new Map(),
    rootPrivate: new HostIndex(),
  };
  for (const rule of [...snapshot.all('DestinationRule')].sort(compareAge)) {
    const { namespace = 'default' } = rule.metadata;
    const spec = rule.spec ?? {};
    if (spec.host === undefined) {
      continue; // No API server admits it.
    }
    const host = resolveHost(spec.host, namespace);
    // Rules with a selector never leave their namespace.
    const exportTo = spec.workloadSelector
      ? new Set(['.'])
      : exportSet(spec.exportTo, []);
    if (isVisibleTo(exportTo, namespace, namespace)) {
      add(indexIn(indexes.local, namespace), host, rule, exportTo);
    }
    if (!isPrivate(exportTo, namespace, defaultExportTo.destinationRules)) {
      add(indexIn(indexes.exported, namespace), host, rule, exportTo);
    } else if (namespace === rootNamespace) {
      add(indexes.rootPrivate, host, rule, exportTo);
    }
  }
  return indexes;
}

function isPrivate(
  exportTo: ExportTo,
  namespace: string,
  defaults: readonly string[],
): boolean {
  return exportTo.size === 0
    ? defaults.includes('.')
    : exportTo.size === 1 && (exportTo.has('.') || exportTo.has(namespace));
}

function indexIn(
  indexes: Map<string, HostIndex<MergedRule>>,
  namespace: string,
): HostIndex<MergedRule> {
  let index = indexes.get(namespace);
  if (!index) {
    index = new HostIndex();
    indexes.set(namespace, index);
  }
  return index;
}

/** Rules that come later join an older one of the same host and selector, if they are exported at least as widely. */
function add(
  index: HostIndex<MergedRule>,
  host: string,
  rule: DestinationRule,
  exportTo: ExportTo,
): void {
  const entries = index.entries(host);
  const selector = rule.spec?.workloadSelector?.matchLabels;
  const at = entries.findIndex(
    entry =>
      sameSelector(entry.selector, selector) &&
      isAsWide(exportTo, entry.exportTo),
  );
  const hasPolicy = rule.spec?.trafficPolicy !== undefined;
  if (at < 0) {
    entries.push({
      rules: [rule],
      ...(hasPolicy ? { deciding: rule } : {}),
      exportTo,
      ...(rule.spec?.workloadSelector ? { selector: selector ?? {} } : {}),
    });
    return;
  }
  const entry = entries[at];
  entries[at] = {
    ...entry,
    rules: [...entry.rules, rule],
    ...(entry.deciding || !hasPolicy ? {} : { deciding: rule }),
  };
}

function sameSelector(
  one: MergedRule['selector'],
  other: MergedRule['selector'],
): boolean {
  return (
    JSON.stringify(Object.entries(one ?? {}).sort()) ===
      JSON.stringify(Object.entries(other ?? {}).sort()) &&
    (one === undefined) === (other === undefined)
  );
}

function isAsWide(wide: ExportTo, narrow: ExportTo): boolean {
  return narrow.size === 0
    ? wide.size === 0
    : [...narrow].every(namespace => wide.has(namespace));
}

/** Why nobody can tell which of several rules counts: they are not in a cluster yet, so that none is the oldest. */
export function contestReason({ rules }: MergedRule): string | undefined {
  const undated = rules.filter(
    ({ metadata, spec }) =>
      metadata.creationTimestamp === undefined && spec?.trafficPolicy,
  );
  const policies = new Set(
    undated.map(({ spec }) => JSON.stringify(spec?.trafficPolicy)),
  );
  return policies.size > 1
    ? `DestinationRules ${undated
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
        .join(
          ' and ',
        )} mean the same host, and the one created first will count`
    : undefined;
}

/** The settings of a port and the rule's own: a port's entry replaces the rule's settings whole. */
export function tlsSettingsOf(
  trafficPolicy: Spec['trafficPolicy'],
  port: number,
) {
  const index = (trafficPolicy?.portLevelSettings ?? []).findIndex(
    settings => settings.port?.number === port,
  );
  const entry = trafficPolicy?.portLevelSettings?.[index];
  return {
    /** What the connection is made with. */
    cluster: entry ? entry.tls : trafficPolicy?.tls,
    /** What marks endpoints: here a port's entry without `tls` changes nothing. */
    endpoint: entry?.tls ?? trafficPolicy?.tls,
    field: entry?.tls
      ? `spec.trafficPolicy.portLevelSettings[${index}].tls.mode`
      : 'spec.trafficPolicy.tls.mode',
  };
}
