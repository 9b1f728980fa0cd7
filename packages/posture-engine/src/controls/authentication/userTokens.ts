/** AN-8: where the tokens of users are checked, a request without one does not get through either. */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
  referenceTo,
  valueAt,
} from '../../snapshot';
import { PodDataPlane, dataPlaneOf } from '../../mesh/dataPlane';
import { RequestAuthentication } from '../../snapshot/kinds';
import { Control, Evidence, Judgement, Severity } from '../control';
import { enumerate } from '../wording';
import { ofInfrastructure } from './meshWords';
import { TokenPlace, tokenPlacesOf } from './tokenPlaces';
import { Tokenless, tokenlessAt, worstOf } from './tokenless';

export const userTokens: Control = {
  id: 'AN-8',
  title: "Users' tokens are demanded",
  pillar: 'authentication',
  severity: 'high',
  scope: 'workload',
  question:
    'Where tokens of users are checked, is a request without any token refused?',
  why: 'A RequestAuthentication refuses bad tokens and lets requests without a token through. Whoever leaves the token out is then let in as nobody, with what nobody may do.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 3 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement: 'Identity-tier policy: end-user authentication',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'IA-2, IA-8, AC-3' },
    { framework: 'CISA ZTMM v2', requirement: 'Identity: authentication' },
    { framework: 'PCI DSS 4.0', requirement: '8.3' },
  ],
  needs: [
    { kind: 'RequestAuthentication', in: 'mesh' },
    { kind: 'AuthorizationPolicy', in: 'mesh' },
    { kind: 'Service', in: 'namespace' },
    { kind: 'Sidecar', in: 'mesh' },
    { kind: 'ConfigMap', in: 'control-plane' },
    { kind: 'Namespace', in: 'namespace', optional: true },
    { kind: 'PeerAuthentication', in: 'namespace', optional: true },
    { kind: 'Gateway', in: 'cluster', optional: true },
  ],
  isIdle: checksNoTokens,
  evaluate(workload, snapshot) {
    const infrastructure = ofInfrastructure(workload, snapshot);
    if (infrastructure) {
      return [infrastructure];
    }
    if (snapshot.derive(checksNoTokens)) {
      return [notAsked(workload)];
    }
    const judgements = workload.pods.map(pod =>
      judgePod(workload, pod, snapshot),
    );
    for (const verdict of ['fail', 'unknown', 'pass'] as const) {
      const found = judgements.find(judgement => judgement.verdict === verdict);
      if (found) {
        return [found];
      }
    }
    return [judgements[0]];
  },
};

function checksNoTokens(snapshot: ClusterSnapshot): boolean {
  return (
    !snapshot.coverage.gap('RequestAuthentication') &&
    snapshot.all('RequestAuthentication').length === 0
  );
}

function notAsked({ reference: { name } }: Workload): Judgement {
  return {
    verdict: 'not-applicable',
    message: `No RequestAuthentication asks for the tokens of users at ${name}.`,
    evidence: [],
  };
}

function judgePod(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): Judgement {
  const { name } = workload.reference;
  const membership = dataPlaneOf(workload, pod, snapshot);
  const { places, ignored, undecided } = tokenPlacesOf(
    workload,
    pod,
    membership,
    snapshot,
  );
  if (undecided !== undefined) {
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${name}: ${undecided}.`,
      evidence: [],
    };
  }
  if (ignored.length > 0) {
    return unread(workload, ignored);
  }
  if (places.length === 0) {
    return notAsked(workload);
  }
  const found = places.map(place => ({
    place,
    ...tokenlessAt(pod, place, snapshot),
  }));
  const worst = worstOf(found);
  const { place = places[0] } =
    found.find(({ answer }) => answer === worst.answer) ?? {};
  return judge(workload, membership, worst, place, snapshot);
}

function judge(
  workload: Workload,
  membership: PodDataPlane,
  worst: Tokenless,
  place: TokenPlace,
  snapshot: ClusterSnapshot,
): Judgement {
  const { name } = workload.reference;
  const evidence = evidenceOf(place, worst, snapshot);
  const enforcement = membership.basis === 'seen' ? 'enforced' : 'declared';
  switch (worst.outcome) {
    case 'everything':
      return without(
        workload,
        place,
        worst,
        evidence,
        worst.caller === undefined ? 'high' : 'medium',
        worst.caller === undefined
          ? `Anybody can call ${name} without a user's token: those that come are checked, and none is demanded.`
          : `${worst.caller} can call ${name} without a user's token: those that come are checked, and none is demanded of it.`,
      );
    case 'some':
      return without(
        workload,
        place,
        worst,
        evidence,
        'medium',
        `Not every request to ${name} needs a user's token: ${
          worst.caller ?? 'anybody'
        } can send some without.`,
      );
    case 'unknown':
      return {
        verdict: 'unknown',
        message: `Cannot be told for ${name}: ${worst.answer.reason}.`,
        evidence,
      };
    case 'paths':
      return {
        verdict: 'pass',
        message: `A request to ${name} needs a user's token, but for some paths: ${worst.answer.reason}.`,
        evidence,
        enforcement,
      };
    default:
      return {
        verdict: 'pass',
        message: `No request gets through to ${name} without a user's token: ${worst.answer.reason}.`,
        evidence,
        enforcement,
      };
  }
}

