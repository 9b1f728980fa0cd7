/**
 * Which Services a client's sidecar knows, and what it does with calls to all
 * others: a `Sidecar` may import only some, a Service may be exported to some
 * only. A Service that the proxy does not know is not refused by that: under
 * ALLOW_ANY it is called all the same, past mTLS.
 */
import { ClusterSnapshot, PodView, referenceTo } from '../../snapshot';
import { Service, ServiceEntry } from '../../snapshot/kinds';
import { MESH_CONFIG, outboundPolicyIn, requireMesh } from '../mesh';
import { FieldValue, entryOf } from '../podFields';
import { sidecarOf } from '../sidecarScope';
import { EXPORT_TO, serviceExportTo } from './exportedServices';
import { SERVICE_DOMAIN, serviceHost } from './hosts';
import { EgressScope } from './outbound/scope';
import type { TransportField } from './transport';
import { exportSet, isVisibleTo } from './visibility';

/** Why a proxy does not know a Service's port, as the field that hides it; undefined where it knows it. */
export function hidingField(
  client: PodView,
  service: Service,
  port: number,
  snapshot: ClusterSnapshot,
  limitedBySidecar: boolean,
): FieldValue | undefined {
  const { namespace = 'default', name, annotations = {} } = service.metadata;
  const exportTo = serviceExportTo(service, snapshot);
  if (!isVisibleTo(exportTo, namespace, client.namespace)) {
    return {
      object: referenceTo(service),
      field: `metadata.annotations['${EXPORT_TO}']`,
      value: entryOf(annotations, EXPORT_TO) ?? null,
    };
  }
  const host = serviceHost(name, namespace);
  const listeners = limitedBySidecar
    ? EgressScope.of(client, snapshot).listeners.filter(
        listener => listener.port === undefined || listener.port === port,
      )
    : [];
  const importing = listeners.filter(({ imports }) =>
    imports.imports(namespace, host),
  );
  const sidecar = limitedBySidecar ? sidecarOf(client, snapshot) : undefined;
  if (sidecar && importing.length === 0) {
    return { object: referenceTo(sidecar), field: 'spec.egress', value: null };
  }
  const squatter = squatterOf(client, host, namespace, snapshot);
  return squatter &&
    importing.every(({ imports }) => imports.imports(client.namespace, host))
    ? { object: referenceTo(squatter), field: 'spec.hosts', value: host }
    : undefined;
}

/** A ServiceEntry of the client's own namespace takes the host of another namespace's Service over. */
function squatterOf(
  client: PodView,
  host: string,
  namespace: string,
  snapshot: ClusterSnapshot,
): ServiceEntry | undefined {
  return client.namespace === namespace
    ? undefined
    : snapshot
        .derive(squattersOf)
        .get(host)
        ?.find(
          ({ metadata, spec }) =>
            metadata.namespace === client.namespace &&
            isVisibleTo(
              exportSet(
                spec?.exportTo,
                requireMesh(snapshot).defaultExportTo.services,
              ),
              client.namespace,
              client.namespace,
            ),
        );
}

/** ServiceEntries with hosts of Kubernetes Services, by the host. */
function squattersOf(
  snapshot: ClusterSnapshot,
): ReadonlyMap<string, readonly ServiceEntry[]> {
  const found = new Map<string, ServiceEntry[]>();
  for (const entry of snapshot.all('ServiceEntry')) {
    for (const host of entry.spec?.hosts ?? []) {
      if (host.endsWith(SERVICE_DOMAIN)) {
        found.set(host, [...(found.get(host) ?? []), entry]);
      }
    }
  }
  return found;
}

/** What becomes of calls that a proxy does not know. */
export interface OutboundPolicy {
  mode: 'ALLOW_ANY' | 'REGISTRY_ONLY' | 'ALLOW_ANY_DYNAMIC_DNS';
  /** It hands them to this host instead of their own address. */
  egressProxy?: string;
  decidedBy: readonly FieldValue[];
}

/** Throws for a mode that no version has. */
export function outboundPolicyOf(
  client: PodView,
  snapshot: ClusterSnapshot,
): OutboundPolicy {
  const sidecar = sidecarOf(client, snapshot);
  const own = sidecar?.spec?.outboundTrafficPolicy;
  if (!sidecar || !own) {
    const mode = known(requireMesh(snapshot).outboundTrafficPolicy);
    return {
      mode,
      // Istio's own default needs nobody to say so.
      decidedBy:
        mode === 'ALLOW_ANY'
          ? []
          : [
              {
                object: MESH_CONFIG,
                field: 'data.mesh (outboundTrafficPolicy.mode)',
                value: mode,
              },
            ],
    };
  }
  const mode = known(outboundPolicyIn(own));
  return {
    mode,
    ...(own.egressProxy?.host ? { egressProxy: own.egressProxy.host } : {}),
    decidedBy: [
      {
        object: referenceTo(sidecar),
        field: 'spec.outboundTrafficPolicy.mode',
        value: mode,
      },
    ],
  };
}

const MODES = ['ALLOW_ANY', 'REGISTRY_ONLY', 'ALLOW_ANY_DYNAMIC_DNS'] as const;

function known(written: string): OutboundPolicy['mode'] {
  const mode = MODES.find(one => one === written);
  if (!mode) {
    throw new Error(`outboundTrafficPolicy has no mode "${written}"`);
  }
  return mode;
}

const LAYERS: Readonly<Record<string, TransportField['layer']>> = {
  Sidecar: 'sidecar',
  ServiceEntry: 'service-entry',
  ConfigMap: 'mesh-config',
};

/** What hides a Service or decides about the unknown, as a field that decided. */
export function egressField({ object, field }: FieldValue): TransportField {
  return { layer: LAYERS[object.kind] ?? 'service', object, field };
}
