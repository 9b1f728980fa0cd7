/**
 * Whether one proxy lets one request through: tokens, then CUSTOM, DENY and
 * ALLOW policies, as the proxy that is asked enforces them. Pure, and about
 * that one proxy alone; which proxies a request passes, and whether mTLS comes
 * about at all, is decided elsewhere.
 */
import { ClusterSnapshot, PodView } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { placeOf } from '../../decisions/addresses';
import { actionOf, isDryRun } from '../authorizationPolicy';
import { Mesh, requireMesh } from '../mesh';
import { entryOf } from '../podFields';
import {
  Enforcer,
  enforcedAuthentications,
  enforcedPolicies,
} from './attachment';
import { envoyPolicy } from './envoyRules';
import { AuthorizationAnswer, answerOf } from './answer';
import { consentOf } from './externalAuthorizer';
import { Facts, HttpRequest, httpFactsOf } from './facts';
import { Formula, all, any, not, unknown } from './formula';
import { trustDomainOf, trustDomainsOf } from './principals';
import { tokenOutcome } from './requestAuthentication';
import { EnforcedPolicy, EnforcedRule } from './rules';
import { ztunnelPolicy } from './ztunnelRules';

/** Who asks, as the proxy sees the other end of the connection. */
export interface Caller {
  /** `td/ns/<namespace>/sa/<account>` of its certificate; undefined over plaintext. */
  principal?: string;
  /** Undefined where it is not known. */
  address?: string;
}

export interface AuthorizationQuestion {
  /** The pod that is called. */
  pod: PodView;
  /** A container port; at a waypoint the port that was called. */
  port: number;
  enforcer: Enforcer;
  /** Whether the proxy reads the port as HTTP; ztunnel reads nothing. */
  chain: 'http' | 'tcp';
  caller: Caller;
  /** On an HTTP chain; left out for any request. */
  request?: HttpRequest;
  /** What if: these policies instead of those that are in force there. */
  instead?: readonly EnforcedPolicy[];
}

/** A rule, and what is known of whether it matches. */
export interface RuleMatch {
  policy: AuthorizationPolicy;
  rule: EnforcedRule;
  matches: Formula;
}

export function authorize(
  question: AuthorizationQuestion,
  snapshot: ClusterSnapshot,
): AuthorizationAnswer {
  const mesh = requireMesh(snapshot);
  const { enforcer, pod, caller, chain } = question;
  // ztunnel accepts no aliases.
  const domains =
    enforcer === 'ztunnel' ? [mesh.trustDomain] : trustDomainsOf(mesh);
  if (
    caller.principal !== undefined &&
    !domains.includes(trustDomainOf(caller.principal))
  ) {
    return {
      verdict: 'deny',
      decidedBy: [],
      reason: `${caller.principal} is of a trust domain that ${
        enforcer === 'ztunnel' ? 'ztunnel' : 'the mesh'
      } does not accept (it accepts ${domains.join(
        ', ',
      )}), so the handshake fails`,
    };
  }
  const http = chain === 'http' && enforcer !== 'ztunnel';
  const authentications = http
    ? enforcedAuthentications(pod, enforcer, snapshot)
    : [];
  const token = tokenOutcome(question.request?.token, authentications);
  if (token.refused) {
    return answerOf.refusedToken(authentications);
  }
  const facts = factsOf(
    question,
    snapshot,
    http ? httpFactsOf(question.request ?? {}, token.claims, mesh) : undefined,
  );
  const policies =
    question.instead ??
    snapshot.derive(compiledOf).policies(pod, enforcer, http ? 'http' : 'tcp');
  return decide(policies, facts, mesh, chain);
}

/** The policies that {@link authorize} asks, in the form in which the proxy has them. */
export function policiesInForce(
  {
    pod,
    enforcer,
    chain,
  }: Pick<AuthorizationQuestion, 'pod' | 'enforcer' | 'chain'>,
  snapshot: ClusterSnapshot,
): readonly EnforcedPolicy[] {
  const http = chain === 'http' && enforcer !== 'ztunnel';
  return snapshot
    .derive(compiledOf)
    .policies(pod, enforcer, http ? 'http' : 'tcp');
}

/** A policy as a proxy that reads HTTP would enforce it, wherever it is attached: what its author wrote. */
export function asWritten(
  policy: AuthorizationPolicy,
  snapshot: ClusterSnapshot,
): EnforcedPolicy {
  return snapshot.derive(compiledOf).read(policy, 'http');
}

function factsOf(
  question: AuthorizationQuestion,
  snapshot: ClusterSnapshot,
  http: Facts['http'],
): Facts {
  const { caller, port } = question;
  const address = destinationOf(question, snapshot);
  return {
    principal: caller.principal,
    source: caller.address === undefined ? undefined : placeOf(caller.address),
    destination: address === undefined ? undefined : placeOf(address),
    port,
    http,
  };
}

/** The pod's address; at a waypoint that of the Service, by which it was called. */
function destinationOf(
  { pod, enforcer }: AuthorizationQuestion,
  snapshot: ClusterSnapshot,
): string | undefined {
  const target = typeof enforcer === 'object' ? enforcer.target : undefined;
  return target?.kind === 'Service'
    ? snapshot.get('Service', target.name, target.namespace)?.spec?.clusterIP
    : pod.ips[0];
}

