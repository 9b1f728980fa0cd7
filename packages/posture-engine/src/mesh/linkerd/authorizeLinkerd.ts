/** Whether the proxy of a pod lets a connection or a request through, and which objects say so. */
import { ClusterSnapshot, describeObject } from '../../snapshot';
import { describeTest } from '../authorization';
import { resolve } from '../authorization/resolution';
import type { MeshDecidingField, MeshQuestion } from '../connection/meshAnswer';
import type { AuthorizationAnswer } from '../authorization';
import {
  ClientAuthorization,
  LinkerdCaller,
  admits,
} from './clientAuthorization';
import { InboundPolicy, inboundPoliciesOf } from './inboundPolicy';
import { formulaOf } from './requestFormula';
import type { InboundRoute } from './routes';

export interface LinkerdAnswer
  extends Pick<AuthorizationAnswer, 'verdict' | 'conditions' | 'reason'> {
  decidedBy: readonly Omit<MeshDecidingField, 'direction'>[];
}

/** In `request` what is asked of the pod's proxy: HTTP, nothing that is HTTP (left out), or everything at once. */
export function authorizeLinkerd(
  {
    to,
    port,
    portInWords = `port ${port}`,
    request,
  }: Pick<MeshQuestion, 'to' | 'port' | 'portInWords' | 'request'>,
  caller: LinkerdCaller,
  snapshot: ClusterSnapshot,
): LinkerdAnswer {
  const policies = inboundPoliciesOf(to, port, snapshot);
  const answers = policies.map(policy =>
    answerOf(policy, portInWords, caller, request),
  );
  const [first] = answers;
  return answers.every(
    ({ verdict, reason }) =>
      verdict === first.verdict &&
      (verdict !== 'conditional' || reason === first.reason),
  )
    ? first
    : {
        verdict: 'unknown',
        decidedBy: answers.flatMap(({ decidedBy }) => decidedBy),
        reason: `${policies
          .map(({ decidedBy }) => describeObject(decidedBy.object))
          .join(' and ')} claim ${portInWords} of ${
          to.pod.name
        }, and which one counts cannot be told`,
      };
}

function answerOf(
  policy: InboundPolicy,
  port: string,
  caller: LinkerdCaller,
  request: MeshQuestion['request'],
): LinkerdAnswer {
  const resolution = resolve(formulaOf(policy, caller, request));
  const { decidedBy: decider } = policy;
  const base = {
    layer: decider.layer,
    object: decider.object,
    field: decider.field,
  };
  switch (resolution.verdict) {
    case 'allow': {
      const admitting = everyAuthorization(policy).filter(
        authorization => admits(authorization, caller).kind === 'always',
      );
      return {
        verdict: 'allow',
        decidedBy: distinct([
          { ...base, effect: 'allow' as const },
          ...admitting.map(fieldOf('allow')),
        ]),
        reason: allowedBecause(policy, admitting, port),
      };
    }
    case 'deny':
      return {
        verdict: 'deny',
        decidedBy: distinct([
          { ...base, effect: 'deny' as const },
          ...everyAuthorization(policy).map(fieldOf('deny')),
        ]),
        reason: deniedBecause(policy, caller, port, request),
      };
    case 'unknown':
      return {
        verdict: 'unknown',
        decidedBy: [{ ...base, effect: 'deny' }],
        reason: resolution.reasons.join('; '),
      };
    default: {
      const { alternatives } = resolution;
      return {
        verdict: 'conditional',
        conditions: alternatives,
        decidedBy: distinct([
          { ...base, effect: 'allow' as const },
          ...routesWithObjects(policy),
          ...everyAuthorization(policy).map(fieldOf('allow')),
        ]),
        reason: `${describeObject(
          decider.object,
        )} lets requests through where ${alternatives
          .map(tests => tests.map(describeTest).join(' and '))
          .join(', or ')}`,
      };
    }
  }
}

function everyAuthorization({
  authorizations,
  routes,
  protocol,
}: InboundPolicy): ClientAuthorization[] {
  return [
    ...authorizations,
    ...(protocol === 'opaque'
      ? []
      : routes.flatMap(route => route.authorizations)),
  ];
}

type Field = LinkerdAnswer['decidedBy'][number];

function fieldOf(effect: Field['effect']) {
  return ({ layer, object, field }: ClientAuthorization): Field => ({
    layer,
    effect,
    object,
    field,
  });
}

function routesWithObjects({ routes, protocol }: InboundPolicy): Field[] {
  return (protocol === 'opaque' ? [] : routes).flatMap(
    ({ object }: InboundRoute) =>
      object
        ? [
            {
              layer: 'linkerd-policy' as const,
              effect: 'allow' as const,
              object,
              field: 'spec.rules',
            },
          ]
        : [],
  );
}

function distinct(fields: readonly Field[]): Field[] {
  return [
    ...new Map(
      fields.map(field => [JSON.stringify([field.object, field.field]), field]),
    ).values(),
  ];
}

function allowedBecause(
  { server, decidedBy }: InboundPolicy,
  admitting: readonly ClientAuthorization[],
  port: string,
): string {
  if (!server) {
    return `no Server selects ${port}, and the default policy there is ${decidedBy.value}`;
  }
  const names = [
    ...new Set(admitting.map(({ object }) => describeObject(object))),
  ];
  return `${names.join(' and ')} lets it in`;
}

function deniedBecause(
  { server, decidedBy, protocol, routes }: InboundPolicy,
  { identity }: LinkerdCaller,
  port: string,
  request: MeshQuestion['request'],
): string {
  // The same words for all callers alike.
  const caller =
    identity === undefined ? 'callers without an identity' : 'this caller';
  if (!server) {
    return `no Server selects ${port}, and the default policy there, ${decidedBy.value}, does not let in ${caller}`;
  }
  const name = describeObject(decidedBy.object);
  if (!request && (protocol === 'http' || protocol === 'grpc')) {
    return `${name} takes ${
      protocol === 'grpc' ? 'gRPC' : 'HTTP'
    } alone on ${port}`;
  }
  return request !== undefined &&
    protocol !== 'opaque' &&
    routes.some(({ object }) => object)
    ? `no authorization for ${name}, or for the route of it that takes such a request, lets in ${caller}`
    : `no authorization for ${name} lets in ${caller}`;
}
