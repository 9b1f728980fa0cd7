/**
 * Which Services a client's sidecar knows, and what it does with calls to all
 * others: a `Sidecar` may import only some, a Service may be exported to some
 * only. A Service that the proxy does not know is not refused by that: under
 * ALLOW_ANY it is called all the same, past mTLS.
 */
import { ClusterSnapshot, PodView, referenceTo } from '../../snapshot';
import { Service } from '../../snapshot/kinds';
import { outboundPolicyIn, requireMesh } from '../mesh';
import { FieldValue, entryOf } from '../podFields';
import { sidecarOf } from '../sidecarScope';
import { matchesHost, serviceHost } from './hosts';
import { exportSet, isVisibleTo } from './visibility';

const EXPORT_TO = 'networking.istio.io/exportTo';

/** Why a proxy does not know a Service's port, as the field that hides it; undefined where it knows it. */
export function hidingField(
  client: PodView,
  service: Service,
  port: number,
  snapshot: ClusterSnapshot,
  limitedBySidecar: boolean,
): FieldValue | undefined {
  const { namespace = 'default', name, annotations = {} } = service.metadata;
  const written = entryOf(annotations, EXPORT_TO);
  const exportTo = exportSet(
    written?.split(',').map(item => item.trim()),
    requireMesh(snapshot).defaultExportTo.services,
  );
  if (!isVisibleTo(exportTo, namespace, client.namespace)) {
    return {
      object: referenceTo(service),
      field: `metadata.annotations['${EXPORT_TO}']`,
      value: written ?? null,
    };
  }
  const sidecar = limitedBySidecar ? sidecarOf(client, snapshot) : undefined;
  const listeners = sidecar?.spec?.egress ?? [];
  if (!sidecar || listeners.length === 0) {
    return undefined;
  }
  const host = serviceHost(name, namespace);
  return listeners.some(
    listener =>
      (listener.port === undefined || listener.port.number === port) &&
      (listener.hosts ?? []).some(pattern =>
        imports(pattern, namespace, host, client.namespace),
      ),
  )
    ? undefined
    : { object: referenceTo(sidecar), field: 'spec.egress', value: null };
}

/** `namespace/host`, with `.` for the client's own namespace, `*` for all and `~` for none. */
function imports(
  pattern: string,
  namespace: string,
  host: string,
  own: string,
): boolean {
  const slash = pattern.indexOf('/');
  const where = pattern.slice(0, slash);
  return (
    (where === '*' || (where === '.' ? own : where) === namespace) &&
    matchesHost(pattern.slice(slash + 1), host)
  );
}

/** What happens to calls that a proxy does not know, and who says so. */
export function outboundPolicyOf(
  client: PodView,
  snapshot: ClusterSnapshot,
): { refuses: boolean; decidedBy: FieldValue[] } {
  const sidecar = sidecarOf(client, snapshot);
  const own = sidecar?.spec?.outboundTrafficPolicy;
  if (sidecar && own) {
    const mode = outboundPolicyIn(own);
    return {
      refuses: mode === 'REGISTRY_ONLY',
      decidedBy: [
        {
          object: referenceTo(sidecar),
          field: 'spec.outboundTrafficPolicy.mode',
          value: mode,
        },
      ],
    };
  }
  return {
    refuses: requireMesh(snapshot).outboundTrafficPolicy === 'REGISTRY_ONLY',
    decidedBy: [],
  };
}