function namesOf(authentications: readonly RequestAuthentication[]): string {
  return enumerate(
    authentications.map(authentication =>
      describeObject(referenceTo(authentication)),
    ),
  );
}

function evidenceOf(
  { authentications }: TokenPlace,
  { answer }: Tokenless,
  snapshot: ClusterSnapshot,
): Evidence[] {
  return [
    ...authentications.map(authentication => ({
      object: referenceTo(authentication),
      field: 'spec.jwtRules',
      value: authentication.spec?.jwtRules ?? null,
    })),
    ...answer.decidedBy.map(({ object, field }) => ({
      object,
      field,
      value:
        valueAt(
          snapshot.get('AuthorizationPolicy', object.name, object.namespace),
          field,
        ) ?? null,
    })),
  ];
}

function without(
  workload: Workload,
  place: TokenPlace,
  worst: Tokenless,
  evidence: Evidence[],
  severity: Severity,
  message: string,
): Judgement {
  const { name, namespace } = workload.reference;
  const { authentications, port } = place;
  return {
    verdict: 'fail',
    severity,
    message,
    because: `${namesOf(
      authentications,
    )} refuses bad tokens alone, and of the rest ${
      worst.answer.reason
    }.${placesNote(authentications)}`,
    evidence,
    witness: {
      from: worst.caller ?? 'any workload in the cluster',
      to: describeObject(workload.reference),
      port,
      protocol: 'TCP',
      action: 'leaves the token out, and is let in as no user at all',
    },
    fix: {
      summary: `Demand a token in the AuthorizationPolicies that let callers of ${name} in: from.source.requestPrincipals, such as "<issuer>/*", beside the callers. Or deny what has none: action DENY, from.source.notRequestPrincipals ["*"], in namespace ${namespace}. Paths that must stay open, such as those of health checks, go into to.operation.notPaths; services that call without a user are refused from then on.`,
    },
  };
}

/** Where tokens are looked for elsewhere than usual, a bad one in the usual place counts as none. */
function placesNote(authentications: readonly RequestAuthentication[]): string {
  const elsewhere = authentications.some(({ spec }) =>
    (spec?.jwtRules ?? []).some(({ fromHeaders, fromParams, fromCookies }) =>
      [fromHeaders, fromParams, fromCookies].some(
        places => (places ?? []).length > 0,
      ),
    ),
  );
  return elsewhere
    ? ' Tokens are looked for in places of its own, so a bad one in the header Authorization may count as none.'
    : '';
}

function unread(
  workload: Workload,
  ignored: readonly RequestAuthentication[],
): Judgement {
  const { name } = workload.reference;
  return {
    verdict: 'fail',
    message: `Nobody checks the tokens of users at ${name}: bad ones get as far as good ones.`,
    because: `${namesOf(ignored)} ${
      ignored.length > 1 ? 'are' : 'is'
    } meant for it and without effect: ztunnel reads no tokens, and no waypoint that does stands before it.`,
    evidence: ignored.map(authentication => ({
      object: referenceTo(authentication),
      field: 'spec.selector',
      value: authentication.spec?.selector ?? null,
    })),
    witness: {
      from: 'any workload in the cluster',
      to: describeObject(workload.reference),
      protocol: 'TCP',
      action: 'sends a forged token, or none',
    },
    fix: {
      summary: `Put a waypoint before ${name}, and name its Service in spec.targetRefs of the RequestAuthentication instead of a selector; the policies that demand tokens move there with it. Clients with sidecars go past a waypoint, so let ztunnel admit the waypoint alone.`,
    },
  };
}
