/** What to do about a port that takes plaintext, and what that costs. */
import { Workload, describeObject } from '../../snapshot';
import { PodPort } from '../../mesh/inboundPorts';
import { Fix } from '../control';
import { linkerdFix } from './linkerdPort';

const COST =
  'Callers without a place in the mesh are cut off from then on: move them into the mesh first.';

export function openPortFix(workload: Workload, port: PodPort): Fix {
  const { name, namespace } = workload.reference;
  if (port.dataPlane === 'none') {
    return {
      summary: `Bring ${name} into the mesh (control AN-1 says how), then demand mTLS with a PeerAuthentication of mode STRICT. ${COST}`,
    };
  }
  const [way] = port.bypass;
  if (way) {
    return {
      summary:
        way.kind === 'proxy-port'
          ? `Let ${name} listen on another port than ${port.port}, which belongs to the proxy. Its Services and callers must name the new one.`
          : `Take port ${port.port ?? 'capture'} back under the proxy: change ${
              way.field
            } of ${describeObject(way.object)}, and restart ${name}. ${COST}`,
    };
  }
  if (port.linkerd) {
    return linkerdFix(workload, port);
  }
  if (port.effective?.failsOpen) {
    const [first] = port.decidedBy;
    return {
      summary: `Set spec.mtls.mode of PeerAuthentication ${first.object.namespace}/${first.object.name} to STRICT, and name in portLevelMtls the ports that must stay open. ${COST}`,
    };
  }
  // The oldest policy of a level wins, so one that is there and says nothing must be changed: a new one would not count.
  const own = port.decidedBy.filter(
    ({ object }) => object.namespace === namespace,
  );
  const nearest = own[own.length - 1];
  return nearest
    ? {
        summary: `Set ${nearest.field} of ${describeObject(
          nearest.object,
        )} to STRICT. ${COST}`,
        edits: [
          { object: nearest.object, field: nearest.field, value: 'STRICT' },
        ],
      }
    : {
        summary: `Demand mTLS in namespace ${namespace} with a PeerAuthentication of mode STRICT. It counts for all workloads there. ${COST}`,
        objects: [
          {
            apiVersion: 'security.istio.io/v1',
            kind: 'PeerAuthentication',
            metadata: { name: 'default', namespace },
            spec: { mtls: { mode: 'STRICT' } },
          },
        ],
      };
}
