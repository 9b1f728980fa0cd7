/** Answers to questions about one connection of the small company. */
import type {
  ConnectionAnswer,
  ConnectionStep,
} from '@backstage-zero-trust/plugin-zero-trust-common';
import { fromCheckout, meshDecision } from './connections';

const networkStep: ConnectionStep = {
  step: 'network',
  verdict: 'allow',
  message:
    'No policy restricts what the source sends here, and ingress rule 1 of NetworkPolicy shop/orders lets it in.',
  conditions: [],
  decidedBy: fromCheckout.decidedBy,
};

/** May `legacy/export` call orders? */
export function refusedAnswer(): ConnectionAnswer {
  return {
    verdict: 'deny',
    message:
      'CronJob legacy/export may not reach Deployment shop/orders on TCP port 8080. NetworkPolicy shop/orders lets Deployment shop/orders receive only what a rule allows, and none allows this.',
    conditions: [],
    steps: [
      {
        step: 'network',
        verdict: 'deny',
        message:
          'NetworkPolicy shop/orders lets the destination receive only what a rule allows, and none allows this.',
        conditions: [],
        decidedBy: [
          {
            ...fromCheckout.decidedBy[0],
            effect: 'deny',
            field: 'spec.policyTypes',
          },
        ],
      },
    ],
    partly: false,
    caveats: [],
    evaluatedAt: new Date(Date.now() - 60_000).toISOString(),
  };
}

/** May orders call payments? */
export function allowedAnswer(): ConnectionAnswer {
  return {
    ...refusedAnswer(),
    verdict: 'allow',
    message:
      'Deployment shop/orders may reach Deployment payments/payment-api on TCP port 8080. No policy restricts what Deployment shop/orders sends here, and ingress rule 1 of NetworkPolicy shop/orders lets it in.',
    steps: [networkStep],
  };
}

/** The same where there is a mesh that asks for GET. */
export function meshAnswer(): ConnectionAnswer {
  return {
    ...allowedAnswer(),
    transport: 'mtls',
    identity: 'spiffe://cluster.local/ns/legacy/sa/export',
    steps: [
      networkStep,
      {
        step: 'transport',
        verdict: 'allow',
        conditions: [],
        decidedBy: [meshDecision('PeerAuthentication', 'default', 'egress')],
      },
      {
        step: 'peer-authentication',
        verdict: 'allow',
        conditions: [],
        decidedBy: [meshDecision('PeerAuthentication', 'default')],
      },
      {
        step: 'authorization',
        verdict: 'allow',
        message: 'AuthorizationPolicy shop/orders allows it.',
        conditions: [],
        decidedBy: [meshDecision('AuthorizationPolicy', 'orders')],
      },
    ],
  };
}

/** The same, called without a proxy. */
export function mismatchAnswer(): ConnectionAnswer {
  const [network, transport, peerAuthentication, authorization] =
    meshAnswer().steps;
  return {
    ...allowedAnswer(),
    verdict: 'deny',
    message:
      'CronJob legacy/export may not reach Deployment shop/orders on TCP port 8080. The network lets it pass, and the mesh does not. Port 8080 of orders takes mTLS alone, and the client sends plaintext.',
    steps: [
      network,
      { ...transport, decidedBy: [] },
      {
        ...peerAuthentication,
        verdict: 'deny',
        message: 'Port 8080 of orders takes mTLS alone.',
      },
      { ...authorization, verdict: 'not-asked', decidedBy: [] },
    ],
  };
}