function decide(
  policies: readonly EnforcedPolicy[],
  facts: Facts,
  mesh: Mesh,
  chain: 'http' | 'tcp',
): AuthorizationAnswer {
  const matchesOf = (action: string): RuleMatch[] =>
    policies
      .filter(({ policy }) => actionOf(policy) === action)
      .flatMap(({ policy, rules }) =>
        rules.map(rule => ({ policy, rule, matches: rule.matches(facts) })),
      );
  const several = asksSeveral(policies);
  const custom = matchesOf('CUSTOM').flatMap(match => {
    const outcome = providerOutcome(match.policy, several, mesh, chain);
    return outcome === 'skipped' ? [] : [{ match, outcome }];
  });
  const refusing = custom.flatMap(({ match, outcome }) =>
    outcome === 'refuses' ? [match] : [],
  );
  const denying = matchesOf('DENY');
  const allowing = matchesOf('ALLOW');
  const allows = policies.filter(({ policy }) => actionOf(policy) === 'ALLOW');
  const formula = all([
    ...custom.map(({ match, outcome }) =>
      outcome === 'refuses'
        ? not(match.matches)
        : any([not(match.matches), outcome]),
    ),
    ...denying.map(({ matches }) => not(matches)),
    ...(allows.length > 0 ? [any(allowing.map(({ matches }) => matches))] : []),
  ]);
  return answerOf.policies({
    formula,
    asking: custom.flatMap(({ match, outcome }) =>
      outcome === 'refuses' ? [] : [match],
    ),
    refusing,
    denying,
    allowing,
    allows: allows.map(({ policy }) => policy),
  });
}

function asksSeveral(policies: readonly EnforcedPolicy[]): boolean {
  const providers = policies
    .filter(({ policy }) => actionOf(policy) === 'CUSTOM')
    .map(({ policy }) => policy.spec?.provider?.name);
  return new Set(providers).size > 1;
}

/**
 * What comes of a match of a CUSTOM policy, by `buildHTTP` and `buildTCP` of
 * istiod's `authz/builder`: its rule refuses, it is not there, or something else
 * has to hold besides.
 */
function providerOutcome(
  policy: AuthorizationPolicy,
  several: boolean,
  { extensionProviders }: Mesh,
  chain: 'http' | 'tcp',
): Formula | 'refuses' | 'skipped' {
  const { metadata, spec } = policy;
  const named = `AuthorizationPolicy ${metadata.namespace}/${metadata.name}`;
  const name = spec?.provider?.name ?? '';
  if (!extensionProviders) {
    return unknown(
      `${named} asks the provider ${name}, and no MeshConfig was seen that would tell who that is`,
    );
  }
  const provider = entryOf(extensionProviders, name);
  if (provider === undefined || provider.protocol === 'other') {
    return isDryRun(policy) ? 'skipped' : 'refuses';
  }
  if (several && !isDryRun(policy)) {
    return unknown(
      `${named} asks the provider ${name} where other policies ask other providers: Istio refuses what any of them matches, unless it was told to take several (PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS)`,
    );
  }
  // istiod leaves an HTTP provider out of chains that read no HTTP.
  if (chain === 'tcp' && provider.protocol === 'http') {
    return 'skipped';
  }
  // `buildHTTP` puts a rehearsed rule where Envoy enforces it, with the action DENY.
  return isDryRun(policy)
    ? unknown(
        `${named} is a dry run with the action CUSTOM: Istio refuses what it matches since 1.30, and let it pass before`,
      )
    : consentOf(name, provider);
}

/** Policies in the form in which each kind of proxy enforces them, made once for a snapshot. */
class CompiledPolicies {
  readonly #policies = new Map<
    string,
    Map<AuthorizationPolicy, EnforcedPolicy>
  >();
  readonly #pods = new WeakMap<PodView, Map<string, EnforcedPolicy[]>>();

  constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly mesh: Mesh,
  ) {}

  policies(
    pod: PodView,
    enforcer: Enforcer,
    chain: 'http' | 'tcp',
  ): readonly EnforcedPolicy[] {
    const key =
      typeof enforcer === 'string'
        ? `${enforcer} ${chain}`
        : JSON.stringify([chain, enforcer]);
    let places = this.#pods.get(pod);
    if (!places) {
      places = new Map();
      this.#pods.set(pod, places);
    }
    let found = places.get(key);
    if (!found) {
      found = enforcedPolicies(pod, enforcer, this.snapshot).map(policy =>
        this.read(policy, enforcer === 'ztunnel' ? 'ztunnel' : chain),
      );
      places.set(key, found);
    }
    return found;
  }

  read(
    policy: AuthorizationPolicy,
    reading: 'ztunnel' | 'http' | 'tcp',
  ): EnforcedPolicy {
    let compiled = this.#policies.get(reading);
    if (!compiled) {
      compiled = new Map();
      this.#policies.set(reading, compiled);
    }
    let found = compiled.get(policy);
    if (!found) {
      found =
        reading === 'ztunnel'
          ? ztunnelPolicy(policy)
          : envoyPolicy(policy, reading, this.mesh);
      compiled.set(policy, found);
    }
    return found;
  }
}

function compiledOf(snapshot: ClusterSnapshot): CompiledPolicies {
  return new CompiledPolicies(snapshot, requireMesh(snapshot));
}
