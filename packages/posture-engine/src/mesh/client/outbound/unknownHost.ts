/** What a proxy does with what it takes for nobody it knows. */
import { ClusterSnapshot, PodView } from '../../../snapshot';
import { egressField, outboundPolicyOf } from '../egressScope';
import { OutboundAnswer, unknownOutbound } from './outboundAnswer';
import { OutboundCall } from './outboundCall';

/** `asHttp`: what refuses it reads HTTP, and can say so in HTTP. */
export function unknownHost(
  client: PodView,
  { address, port, sent }: OutboundCall,
  asHttp: boolean,
  snapshot: ClusterSnapshot,
): OutboundAnswer {
  const { mode, egressProxy, decidedBy } = outboundPolicyOf(client, snapshot);
  const fields = decidedBy.map(egressField);
  const isHttp = sent.kind === 'http';
  if (mode === 'REGISTRY_ONLY') {
    return {
      outcome: 'refused',
      endpoints: [],
      ...(asHttp ? { status: 502 } : {}),
      decidedBy: fields,
      reason:
        'its proxy refuses what no Service and no ServiceEntry names (REGISTRY_ONLY)',
    };
  }
  if (egressProxy !== undefined) {
    return unknownOutbound(
      `its proxy hands what it does not know to ${egressProxy}, which decides`,
    );
  }
  if (mode === 'ALLOW_ANY_DYNAMIC_DNS' && isHttp) {
    return {
      outcome: 'by-name',
      endpoints: [],
      decidedBy: fields,
      reason: `its proxy looks ${sent.host} up itself and sends it there`,
    };
  }
  return {
    outcome: 'passed-on',
    endpoints: [{ address, port, transport: 'plaintext' }],
    decidedBy: fields,
    reason: 'its proxy passes on what it does not know as it is',
  };
}
