/**
 * What the Linkerd proxy of a pod makes of a connection: the client's side has
 * been asked already, be it Linkerd's, Istio's or none.
 */
import { ClusterSnapshot } from '../../snapshot';
import { placeOf } from '../../decisions/addresses';
import type { ClientTransport, Member } from '../client';
import {
  MeshAnswer,
  MeshQuestion,
  answer,
  fieldsOf,
  sentence,
} from '../connection/meshAnswer';
import { dataPlaneOf } from '../dataPlane';
import { authorizeLinkerd } from './authorizeLinkerd';
import { linkerdIdentityOf } from './identities';
import { isAmong, linkerdCapture } from './linkerdCapture';
import { linkerdGap } from './linkerdGap';

export function linkerdConnection(
  question: MeshQuestion,
  client: ClientTransport,
  snapshot: ClusterSnapshot,
): MeshAnswer {
  const { from, to, port, clientTls, principal } = question;
  const { portInWords = `port ${port}` } = question;
  const address = 'address' in from ? from.address : from.pod.ips[0];
  const place = address === undefined ? undefined : placeOf(address);
  const egress = fieldsOf(client.decidedBy, 'egress');
  const foreign =
    client.transport === 'tls' ||
    (client.transport === 'mtls' &&
      clientTls === undefined &&
      !isOfLinkerd(from, snapshot));
  const past = linkerdCapture(to.workload, to.pod, snapshot)
    .bypassOf(port)
    .find(
      ({ kind, value }) =>
        kind !== 'skip-subnets' || isAmong(place, String(value)),
    );
  if (past) {
    const where =
      past.kind === 'skip-subnets'
        ? `callers of its network go past the proxy of ${to.pod.name}`
        : `${portInWords} of ${to.pod.name} is left out of its proxy's capture`;
    const bypassing = fieldsOf(
      [{ layer: 'pod', object: past.object, field: past.field }],
      'ingress',
    );
    return client.transport === 'plaintext'
      ? answer(
          'allow',
          'plaintext',
          [...egress('allow'), ...bypassing('allow')],
          `${where}, so the mesh refuses nobody`,
        )
      : answer(
          'unknown',
          null,
          bypassing('deny'),
          `${where}, so the client's TLS reaches the application, and what that makes of it cannot be seen`,
        );
  }
  const gap = linkerdGap(to.pod.namespace, snapshot);
  if (gap !== undefined) {
    return answer('unknown', null, [], gap.reason);
  }
  const identity =
    client.transport === 'mtls' && !foreign
      ? principal ?? identityOf(from, snapshot)
      : undefined;
  if (client.transport === 'mtls' && !foreign && identity === undefined) {
    return answer(
      'unknown',
      'mtls',
      [],
      'the client has no identity that anybody here knows',
    );
  }
  const decided = authorizeLinkerd(
    // What cannot be read past a foreign TLS is no HTTP to the proxy.
    foreign ? { ...question, request: undefined } : question,
    { identity, place, pod: !('address' in from) },
    snapshot,
  );
  const ingress = decided.decidedBy.map(field => ({
    ...field,
    direction: 'ingress' as const,
  }));
  if (foreign && decided.verdict !== 'deny') {
    return answer(
      'unknown',
      'tls',
      ingress,
      `the client speaks a TLS that the proxy of ${to.pod.name} does not end, and what the application makes of it cannot be seen`,
    );
  }
  const { verdict } = decided;
  const transport = identity === undefined ? 'plaintext' : 'mtls';
  return {
    verdict,
    transport: verdict === 'deny' || verdict === 'unknown' ? null : transport,
    ...(identity === undefined ? {} : { principal: identity }),
    ...(decided.conditions ? { conditions: decided.conditions } : {}),
    decidedBy: verdict === 'deny' ? ingress : [...egress('allow'), ...ingress],
    reason: sentence(decided.reason),
  };
}

function isOfLinkerd(
  from: MeshQuestion['from'],
  snapshot: ClusterSnapshot,
): boolean {
  return (
    !('address' in from) &&
    dataPlaneOf(from.workload, from.pod, snapshot).dataPlane === 'linkerd'
  );
}

function identityOf(
  from: Member | { address: string },
  snapshot: ClusterSnapshot,
): string | undefined {
  return 'address' in from ? undefined : linkerdIdentityOf(from.pod, snapshot);
}
