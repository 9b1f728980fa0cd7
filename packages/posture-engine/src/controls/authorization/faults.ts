/** What a policy does otherwise than its author wrote, proven by a request; and the judgement about all such policies of a workload. */
import { describeObject, referenceTo } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { AuthorizationAnswer } from '../../mesh/authorization';
import { Evidence, Judgement, Severity, Witness } from '../control';
import { sentence, worstFirst } from '../wording';
import { Place, UNNAMED_PORT } from './places';
import { Probe } from './probes';

/** A request that gets another answer than it should. */
export interface Difference {
  effect: 'opens' | 'cuts';
  probe: Probe;
  port: number;
}

export interface Fault {
  severity: Severity;
  message: string;
  because: string;
  evidence: Evidence[];
  witness?: Witness;
  fix: string;
}

type Verdict = AuthorizationAnswer['verdict'];

/** The gravest difference between what is and what was meant: open to anybody, to somebody, closed. */
export function gravest(
  probes: readonly Probe[],
  ports: readonly number[],
  verdictsOf: (
    probe: Probe,
    port: number,
  ) => { actual: Verdict; meant: Verdict },
): Difference | undefined {
  let found: Difference | undefined;
  let rank = 0;
  for (const probe of probes) {
    const asked = probe.port === undefined ? ports : [probe.port];
    for (const port of asked) {
      const { actual, meant } = verdictsOf(probe, port);
      const effect = effectOf(actual, meant);
      const own = effect ? rankOf(effect, probe) : 0;
      if (effect && own > rank) {
        found = { effect, probe, port };
        rank = own;
      }
    }
  }
  return found;
}

function effectOf(
  actual: Verdict,
  meant: Verdict,
): Difference['effect'] | undefined {
  if (actual === 'allow' && meant === 'deny') {
    return 'opens';
  }
  return actual === 'deny' && meant === 'allow' ? 'cuts' : undefined;
}

function rankOf(effect: Difference['effect'], { anybody }: Probe): number {
  // What a rule names is cut off more surely than what it does not mention.
  if (effect === 'cuts') {
    return anybody ? 1 : 2;
  }
  return anybody ? 4 : 3;
}

export function severityOf(difference: Difference | undefined): Severity {
  if (!difference) {
    return 'low';
  }
  return difference.effect === 'opens' && difference.probe.anybody
    ? 'high'
    : 'medium';
}

export function nameOf(policy: AuthorizationPolicy): string {
  return describeObject(referenceTo(policy));
}

export function witnessOf(
  { workload }: Pick<Place, 'workload'>,
  { probe, port, effect }: Difference,
  how: string,
): Witness {
  return {
    from: probe.who,
    to: describeObject(workload.reference),
    ...(port === UNNAMED_PORT ? {} : { port }),
    protocol: 'TCP',
    transport: probe.caller.principal === undefined ? 'plaintext' : 'mtls',
    action:
      effect === 'opens'
        ? `sends ${probe.what}, ${how}`
        : `sends ${probe.what}, and is refused`,
  };
}

/** Who calls, to begin a sentence. */
export function caller({ who, caller: { principal } }: Probe): string {
  return who === principal
    ? `The identity ${who}`
    : `${who.charAt(0).toUpperCase()}${who.slice(1)}`;
}

export function cannotBeTold(name: string, doubt: string): Judgement {
  return {
    verdict: 'unknown',
    message: `Cannot be told for ${name}: ${doubt}.`,
    evidence: [],
  };
}

/** The failure that some policies cause together; the gravest comes first. */
export function failureOf(faults: readonly Fault[]): Judgement {
  const sorted = worstFirst(faults);
  const [worst] = sorted;
  const more = new Set(sorted.map(({ message }) => message)).size - 1;
  return {
    verdict: 'fail',
    severity: worst.severity,
    message:
      more > 0
        ? `${worst.message} The same evidence shows ${
            more === 1 ? 'one fault' : `${more} faults`
          } more.`
        : worst.message,
    because: sentence(sorted.map(({ because }) => because)),
    evidence: sorted.flatMap(({ evidence }) => evidence),
    ...(worst.witness ? { witness: worst.witness } : {}),
    fix: { summary: sentence(sorted.map(({ fix }) => fix)) },
  };
}
