/**
 * DestinationRules that make the clients of their own namespace speak to
 * Services of another one without mTLS. They shadow the rules of those
 * Services, whose owners neither see nor can change them.
 */
import {
  ClusterSnapshot,
  ObjectReference,
  Service,
  referenceTo,
  remembered,
  valueAt,
} from '../../snapshot';
import { DestinationRule, Pod } from '../../snapshot/kinds';
import { Member, endpointsOf } from '../client';
import { modeOfClient } from '../client/autoMtls';
import { matchesHost, resolveHost, serviceHost } from '../client/hosts';
import { dataPlaneOf } from '../dataPlane';
import { FieldValue, entryOf } from '../podFields';
import { ClientCall, clientCall, sidecarClient } from './clientCall';
import { OutsideRule, outsideRulesOf } from './outsideRules';

/** The first Service that a rule takes mTLS from, and what comes of it. */
export interface ForeignRule {
  rule: ObjectReference;
  service: { namespace: string; name: string; port: number };
  /** Whether the rule's host is a pattern, which may mean more Services. */
  pattern: boolean;
  outcome: ClientCall['outcome'];
  reason: string;
  /** The deciding fields of both sides, the rule's own first. */
  decidedBy: readonly FieldValue[];
}

/** What of the whole cluster bears on how clients call; plain data, for `Control.facts`. */
export interface ClientFacts {
  /** Some pods are in ambient, or will be. */
  ambient: boolean;
  /** By the namespace of the clients. */
  foreignRules: Readonly<Record<string, readonly ForeignRule[]>>;
  /** Of all namespaces: whoever follows them sees what comes of it. */
  outsideRules: readonly OutsideRule[];
}

/** Use as `snapshot.derive(clientFactsOf)`. */
export function clientFactsOf(snapshot: ClusterSnapshot): ClientFacts {
  const foreignRules: Record<string, ForeignRule[]> = {};
  for (const rule of snapshot.all('DestinationRule')) {
    const found = switchesOff(rule) ? foreignRuleOf(rule, snapshot) : undefined;
    if (found) {
      const { namespace = 'default' } = rule.metadata;
      (foreignRules[namespace] ??= []).push(found);
    }
  }
  return {
    ambient: hasAmbient(snapshot),
    foreignRules,
    outsideRules: snapshot.derive(outsideRulesOf),
  };
}

const REDIRECTION = 'ambient.istio.io/redirection';
const DATA_PLANE_MODE = 'istio.io/dataplane-mode';

const someTakenOver = remembered((pods: readonly Pod[]) =>
  pods.some(
    ({ metadata }) =>
      entryOf(metadata.annotations ?? {}, REDIRECTION) === 'enabled',
  ),
);

function hasAmbient(snapshot: ClusterSnapshot): boolean {
  return (
    snapshot
      .all('Namespace')
      .some(
        ({ metadata }) =>
          entryOf(metadata.labels ?? {}, DATA_PLANE_MODE) === 'ambient',
      ) ||
    [...snapshot.namespacesOf(['Pod'])].some(namespace =>
      someTakenOver(snapshot.inNamespace('Pod', namespace)),
    )
  );
}

function switchesOff({ spec }: DestinationRule): boolean {
  const { tls, portLevelSettings = [] } = spec?.trafficPolicy ?? {};
  return [tls, ...portLevelSettings.map(setting => setting.tls)].some(
    settings => settings && modeOfClient(settings.mode) !== 'ISTIO_MUTUAL',
  );
}

const SERVICE_HOST = /^([^.*]+)\.([^.]+)\.svc\.cluster\.local$/;

function foreignRuleOf(
  rule: DestinationRule,
  snapshot: ClusterSnapshot,
): ForeignRule | undefined {
  const { namespace = 'default' } = rule.metadata;
  const host = resolveHost(rule.spec?.host ?? '', namespace);
  const client = sidecarClient(
    namespace,
    rule.spec?.workloadSelector?.matchLabels,
  );
  for (const service of servicesOf(host, snapshot)) {
    const found =
      service.metadata.namespace === namespace
        ? undefined
        : faultAt(service, rule, client, snapshot);
    if (found) {
      return { ...found, pattern: host.startsWith('*') };
    }
  }
  return undefined;
}

function servicesOf(
  host: string,
  snapshot: ClusterSnapshot,
): readonly Service[] {
  if (host.startsWith('*')) {
    return snapshot
      .all('Service')
      .filter(({ metadata: { name, namespace = 'default' } }) =>
        matchesHost(host, serviceHost(name, namespace)),
      );
  }
  const [, name, namespace] = SERVICE_HOST.exec(host) ?? [];
  const service = name && snapshot.get('Service', name, namespace);
  return service ? [service] : [];
}

/** What no rule of the client's brings about. */
const HARMLESS: readonly ClientCall['outcome'][] = [
  'mtls',
  'server-plaintext',
  'hidden',
];

function faultAt(
  service: Service,
  rule: DestinationRule,
  client: Member,
  snapshot: ClusterSnapshot,
): Omit<ForeignRule, 'pattern'> | undefined {
  // One endpoint stands for all that have a proxy.
  const endpoint = endpointsOf(service, snapshot).find(
    ({ workload, pod }) =>
      dataPlaneOf(workload, pod, snapshot).dataPlane !== 'none',
  );
  const reference = referenceTo(rule);
  for (const port of endpoint ? service.spec?.ports ?? [] : []) {
    const call =
      endpoint && clientCall(client, { service, port }, endpoint, snapshot);
    const isOwn = call?.client.decidedBy.some(({ object }) =>
      isSame(object, reference),
    );
    if (call && isOwn && !HARMLESS.includes(call.outcome)) {
      const { namespace = 'default', name } = service.metadata;
      return {
        rule: reference,
        service: { namespace, name, port: port.port },
        outcome: call.outcome,
        reason: call.reason,
        decidedBy: [
          ...call.client.decidedBy,
          ...(call.server?.effective?.decidedBy ?? []),
        ].flatMap(({ object, field }) =>
          decidingField(object, field, snapshot),
        ),
      };
    }
  }
  return undefined;
}

const DECIDING = ['DestinationRule', 'PeerAuthentication'] as const;

/** A deciding field with what it holds; none where it is no field of a rule or policy. */
export function decidingField(
  object: ObjectReference,
  field: string,
  snapshot: ClusterSnapshot,
): FieldValue[] {
  const kind = DECIDING.find(deciding => deciding === object.kind);
  const holder = kind && snapshot.get(kind, object.name, object.namespace);
  return holder
    ? [{ object, field, value: valueAt(holder, field) ?? null }]
    : [];
}

function isSame(left: ObjectReference, right: ObjectReference): boolean {
  return (
    left.kind === right.kind &&
    left.namespace === right.namespace &&
    left.name === right.name
  );
}
