/** What a gateway passes on, in its own name, and what that makes of the whole way. */
import { EdgeDoor, EdgeRule, EdgeService } from '../../network/edgeRoutes';
import { ClusterSnapshot, describeObject } from '../../snapshot';
import {
  HttpRequest,
  enforcedAuthentications,
  tokenPassedOn,
} from '../authorization';
import { ServiceTarget, endpointsOf } from '../client';
import { endpointPort } from '../portProtocol';
import { Arriving, Gate } from './gate';
import {
  MeshAnswer,
  MeshDecidingField,
  MeshQuestion,
  answer,
  sentence,
} from './meshAnswer';

/** Asks what becomes of what a gateway sends on. */
export type AskOn = (question: MeshQuestion) => MeshAnswer;

export function doorField(
  { decidedBy: { object, field } }: EdgeDoor,
  effect: 'allow' | 'deny',
): MeshDecidingField {
  return { layer: 'gateway', direction: 'ingress', effect, object, field };
}

export interface Onward {
  rule: EdgeRule;
  answer: MeshAnswer;
}

/** What becomes of a request by one rule that it follows. */
export function onward(
  arriving: Arriving,
  request: HttpRequest,
  { door }: Gate,
  rule: EdgeRule,
  snapshot: ClusterSnapshot,
  askOn: AskOn,
): Onward {
  const passed =
    door.reads === 'requests'
      ? requestSentOn(arriving, request, rule, snapshot)
      : undefined;
  return {
    rule,
    answer: answerBehind(arriving, passed, rule, snapshot, askOn),
  };
}

function answerBehind(
  { gateway, gateways }: Arriving,
  request: HttpRequest | undefined,
  { service, route }: EdgeRule,
  snapshot: ClusterSnapshot,
  askOn: AskOn,
): MeshAnswer {
  if (!service) {
    return answer(
      'deny',
      null,
      [],
      `by ${describeObject(route)} gateway ${
        gateway.pod.name
      } answers itself and passes nothing on`,
    );
  }
  const target = targetOf(service, snapshot);
  if (!target) {
    return answer(
      'deny',
      null,
      [],
      `${describeObject(route)} leads to Service ${service.namespace}/${
        service.name
      }${
        service.port === undefined ? '' : `, port ${service.port}`
      }, which is not there`,
    );
  }
  const answers = endpointsOf(target.service, snapshot).flatMap(to => {
    const port = endpointPort(to.pod, target.port);
    return port === undefined
      ? []
      : askOn({
          from: gateway,
          to,
          port,
          service: target,
          gateways: gateways + 1,
          ...(request ? { request } : {}),
        });
  });
  return answers.length === 0
    ? answer(
        'unknown',
        null,
        [],
        `no pod behind Service ${service.namespace}/${service.name} is in view`,
      )
    : mostOpen(answers);
}

function targetOf(
  { namespace, name, port }: EdgeService,
  snapshot: ClusterSnapshot,
): ServiceTarget | undefined {
  const service = snapshot.get('Service', name, namespace);
  const ports = service?.spec?.ports ?? [];
  const found =
    port === undefined && ports.length === 1
      ? ports[0]
      : ports.find(candidate => candidate.port === port);
  return service && found ? { service, port: found } : undefined;
}

/** The caller's address goes along in a header; a token that the gateway has accepted does only where it says so. */
function requestSentOn(
  { gateway, address }: Arriving,
  { method, path, host, headers, token }: HttpRequest,
  { rewrites }: EdgeRule,
  snapshot: ClusterSnapshot,
): HttpRequest {
  const passed = tokenPassedOn(
    token,
    enforcedAuthentications(gateway.pod, 'gateway', snapshot),
  );
  return {
    ...(method === undefined ? {} : { method }),
    // What a rewrite makes of them is not read.
    ...(path === undefined || rewrites ? {} : { path }),
    ...(host === undefined || rewrites ? {} : { host }),
    ...(headers === undefined || address === undefined
      ? {}
      : { headers: { ...headers, 'x-forwarded-for': address } }),
    ...(passed === undefined ? {} : { token: passed }),
  };
}

const FROM_STRICTEST = ['deny', 'unknown', 'conditional', 'allow'] as const;

function strictness({ verdict }: Pick<MeshAnswer, 'verdict'>): number {
  return FROM_STRICTEST.indexOf(verdict);
}

function mostOpen(answers: readonly MeshAnswer[]): MeshAnswer {
  const open = answers.reduce((best, candidate) =>
    strictness(candidate) > strictness(best) ? candidate : best,
  );
  return answers.some(({ verdict }) => verdict !== open.verdict)
    ? { ...open, partly: true }
    : open;
}

/** Both the gateway and what is behind it have to let it pass. */
export function joined(
  { gateway: { pod } }: Arriving,
  { door, policies }: Gate,
  onwards: readonly Onward[],
): MeshAnswer {
  const chosen = chosenOf(onwards);
  if (!chosen) {
    return answer(
      'unknown',
      null,
      onwards.map(({ rule }) => ruleField(rule, 'allow')),
      `which route gateway ${pod.name} takes depends on more of the request than its host, method and path, and they lead to different answers`,
    );
  }
  const { rule, answer: behind } = chosen;
  const [{ verdict }] = [policies, behind].sort(
    (left, right) => strictness(left) - strictness(right),
  );
  const passes = verdict === 'allow' || verdict === 'conditional';
  const conditions =
    verdict === 'conditional'
      ? product(policies.conditions, behind.conditions)
      : undefined;
  return {
    verdict,
    transport: passes ? transportAt(door) : null,
    ...(behind.mismatch ? { mismatch: behind.mismatch } : {}),
    ...(behind.partly ? { partly: behind.partly } : {}),
    ...(conditions ? { conditions } : {}),
    decidedBy: [
      doorField(door, 'allow'),
      ...policies.decidedBy.map(field => ({
        ...field,
        direction: 'ingress' as const,
      })),
      ruleField(rule, 'allow'),
      ...behind.decidedBy,
    ],
    reason: `Through gateway ${pod.name}, by ${describeObject(rule.route)}: ${
      policies.verdict === 'allow' ? '' : `${sentence(policies.reason)} `
    }${behind.reason}`,
  };
}

/** Of the backends of one rule the most open; of rules that only the rest of a request could tell apart one, if they agree. */
function chosenOf(onwards: readonly Onward[]): Onward | undefined {
  const byRule = new Map<string, Onward>();
  for (const candidate of onwards) {
    const { route, rule } = candidate.rule;
    const key = `${describeObject(route)} ${rule}`;
    const before = byRule.get(key);
    if (!before || strictness(candidate.answer) > strictness(before.answer)) {
      byRule.set(key, candidate);
    }
  }
  const [first, ...others] = byRule.values();
  return first &&
    others.every(({ answer: { verdict } }) => verdict === first.answer.verdict)
    ? first
    : undefined;
}

function ruleField(
  { route, rule }: EdgeRule,
  effect: 'allow' | 'deny',
): MeshDecidingField {
  return {
    layer: 'gateway',
    direction: 'ingress',
    effect,
    object: route,
    field: rule,
  };
}

/** What the caller's own connection is. */
function transportAt({ tls, clientCertificate }: EdgeDoor) {
  if (clientCertificate === "the mesh's") {
    return 'mtls' as const;
  }
  return tls === 'none' ? ('plaintext' as const) : ('tls' as const);
}

type Conditions = NonNullable<MeshAnswer['conditions']>;

function product(
  left: Conditions = [[]],
  right: Conditions = [[]],
): Conditions {
  return left.flatMap(one => right.map(other => [...one, ...other]));
}
