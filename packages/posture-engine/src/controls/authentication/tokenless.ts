/**
 * Who gets through without a user's token: a stranger, or one of the callers
 * that policies name, each asked for with the policies as the proxy has them.
 */
import {
  AuthorizationAnswer,
  asksAuthorizer,
  authorize,
  enforcedPolicies,
} from '../../mesh/authorization';
import { actionOf } from '../../mesh/authorizationPolicy';
import { requireMesh } from '../../mesh/mesh';
import { ClusterSnapshot, PodView } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { TokenPlace } from './tokenPlaces';

export interface Tokenless {
  /** The identity of a caller that policies name; undefined for a stranger. */
  caller?: string;
  /** `paths`: only where some paths are asked for, which somebody has chosen. */
  outcome: 'everything' | 'some' | 'paths' | 'nothing' | 'unknown';
  answer: AuthorizationAnswer;
}

/** From the worst on; a stranger before those who are named. */
const OUTCOMES = ['everything', 'some', 'unknown', 'paths', 'nothing'] as const;

/** What gets through without a token at one place, at its worst. */
export function tokenlessAt(
  pod: PodView,
  { enforcer, port }: TokenPlace,
  snapshot: ClusterSnapshot,
): Tokenless {
  const { trustDomain } = requireMesh(snapshot);
  // A space is in no name, so that no policy means this one.
  const stranger = `${trustDomain}/ns/a stranger/sa/a stranger`;
  const policies = enforcedPolicies(pod, enforcer, snapshot);
  const callers = [stranger, ...namedCallers(policies, trustDomain)];
  const found = callers.map(principal => {
    const answer = authorize(
      {
        pod,
        port,
        enforcer,
        chain: 'http',
        caller: { principal },
        request: { token: null },
      },
      snapshot,
    );
    return {
      ...(principal === stranger ? {} : { caller: principal }),
      outcome: outcomeOf(answer),
      answer,
    };
  });
  return worstOf(found);
}

export function worstOf(found: readonly Tokenless[]): Tokenless {
  return found.reduce((worst, candidate) =>
    OUTCOMES.indexOf(candidate.outcome) < OUTCOMES.indexOf(worst.outcome)
      ? candidate
      : worst,
  );
}

function outcomeOf({
  verdict,
  conditions = [],
}: AuthorizationAnswer): Tokenless['outcome'] {
  switch (verdict) {
    case 'allow':
      return 'everything';
    case 'deny':
      return 'nothing';
    case 'unknown':
      return 'unknown';
    default:
      if (conditions.every(tests => tests.some(asksAuthorizer))) {
        return 'unknown';
      }
      return conditions.every(tests =>
        tests.some(
          ({ attribute, negated, patterns }) =>
            attribute === 'path' &&
            !negated &&
            patterns.every(({ kind }) => kind !== 'present'),
        ),
      )
        ? 'paths'
        : 'some';
  }
}

/** One caller for each way in which ALLOW policies name some. */
function namedCallers(
  policies: readonly AuthorizationPolicy[],
  trustDomain: string,
): string[] {
  const named = policies
    .filter(policy => actionOf(policy) === 'ALLOW')
    .flatMap(({ metadata, spec }) =>
      (spec?.rules ?? []).flatMap(({ from = [] }) =>
        from.flatMap(({ source = {} }) => [
          ...(source.principals ?? []).map(someOf),
          ...(source.namespaces ?? []).map(
            namespace => `${trustDomain}/ns/${someOf(namespace)}/sa/some`,
          ),
          ...(source.serviceAccounts ?? []).map(account => {
            const [own, name] = account.includes('/')
              ? account.split('/')
              : [metadata.namespace ?? 'default', account];
            return `${trustDomain}/ns/${own}/sa/${name}`;
          }),
        ]),
      ),
    );
  return [...new Set(named)];
}

/** A value that a pattern matches. */
function someOf(pattern: string): string {
  return pattern.replaceAll('*', 'some');
}
