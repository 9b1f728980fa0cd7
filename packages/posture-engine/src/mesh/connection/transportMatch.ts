/**
 * Whether what the client's side sends is what the server's side takes, before
 * any policy is asked. Undefined where it is, and a proxy asks policies.
 */
import { ClientTransport } from '../client';
import {
  MeshAnswer,
  MeshDecidingField,
  MeshQuestion,
  answer,
  fieldsOf,
} from './meshAnswer';
import { ServerSide } from './serverSide';

export function transportMismatch(
  server: ServerSide,
  client: ClientTransport,
  question: MeshQuestion,
): MeshAnswer | undefined {
  return (
    withoutServerProxy(server, client, question) ??
    refusedTransport(server, client, question)
  );
}

/** A port before which no proxy stands, or which is left out of its capture: no policy is asked. */
function withoutServerProxy(
  { enforcer, bypass, chains }: ServerSide,
  client: ClientTransport,
  question: MeshQuestion,
): MeshAnswer | undefined {
  if (enforcer && !bypass) {
    return undefined;
  }
  const bypassing: MeshDecidingField[] = bypass
    ? [
        {
          layer: 'pod',
          direction: 'ingress',
          effect: 'allow',
          object: bypass.object,
          field: bypass.field,
        },
      ]
    : [];
  const port = portOf(question);
  const where = bypass
    ? `${port} is left out of its proxy's capture`
    : `${question.to.pod.name} has no proxy of the mesh`;
  if (bypass && !bypass.certain) {
    return answer(
      'unknown',
      null,
      bypassing,
      `whether its proxy sees ${port} depends on how the application listens`,
    );
  }
  if (client.transport !== 'mtls') {
    return answer(
      'allow',
      client.transport === 'tls' ? 'tls' : 'plaintext',
      bypassing,
      `${where}, so the mesh refuses nobody`,
    );
  }
  return chains.includes('tcp')
    ? answer(
        'unknown',
        null,
        bypassing,
        `${where}, so the client's TLS reaches the application, and what that makes of it cannot be seen`,
      )
    : mismatch(
        bypassing,
        `${where}, and its application cannot read the client's TLS`,
      );
}

/** A transport that the server's mode does not take. */
function refusedTransport(
  { effective, chains, enforcer }: ServerSide,
  client: ClientTransport,
  question: MeshQuestion,
): MeshAnswer | undefined {
  if (!effective) {
    return undefined;
  }
  const { mode, contested } = effective;
  const port = portOf(question);
  const ingress = fieldsOf(effective.decidedBy, 'ingress');
  const egress = fieldsOf(client.decidedBy, 'egress');
  const fields = (effect: 'allow' | 'deny') => [
    ...egress(effect),
    ...ingress(effect),
  ];
  if (contested) {
    return answer(
      'unknown',
      null,
      fields('deny'),
      `policies of equal or unknown age compete for ${port}`,
    );
  }
  if (client.transport === 'plaintext' && mode === 'STRICT') {
    return mismatch(
      fields('deny'),
      `${port} takes mTLS alone, and the client sends plaintext: ${client.reason}`,
    );
  }
  if (enforcer === 'ztunnel' && isSidecarTls(client, question)) {
    return mode === 'STRICT'
      ? mismatch(
          fields('deny'),
          `${port} takes HBONE alone, and the client sends the mTLS of sidecars`,
        )
      : answer(
          'unknown',
          null,
          fields('deny'),
          `ztunnel cannot read the mTLS of sidecars that the client sends to ${port}, so its TLS reaches the application, and what that makes of it cannot be seen`,
        );
  }
  if (client.transport === 'mtls' && mode === 'DISABLE') {
    return chains.includes('tcp')
      ? answer(
          'unknown',
          null,
          fields('deny'),
          `mTLS is switched off for ${port}, so the client's TLS reaches the application, and what that makes of it cannot be seen`,
        )
      : mismatch(
          fields('deny'),
          `mTLS is switched off for ${port}, and the client uses it`,
        );
  }
  // Another TLS than Istio's inside HBONE is the application's own affair.
  return client.transport === 'tls' && !(enforcer && client.tunnel)
    ? answer(
        'unknown',
        'tls',
        fields('deny'),
        `the client speaks a TLS of its own to ${port}, whose end cannot be seen`,
      )
    : undefined;
}

/** Whoever asks "what if mTLS" means the one that the server reads. */
function isSidecarTls(
  { transport, tunnel }: ClientTransport,
  { clientTls }: MeshQuestion,
): boolean {
  return transport === 'mtls' && !tunnel && clientTls === undefined;
}

function mismatch(
  decidedBy: readonly MeshDecidingField[],
  reason: string,
): MeshAnswer {
  return { ...answer('deny', null, decidedBy, reason), mismatch: true };
}

function portOf({ to, port, portInWords = `port ${port}` }: MeshQuestion) {
  return `${portInWords} of ${to.pod.name}`;
}
