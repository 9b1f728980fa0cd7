/** The answer of one proxy: the verdict, the objects that decided, and the reason in words. */
import { ObjectReference, describeObject, referenceTo } from '../../snapshot';
import {
  AuthorizationPolicy,
  RequestAuthentication,
} from '../../snapshot/kinds';
import type { RuleMatch } from './authorize';
import { Formula, RequestTest } from './formula';
import { describeTest, resolve } from './resolution';

export interface DecidingPolicy {
  layer: 'authorization-policy' | 'request-authentication';
  effect: 'allow' | 'deny';
  object: ObjectReference;
  field: string;
}

export interface AuthorizationAnswer {
  /** `conditional`: some requests pass, and `conditions` says which. */
  verdict: 'allow' | 'deny' | 'unknown' | 'conditional';
  /** One of them must hold, and of it every test. */
  conditions?: readonly (readonly RequestTest[])[];
  /** Empty where no policy has a word. */
  decidedBy: readonly DecidingPolicy[];
  /** A clause in words. */
  reason: string;
}

interface Judged {
  formula: Formula;
  /** CUSTOM policies whose provider decides. */
  asking: readonly RuleMatch[];
  /** Those whose provider does not exist. */
  refusing: readonly RuleMatch[];
  denying: readonly RuleMatch[];
  allowing: readonly RuleMatch[];
  /** All enforced ALLOW policies. */
  allows: readonly AuthorizationPolicy[];
}

export const answerOf = {
  refusedToken(
    authentications: readonly RequestAuthentication[],
  ): AuthorizationAnswer {
    const decidedBy = authentications.map(authentication => ({
      layer: 'request-authentication' as const,
      effect: 'deny' as const,
      object: referenceTo(authentication),
      field: 'spec.jwtRules',
    }));
    return {
      verdict: 'deny',
      decidedBy,
      reason: `no rule of ${namesOf(decidedBy)} accepts the token`,
    };
  },

  policies(judged: Judged): AuthorizationAnswer {
    const resolution = resolve(judged.formula);
    switch (resolution.verdict) {
      case 'allow':
        return allowed(judged);
      case 'deny':
        return denied(judged);
      case 'unknown':
        return {
          verdict: 'unknown',
          decidedBy: involved(judged),
          reason: resolution.reasons.join('; '),
        };
      default: {
        const conditions = resolution.alternatives;
        const told = conditions
          .map(tests => tests.map(describeTest).join(' and '))
          .join(', or ');
        const decidedBy = involved(judged);
        return {
          verdict: 'conditional',
          conditions,
          decidedBy,
          reason: `${namesOf(decidedBy)} lets requests through where ${told}`,
        };
      }
    }
  },
};

function allowed({ allowing, allows }: Judged): AuthorizationAnswer {
  const decidedBy = allowing
    .filter(({ matches }) => matches.kind === 'always')
    .map(match => decided(match, 'allow'));
  return {
    verdict: 'allow',
    decidedBy,
    reason:
      allows.length === 0
        ? 'no policy restricts who may call'
        : `${namesOf(decidedBy)} allows it`,
  };
}

function denied(judged: Judged): AuthorizationAnswer {
  const { refusing, denying, allows } = judged;
  const matching = [...refusing, ...denying].filter(
    ({ matches }) => matches.kind === 'always',
  );
  if (matching.length > 0) {
    const decidedBy = matching.map(match => decided(match, 'deny'));
    return {
      verdict: 'deny',
      decidedBy,
      reason: refusing.some(({ matches }) => matches.kind === 'always')
        ? `${namesOf(
            decidedBy,
          )} asks a provider that does not exist, and so refuses what its rules match`
        : `${namesOf(decidedBy)} denies it`,
    };
  }
  const decidedBy = allows.map(policy => ({
    layer: 'authorization-policy' as const,
    effect: 'deny' as const,
    object: referenceTo(policy),
    field: 'spec.rules',
  }));
  return {
    verdict: 'deny',
    decidedBy,
    reason: `only what a rule allows gets through, and no rule of ${namesOf(
      decidedBy,
    )} allows this`,
  };
}

/** Every rule that may still decide, one way or the other. */
function involved({
  asking,
  refusing,
  denying,
  allowing,
}: Judged): DecidingPolicy[] {
  return [
    ...[...asking, ...refusing, ...denying].map(match => ({
      match,
      effect: 'deny' as const,
    })),
    ...allowing.map(match => ({ match, effect: 'allow' as const })),
  ]
    .filter(({ match }) => match.matches.kind !== 'never')
    .map(({ match, effect }) => decided(match, effect));
}

function decided(
  { policy, rule }: RuleMatch,
  effect: 'allow' | 'deny',
): DecidingPolicy {
  return {
    layer: 'authorization-policy',
    effect,
    object: referenceTo(policy),
    field: rule.field,
  };
}

function namesOf(decidedBy: readonly DecidingPolicy[]): string {
  const names = [
    ...new Set(decidedBy.map(({ object }) => describeObject(object))),
  ];
  return names.join(' and ');
}
