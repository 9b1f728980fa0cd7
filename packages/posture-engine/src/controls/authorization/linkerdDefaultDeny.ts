/** AZ-1 behind a Linkerd proxy: whether a stranger of the mesh, whom nothing names, gets in at some port. */
import { ClusterSnapshot, describeObject } from '../../snapshot';
import { isLargerThanPrivate } from '../../network/breadth';
import {
  ClientAuthorization,
  InboundPolicy,
  formulaOf,
  identityOfAccount,
  inboundPoliciesOf,
  linkerdGap,
  matchesIdentity,
  requireLinkerd,
} from '../../mesh/linkerd';
import { resolve } from '../../mesh/authorization/resolution';
import { Judgement } from '../control';
import { enumerate } from '../wording';
import { View, witnessOf } from './defaultDenyFaults';

/** No namespace has such a name, so that only patterns that mean everybody take it. */
function strangerOf(snapshot: ClusterSnapshot): string {
  return identityOfAccount(
    'any namespace',
    'any account',
    requireLinkerd(snapshot),
  );
}

export function linkerdDefaultDeny(
  view: View,
  snapshot: ClusterSnapshot,
): Judgement {
  const { workload, pod, ports } = view;
  const { name } = workload.reference;
  const gap = linkerdGap(pod.namespace, snapshot);
  if (gap) {
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${name}: ${gap.reason}.`,
      evidence: [],
      ...(gap.missing ? { missing: [gap.missing] } : {}),
    };
  }
  const stranger = strangerOf(snapshot);
  const asked: readonly (number | null)[] = ports.length > 0 ? ports : [null];
  const found = asked.map(port => {
    const policies = inboundPoliciesOf({ workload, pod }, port, snapshot);
    const open = policies.filter(policy => letsIn(policy, stranger));
    return { port, policies, open };
  });
  const contested = found.find(
    ({ policies, open }) => open.length > 0 && open.length < policies.length,
  );
  const opened = found.filter(
    ({ policies, open }) => open.length === policies.length,
  );
  if (opened.length > 0) {
    return openPorts(view, opened, stranger);
  }
  return contested
    ? {
        verdict: 'unknown',
        message: `Cannot be told for port ${
          contested.port
        } of ${name}: ${enumerate(
          contested.policies.map(({ decidedBy }) =>
            describeObject(decidedBy.object),
          ),
        )} claim it, and which one counts cannot be told.`,
        evidence: contested.policies.map(evidenceOf),
      }
    : proof(
        view,
        found.flatMap(({ policies }) => policies),
      );
}

/** An authorization that names nobody: no identity of somebody's, and no network of somebody's. */
function namesNobody(
  { clients, networks }: ClientAuthorization,
  stranger: string,
): boolean {
  return (
    (clients === 'anybody' ||
      clients === 'any-tls' ||
      clients.some(pattern => matchesIdentity(pattern, stranger))) &&
    (!networks ||
      networks.ofCluster === true ||
      networks.written.some(cidr => isLargerThanPrivate(cidr)))
  );
}

function letsIn(policy: InboundPolicy, stranger: string): boolean {
  const open = (list: readonly ClientAuthorization[]) =>
    list
      .filter(authorization => namesNobody(authorization, stranger))
      .map(({ networks: _, ...authorization }) => authorization);
  const loose: InboundPolicy = {
    ...policy,
    authorizations: open(policy.authorizations),
    // Routes that Linkerd makes up let health probes through, and nothing else.
    routes: policy.routes.map(route => ({
      ...route,
      authorizations: route.object ? open(route.authorizations) : [],
    })),
  };
  const caller = { identity: stranger, place: undefined, pod: true };
  return resolve(formulaOf(loose, caller, 'any')).verdict === 'allow';
}

function evidenceOf({ decidedBy: { object, field, value } }: InboundPolicy) {
  return { object, field, value };
}

interface Opened {
  port: number | null;
  open: readonly InboundPolicy[];
}

function openPorts(
  view: View,
  opened: readonly Opened[],
  stranger: string,
): Judgement {
  const { name, namespace } = view.workload.reference;
  const [{ port, open }] = opened;
  const [policy] = open;
  const opening = [
    ...policy.authorizations,
    ...policy.routes.flatMap(route =>
      route.object ? route.authorizations : [],
    ),
  ].filter(authorization => namesNobody(authorization, stranger));
  const where = opened.every(one => one.port === null)
    ? name
    : `${enumerate(opened.map(one => `port ${one.port}`))} of ${name}`;
  const names = enumerate([
    ...new Set(opening.map(({ object }) => describeObject(object))),
  ]);
  return {
    verdict: 'fail',
    message: `Any workload in the cluster may call ${where}: nothing there names who may.`,
    because: policy.server
      ? `${names} ${
          opening.length === 1 ? 'lets' : 'let'
        } in every caller that ${
          opening.some(({ clients }) => clients === 'anybody')
            ? 'comes'
            : 'shows an identity of the mesh'
        }.`
      : `No Server selects ${
          port === null ? 'any port' : `port ${port}`
        }, and the default policy there is ${policy.decidedBy.value}.`,
    evidence: opened
      .flatMap(one => one.open.map(evidenceOf))
      .concat(
        opening
          .filter(({ layer }) => layer === 'linkerd-policy')
          .map(({ object, field }) => ({ object, field, value: null })),
      )
      .slice(0, 5),
    witness: witnessOf(view, port ?? undefined),
    fix: {
      summary: `Select each port of ${name} with a Server, and name its callers in an AuthorizationPolicy and a MeshTLSAuthentication of namespace ${namespace}, by account. Callers that are left out are refused from then on; health probes keep working unless an HTTPRoute takes their place.`,
    },
  };
}

function proof(
  { workload, membership, ports }: View,
  policies: readonly InboundPolicy[],
): Judgement {
  const { name } = workload.reference;
  const servers = [
    ...new Set(
      policies.flatMap(({ server, decidedBy }) =>
        server ? [describeObject(decidedBy.object)] : [],
      ),
    ),
  ];
  const byDefault = policies.some(({ server }) => !server);
  return {
    verdict: 'pass',
    message: `Whoever nothing names is refused at ${
      ports.length > 1 ? `all ${ports.length} ports of ` : ''
    }${name}: ${enumerate([
      ...(servers.length > 0
        ? [
            `${enumerate(servers)} ${
              servers.length === 1 ? 'lets' : 'let'
            } in only whom authorizations name`,
          ]
        : []),
      ...(byDefault ? ['the default policy lets nobody in'] : []),
    ])}.`,
    evidence: policies.map(evidenceOf).slice(0, 5),
    enforcement: membership.basis === 'seen' ? 'enforced' : 'declared',
  };
}
