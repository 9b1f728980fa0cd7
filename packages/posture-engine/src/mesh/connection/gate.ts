/** What stands at a gateway itself: its door, and the policies that its proxy asks. */
import { EdgeDoor } from '../../network/edgeRoutes';
import { ClusterSnapshot } from '../../snapshot';
import {
  AuthorizationAnswer,
  HttpRequest,
  RequestTest,
  authorize,
} from '../authorization';
import { Member } from '../client';

/** What arrives at a gateway's port; of an `address` that is left out nobody knows. */
export interface Arriving {
  gateway: Member;
  port: number;
  address?: string;
  /** Of a certificate of the mesh. */
  principal?: string;
  /** How many gateways it has passed before. */
  gateways: number;
}

export interface Gate {
  door: EdgeDoor;
  policies: AuthorizationAnswer;
}

/** What a door asks for that demands a certificate of its callers. */
const CERTIFICATE: RequestTest = {
  attribute: 'client certificate',
  patterns: [{ kind: 'present', written: '*' }],
  negated: false,
  single: true,
};

export function gateAt(
  { gateway, port, address, principal }: Arriving,
  request: HttpRequest,
  door: EdgeDoor,
  snapshot: ClusterSnapshot,
): Gate {
  const isHttp = door.reads === 'requests';
  const policies = authorize(
    {
      pod: gateway.pod,
      port,
      enforcer: 'gateway',
      chain: isHttp ? 'http' : 'tcp',
      caller: {
        ...(principal === undefined ? {} : { principal }),
        ...(address === undefined ? {} : { address }),
      },
      ...(isHttp ? { request } : {}),
    },
    snapshot,
  );
  return {
    door,
    policies:
      door.clientCertificate === 'demanded'
        ? withCertificate(policies)
        : policies,
  };
}

/** Which certificates it takes is in a Secret, which nobody reads. */
function withCertificate(policies: AuthorizationAnswer): AuthorizationAnswer {
  return policies.verdict === 'allow' || policies.verdict === 'conditional'
    ? {
        ...policies,
        verdict: 'conditional',
        conditions: (policies.conditions ?? [[]]).map(tests => [
          CERTIFICATE,
          ...tests,
        ]),
        reason: `the gateway's door demands a client certificate; ${policies.reason}`,
      }
    : policies;
}
