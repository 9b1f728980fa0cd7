/** The words for what becomes of a connection that leaves an application. */
import { ObjectReference } from '../../../snapshot';
import { ClientTransport, TransportField } from '../transport';

export interface OutboundEndpoint
  extends Pick<ClientTransport, 'transport' | 'tunnel' | 'origination'> {
  /** An address, or a name that the proxy looks up. */
  address: string;
  port: number;
}

export interface OutboundAnswer {
  /**
   * `host`: to the endpoints of a host that the proxy knows;
   * `original-address`: taken for such a host, and sent on to where it was
   * going; `passed-on`: unknown to the proxy, and sent on as it is;
   * `by-name`: the proxy looks the host up that is asked for; `refused`;
   * `uncaptured`: no proxy sees it.
   */
  outcome:
    | 'host'
    | 'original-address'
    | 'passed-on'
    | 'by-name'
    | 'refused'
    | 'uncaptured'
    | 'unknown';
  /** Whom the proxy takes it for. */
  host?: { name: string; port: number; object: ObjectReference };
  endpoints: readonly OutboundEndpoint[];
  /** Where mTLS is spoken, who its servers may be by their certificates; empty for anybody of the mesh. */
  peers?: readonly string[];
  /** The answer to an HTTP request that is refused; others are closed. */
  status?: 502;
  decidedBy: readonly TransportField[];
  /** A clause. */
  reason: string;
}

export function unknownOutbound(reason: string): OutboundAnswer {
  return { outcome: 'unknown', endpoints: [], decidedBy: [], reason };
}

/** Of what goes where it was sent, as it is. */
export function direct(
  address: string,
  port: number,
): Pick<OutboundAnswer, 'endpoints' | 'decidedBy'> {
  return {
    endpoints: [{ address, port, transport: 'plaintext' }],
    decidedBy: [],
  };
}
