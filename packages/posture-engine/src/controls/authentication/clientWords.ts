/** What AN-4 says of calls that are not mTLS: what it comes to, whose doing it is, and what to do. */
import { ForeignRule, decidingField } from '../../mesh/connection/foreignRules';
import { ClientCall } from '../../mesh/connection/clientCall';
import {
  ClusterSnapshot,
  ObjectReference,
  Workload,
  describeObject,
} from '../../snapshot';
import { Judgement, Severity } from '../control';
import { enumerate } from '../wording';
import { asSentence } from './meshWords';
import { ServerCall } from './serverCalls';

type Failure = Extract<Judgement, { verdict: 'fail' }> & {
  severity: Severity;
};

type Outcome = ClientCall['outcome'];

/** Plaintext that arrives is worse than calls that do not. */
const SEVERITIES: Partial<Record<Outcome, Severity>> = {
  plaintext: 'high',
  refused: 'medium',
  'own-tls': 'medium',
  broken: 'medium',
};

/** Of calls to the workload; undefined where they are as they should be, or nobody can tell. */
export function callFailure(
  workload: Workload,
  call: ServerCall,
  snapshot: ClusterSnapshot,
): Failure | undefined {
  const severity = SEVERITIES[call.outcome];
  if (!severity) {
    return undefined;
  }
  const { name } = workload.reference;
  const { service, port } = call.target;
  const who = enumerate(call.who);
  const where = `port ${port.port} of Service ${service.metadata.name}`;
  const { decidedBy } = call.client;
  const { effective, bypass } = call.server ?? {};
  const messages: Partial<Record<Outcome, string>> = {
    plaintext: `Calls by ${who} to ${where} come in plaintext, although both sides have a proxy: they can be read on the way, and ${name} cannot tell who calls.`,
    refused: `Calls by ${who} to ${where} are refused: they come in plaintext, and ${name} takes mTLS alone.`,
    'own-tls': `Calls by ${who} to ${where} come in a TLS of their own: no identity of the mesh reaches ${name}.`,
    broken: `Calls by ${who} to ${where} break: they come as mTLS, and nothing before the application of ${name} reads that.`,
  };
  return {
    verdict: 'fail',
    severity,
    message: messages[call.outcome] ?? '',
    because: asSentence(call.reason),
    evidence: [
      ...[...decidedBy, ...(effective?.decidedBy ?? [])].flatMap(
        ({ object, field }) => decidingField(object, field, snapshot),
      ),
      ...(bypass
        ? [{ object: bypass.object, field: bypass.field, value: bypass.value }]
        : []),
    ],
    witness: {
      from: who,
      to: describeObject(workload.reference),
      port: port.port,
      protocol: 'TCP',
      ...witnessOf(call.outcome),
    },
    fix: { summary: fixOf(call, name) },
  };
}

/** Of what the workload sends to others because of a rule in its own namespace. */
export function foreignFailure(
  workload: Workload,
  { rule, service, pattern, outcome, reason, decidedBy }: ForeignRule,
): Failure | undefined {
  const severity = SEVERITIES[outcome];
  if (!severity) {
    return undefined;
  }
  const { name } = workload.reference;
  const where = `Service ${service.namespace}/${service.name}`;
  const more = pattern ? ', and perhaps others' : '';
  const messages: Partial<Record<Outcome, string>> = {
    plaintext: `${name} speaks plaintext to ${where}${more}, although both sides have a proxy: what it says can be read on the way, and comes from nobody.`,
    refused: `${name} is refused at ${where}${more}: it sends plaintext where mTLS alone is taken.`,
    'own-tls': `${name} speaks a TLS of its own to ${where}${more}, and shows no identity of the mesh there.`,
    broken: `What ${name} sends to ${where}${more} breaks: nothing before the application there reads it.`,
  };
  return {
    verdict: 'fail',
    severity,
    message: messages[outcome] ?? '',
    because: asSentence(reason),
    evidence: [...decidedBy],
    witness: {
      from: describeObject(workload.reference),
      to: where,
      port: service.port,
      protocol: 'TCP',
      ...witnessOf(outcome),
    },
    fix: { summary: ruleFix(rule, decidedBy[0]?.field) },
  };
}

function witnessOf(outcome: Outcome) {
  switch (outcome) {
    case 'plaintext':
      return {
        transport: 'plaintext' as const,
        action: 'calls without encryption and without an identity',
      };
    case 'own-tls':
      return { action: 'calls without an identity of the mesh' };
    default:
      return { action: 'calls in vain' };
  }
}

function ruleFix(rule: ObjectReference, field = 'spec.trafficPolicy.tls') {
  return `Take ${field} out of ${describeObject(
    rule,
  )}, or set its mode to ISTIO_MUTUAL. Proxies then choose mTLS wherever the other side takes it; pods without a proxy are still called in plaintext if the field is gone.`;
}

const CHOICE =
  'Remove what keeps the proxies of callers from choosing mTLS by themselves: enableAutoMtls: false in the MeshConfig, or a label security.istio.io/tlsMode of the pods that is not istio. Until then a DestinationRule of mode ISTIO_MUTUAL for the Service asks for it.';

function fixOf(
  { client, server, outcome, ambient }: ServerCall,
  name: string,
): string {
  if (outcome === 'broken' && server?.bypass) {
    return `Take the port back under the proxy: change ${
      server.bypass.field
    } of ${describeObject(server.bypass.object)}, and restart ${name}.`;
  }
  if (ambient) {
    return `Restart ${name} now that the mesh has ambient mode, so that its pods are marked as ones that take HBONE; or bring ${name} into ambient mode too.`;
  }
  const [first] = client.decidedBy;
  switch (first?.layer) {
    case 'destination-rule':
      return ruleFix(first.object, first.field);
    case 'peer-authentication':
      return `Set ${first.field} of ${describeObject(
        first.object,
      )} to PERMISSIVE or STRICT: while it says DISABLE for a whole namespace, callers do not look at what single workloads say. With STRICT, callers without a proxy are refused in all of it.`;
    default:
      return CHOICE;
  }
}
