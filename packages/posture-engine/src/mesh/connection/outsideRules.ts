/**
 * DestinationRules that make sidecars speak TLS to hosts outside of the mesh,
 * and do not do what they say: the TLS is lost, comes on top of the
 * application's own, or proves nothing.
 */
import { ClusterSnapshot, ObjectReference, referenceTo } from '../../snapshot';
import { DestinationRule, ServiceEntry } from '../../snapshot/kinds';
import { modeOfClient } from '../client/autoMtls';
import { destinationRuleOf, tlsSettingsOf } from '../client/destinationRules';
import { matchesHost, resolveHost } from '../client/hosts';
import { needsSelector } from '../client/hostTransport';
import { protocolOfEntryPort } from '../client/outbound/protocols';
import { Member } from '../client';
import { exportSet, isVisibleTo } from '../client/visibility';
import { dataPlaneOf } from '../dataPlane';
import { requireMesh } from '../mesh';

/** Plain data, for `Control.facts`. */
export interface OutsideRule {
  /**
   * `lost`: a credential that sidecars are not given, so that they send without
   * TLS; `twice`: to a port whose traffic is TLS already; `unverified`: any
   * certificate will do.
   */
  fault: 'lost' | 'twice' | 'unverified';
  rule: ObjectReference;
  field: string;
  value: string | boolean;
  /** The first host and port that it means. */
  host: string;
  port: number;
  /** Of the ServiceEntry. */
  namespace: string;
  exportTo: readonly string[];
}

/** One for each rule and fault. Use as `snapshot.derive(outsideRulesOf)`. */
export function outsideRulesOf(
  snapshot: ClusterSnapshot,
): readonly OutsideRule[] {
  const rules = snapshot.all('DestinationRule').filter(originates);
  const entries = rules.length > 0 ? snapshot.all('ServiceEntry') : [];
  return rules.flatMap(rule => {
    const found = new Map<OutsideRule['fault'], OutsideRule>();
    for (const entry of entries) {
      for (const outside of faultsAt(rule, entry)) {
        if (!found.has(outside.fault) && !isShadowed(outside, snapshot)) {
          found.set(outside.fault, outside);
        }
      }
    }
    return [...found.values()];
  });
}

/** A rule of the root namespace comes after those of the ServiceEntry's, whatever they say. */
function isShadowed(
  { rule, host, namespace }: OutsideRule,
  snapshot: ClusterSnapshot,
): boolean {
  return (
    rule.namespace === requireMesh(snapshot).rootNamespace &&
    rule.namespace !== namespace &&
    snapshot
      .inNamespace('DestinationRule', namespace)
      .some(({ spec }) =>
        matchesHost(resolveHost(spec?.host ?? '', namespace), host),
      )
  );
}

/**
 * Whether a pod's sidecar follows the rule for the host that it means. Asked of
 * rules of its own namespace and of the root namespace: those beside a
 * ServiceEntry elsewhere are the affair of its owner.
 */
export function followsOutsideRule(
  { workload, pod }: Member,
  { rule, host, namespace, exportTo }: OutsideRule,
  snapshot: ClusterSnapshot,
): boolean {
  const visible = isVisibleTo(
    exportSet(exportTo, requireMesh(snapshot).defaultExportTo.services),
    namespace,
    pod.namespace,
  );
  const { rootNamespace } = requireMesh(snapshot);
  if (
    !visible ||
    ![pod.namespace, rootNamespace].includes(rule.namespace ?? 'default') ||
    dataPlaneOf(workload, pod, snapshot).dataPlane !== 'sidecar'
  ) {
    return false;
  }
  const { metadata } =
    destinationRuleOf(pod, host, namespace, snapshot)?.deciding ?? {};
  return metadata?.name === rule.name && metadata.namespace === rule.namespace;
}

function originates({ spec }: DestinationRule): boolean {
  const { tls, portLevelSettings = [] } = spec?.trafficPolicy ?? {};
  return [tls, ...portLevelSettings.map(setting => setting.tls)].some(isOwnTls);
}

type Settings = ReturnType<typeof tlsSettingsOf>['cluster'];

function isOwnTls(settings: Settings): boolean {
  const mode = settings && modeOfClient(settings.mode);
  return mode === 'SIMPLE' || mode === 'MUTUAL';
}

function faultsAt(
  rule: DestinationRule,
  { metadata, spec = {} }: ServiceEntry,
): OutsideRule[] {
  const { namespace = 'default' } = rule.metadata;
  const pattern = resolveHost(rule.spec?.host ?? '', namespace);
  const host = (spec.hosts ?? []).find(candidate =>
    matchesHost(pattern, candidate),
  );
  if (host === undefined) {
    return [];
  }
  return (spec.ports ?? []).flatMap(({ number, protocol }) => {
    const read = protocolOfEntryPort(protocol);
    const settings =
      number === undefined
        ? undefined
        : tlsSettingsOf(rule.spec?.trafficPolicy, number);
    if (
      number === undefined ||
      read === undefined ||
      !settings ||
      !isOwnTls(settings.cluster)
    ) {
      return [];
    }
    const fault = faultOf(rule, settings, read === 'tls');
    return fault
      ? [
          {
            ...fault,
            rule: referenceTo(rule),
            host,
            port: number,
            namespace: metadata.namespace ?? 'default',
            exportTo: spec.exportTo ?? [],
          },
        ]
      : [];
  });
}

function faultOf(
  { spec }: DestinationRule,
  { cluster = {}, field }: ReturnType<typeof tlsSettingsOf>,
  isTls: boolean,
): Pick<OutsideRule, 'fault' | 'field' | 'value'> | undefined {
  const settings = field.replace(/\.mode$/, '');
  if (needsSelector(cluster) && !spec?.workloadSelector) {
    // Without the rule's TLS the application's own is left.
    return isTls
      ? undefined
      : {
          fault: 'lost',
          field: `${settings}.credentialName`,
          value: cluster.credentialName ?? '',
        };
  }
  if (isTls) {
    return { fault: 'twice', field, value: modeOfClient(cluster.mode) };
  }
  return cluster.insecureSkipVerify
    ? {
        fault: 'unverified',
        field: `${settings}.insecureSkipVerify`,
        value: true,
      }
    : undefined;
}
