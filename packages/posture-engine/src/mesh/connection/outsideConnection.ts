/**
 * From a pod to an address outside of the cluster: only the client's own proxy
 * has a word. What it refuses is no wall against whoever controls the pod.
 */
import { placeOf } from '../../decisions/addresses';
import { ClusterSnapshot } from '../../snapshot';
import { RequestTest, describeTest } from '../authorization';
import { patternOf } from '../authorization/patterns';
import { Member } from '../client';
import {
  OutboundAnswer,
  OutboundCall,
  Sent,
  outboundCall,
  waysOut,
} from '../client/outbound';
import { MeshAnswer, answer, fieldsOf } from './meshAnswer';

export interface OutsideCall extends Omit<OutboundCall, 'sent'> {
  /** Left out for whatever may be sent. */
  sent?: Sent;
}

export function outsideConnection(
  client: Member,
  call: OutsideCall,
  snapshot: ClusterSnapshot,
): MeshAnswer {
  const { sent } = call;
  return sent
    ? answerTo(client, { ...call, sent }, snapshot)
    : answerToAny(client, call, snapshot);
}

function answerTo(
  client: Member,
  call: OutboundCall,
  snapshot: ClusterSnapshot,
): MeshAnswer {
  return inWords(outboundCall(client, call, snapshot), call);
}

interface Way {
  sent: Sent;
  told: MeshAnswer;
}

function answerToAny(
  client: Member,
  call: OutsideCall,
  snapshot: ClusterSnapshot,
): MeshAnswer {
  return together(
    waysOut(client, call, snapshot).map(sent => ({
      sent,
      told: answerTo(client, { ...call, sent }, snapshot),
    })),
  );
}

/**
 * Whether anything leaves the cluster through some of these calls, wherever the
 * proxy sends it in the end.
 */
export function leavingConnection(
  client: Member,
  calls: readonly OutsideCall[],
  snapshot: ClusterSnapshot,
): MeshAnswer {
  return together(
    calls.flatMap(call =>
      waysOut(client, call, snapshot).flatMap(sent => {
        const out = outboundCall(client, { ...call, sent }, snapshot);
        // A Service of the cluster is no way out of it.
        return out.outcome === 'host' && out.host?.object.kind === 'Service'
          ? []
          : {
              sent,
              told:
                out.outcome === 'host'
                  ? leaving(out)
                  : inWords(out, { ...call, sent }),
            };
      }),
    ),
  );
}

/** What gets out without naming anybody counts first; else that some names get out is a condition. */
function together(ways: readonly Way[]): MeshAnswer {
  const free = ways.find(
    ({ sent, told }) => isUnnamed(sent) && told.verdict === 'allow',
  );
  const named = ways.filter(({ told }) => told.verdict === 'allow');
  if (free || named.length === 0) {
    const doubt = ways.find(({ told }) => told.verdict === 'unknown');
    return free?.told ?? (doubt ? inDoubt(doubt) : ways[0].told);
  }
  const [{ told: first }] = named;
  const tests = testsOf(named.map(({ sent }) => sent));
  return {
    ...first,
    verdict: 'conditional',
    conditions: tests.map(test => [test]),
  };
}

/** It may get out under a name alone. */
function inDoubt({ sent, told }: Way): MeshAnswer {
  const [test] = testsOf([sent]);
  return test
    ? {
        ...told,
        reason: `If it gets out, only where ${describeTest(test)}: ${
          told.reason[0].toLowerCase() + told.reason.slice(1)
        }`,
      }
    : told;
}

function isUnnamed(sent: Sent): boolean {
  return sent.kind === 'tcp';
}

function testsOf(ways: readonly Sent[]): RequestTest[] {
  const test = (attribute: string, names: readonly string[]) =>
    names.length === 0
      ? []
      : [
          {
            attribute,
            patterns: names.map(patternOf),
            negated: false,
            single: true,
          },
        ];
  return [
    ...test(
      'host',
      ways.flatMap(way => (way.kind === 'http' ? way.host : [])),
    ),
    ...test(
      'TLS server name',
      ways.flatMap(way => (way.kind === 'tls' ? way.serverName ?? [] : [])),
    ),
  ];
}

/** What an answer says of the address that was called. */
function inWords(out: OutboundAnswer, { address }: OutboundCall): MeshAnswer {
  const fields = fieldsOf(out.decidedBy, 'egress');
  const deny = (reason: string) => answer('deny', null, fields('deny'), reason);
  switch (out.outcome) {
    case 'unknown':
      return answer('unknown', null, [], out.reason);
    case 'refused':
      return deny(
        `${out.reason}; that is no wall against whoever controls the pod`,
      );
    case 'by-name':
      return answer(
        'unknown',
        null,
        fields('allow'),
        `${out.reason}, and where that name leads is not seen here`,
      );
    case 'host':
      return toEndpoints(out, address);
    default: {
      const [{ transport }] = out.endpoints;
      return answer(
        'allow',
        ownTransport(transport),
        fields('allow'),
        out.outcome === 'original-address'
          ? out.reason
          : `${out.reason}, and the mesh encrypts nothing of it`,
      );
    }
  }
}

/** What goes to a host that the proxy knows, wherever that is. */
function leaving(out: OutboundAnswer): MeshAnswer {
  const fields = fieldsOf(out.decidedBy, 'egress');
  const [first] = out.endpoints;
  return first
    ? answer(
        'allow',
        ownTransport(first.transport),
        fields('allow'),
        out.reason,
      )
    : answer('deny', null, fields('deny'), out.reason);
}

function ownTransport(
  transport: OutboundAnswer['endpoints'][number]['transport'],
): MeshAnswer['transport'] {
  return transport === 'mtls' || transport === 'tls' ? transport : 'plaintext';
}

/** The address that was called does not count: the proxy sends it to those of the host. */
function toEndpoints(out: OutboundAnswer, address: string): MeshAnswer {
  const { endpoints, reason } = out;
  const fields = fieldsOf(out.decidedBy, 'egress');
  const hit = endpoints.find(endpoint => endpoint.address === address);
  if (hit) {
    return answer(
      'allow',
      ownTransport(hit.transport),
      fields('allow'),
      reason,
    );
  }
  const elsewhere = [
    ...new Set(endpoints.map(endpoint => endpoint.address)),
  ].join(', ');
  const named = endpoints.filter(
    endpoint => placeOf(endpoint.address) === undefined,
  );
  return named.length > 0
    ? answer(
        'unknown',
        null,
        fields('allow'),
        `${reason}; it goes to whatever addresses ${elsewhere} has, and whether ${address} is one of them is not seen here`,
      )
    : answer(
        'deny',
        null,
        fields('deny'),
        elsewhere === ''
          ? reason
          : `${reason}; it goes to ${elsewhere} instead of ${address}`,
      );
}
