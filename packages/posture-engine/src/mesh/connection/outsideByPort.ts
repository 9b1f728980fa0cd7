/** What a pod may send out of the cluster, port by port, whatever the address: what `reach` shows of it. */
import { PortSet } from '../../decisions/PortSet';
import { ClusterSnapshot } from '../../snapshot';
import { Member } from '../client';
import { knownOutside } from '../client/outbound';
import { dataPlaneOf } from '../dataPlane';
import { addressesOutside, linkerdClient } from '../linkerd';
import { outboundBypasses } from '../outboundBypass';
import { MeshAnswer, answer } from './meshAnswer';
import { leavingConnection } from './outsideConnection';

export interface OutsidePorts {
  ports: PortSet;
  answer: MeshAnswer;
}

const ANY_TCP = PortSet.allOf('TCP');
/** An address and port that nothing names. */
const ELSEWHERE = { address: '', port: 1 };

/** Disjoint, and together all of TCP. Never throws. */
export function outsideByPort(
  client: Member,
  snapshot: ClusterSnapshot,
): readonly OutsidePorts[] {
  try {
    return ofPorts(client, snapshot);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ ports: ANY_TCP, answer: answer('unknown', null, [], reason) }];
  }
}

function ofPorts(client: Member, snapshot: ClusterSnapshot): OutsidePorts[] {
  const { workload, pod } = client;
  const { dataPlane } = dataPlaneOf(workload, pod, snapshot);
  if (dataPlane === 'linkerd') {
    const addresses = addressesOutside(pod, snapshot);
    return byNumber(linkerdClient(client, snapshot).ports, port =>
      leavingConnection(
        client,
        (addresses.length > 0 ? addresses : [ELSEWHERE.address]).map(
          address => ({ address, port }),
        ),
        snapshot,
      ),
    );
  }
  if (dataPlane !== 'sidecar') {
    return [
      {
        ports: ANY_TCP,
        answer: leavingConnection(client, [ELSEWHERE], snapshot),
      },
    ];
  }
  const known = knownOutside(pod, snapshot);
  const past = outboundBypasses(workload, pod, snapshot);
  const free = past.flatMap(({ kind, named }) =>
    kind === 'exclude-ranges' ? named.map(range => range.split('/')[0]) : [],
  );
  const numbers = [
    ...known.keys(),
    ...past.flatMap(({ kind, named, ports = [] }) =>
      kind === 'exclude-ports' ? named.map(Number) : ports.map(Number),
    ),
  ];
  return byNumber(numbers, port =>
    leavingConnection(
      client,
      [ELSEWHERE.address, ...free, ...(known.get(port) ?? [])].map(address => ({
        address,
        port,
      })),
      snapshot,
    ),
  );
}

/** Each port of some, and one that stands for all others. */
function byNumber(
  numbers: readonly number[],
  ask: (port: number) => MeshAnswer,
): OutsidePorts[] {
  const alone = [...new Set(numbers)]
    .filter(port => !PortSet.range('TCP', port).isEmpty)
    .sort((left, right) => left - right);
  const others = ANY_TCP.subtract(
    PortSet.union(alone.map(port => PortSet.range('TCP', port))),
  );
  const [rest] = others.ranges();
  return [
    ...alone.map(port => ({
      ports: PortSet.range('TCP', port),
      answer: ask(port),
    })),
    { ports: others, answer: ask(rest.from) },
  ];
}
