/**
 * Whether anybody is who a rule names. Identities that nobody has are rules
 * without an effect today, and doors for whoever may create the account.
 */
import { accountOf, usersOfAccount } from '../identity/serviceAccounts';
import {
  ClusterSnapshot,
  KindName,
  ObjectReference,
  WORKLOAD_KINDS,
  Workload,
  referenceTo,
  remembered,
} from '../snapshot';
import { matchesPattern, patternOf } from './authorization/patterns';
import {
  namespaceTest,
  principalTest,
  serviceAccountOf,
  trustDomainOf,
  trustDomainsOf,
} from './authorization/principals';
import { NamingField } from './accountMeant';
import { accountOfGateway } from './gatewayAccounts';
import { requireMesh } from './mesh';

/** Why nobody is who is named. */
export interface Nobody {
  /**
   * `form`: no identity is written like that; `domain`: callers of that trust
   * domain are refused before any rule; else what there is none of.
   */
  missing: 'form' | 'domain' | 'namespace' | 'account' | 'pod' | 'match';
  /** A clause. */
  because: string;
  /** Objects whose fields show it, beside the rule itself. */
  provenBy: readonly { object: ObjectReference; field: string }[];
  /** Where one account is meant. */
  account?: { namespace: string; name: string };
}

/** `unknown`: what would show it could not be seen, or identities come from elsewhere too. */
export type Holder = 'somebody' | 'unknown' | Nobody;

/** What a control must name as needed that asks {@link holderOf}; nothing of it keeps it from answering. */
export const IDENTITY_KINDS: readonly KindName[] = [
  ...WORKLOAD_KINDS,
  'ServiceAccount',
  'Gateway',
  'ClusterSPIFFEID',
];

/** Who a value of a rule names. `dataPlane` is that of the proxy that compares. */
export function holderOf(
  field: NamingField,
  value: string,
  policyNamespace: string,
  dataPlane: 'sidecar' | 'ambient',
  snapshot: ClusterSnapshot,
): Holder {
  const memory = snapshot.derive(memoryOf);
  const key = `${field} ${value} ${policyNamespace} ${dataPlane}`;
  let holder = memory.get(key);
  if (!holder) {
    holder = findHolder(field, value, policyNamespace, dataPlane, snapshot);
    memory.set(key, holder);
  }
  return holder;
}

function memoryOf(): Map<string, Holder> {
  return new Map();
}

function findHolder(
  field: NamingField,
  value: string,
  policyNamespace: string,
  dataPlane: 'sidecar' | 'ambient',
  snapshot: ClusterSnapshot,
): Holder {
  switch (field) {
    case 'principals':
      return principalHolder(value, dataPlane, snapshot);
    case 'namespaces':
      return value.includes('*')
        ? patternHolder(namespaceTests(value), snapshot)
        : namespaceHolder(value, snapshot);
    default: {
      const { namespace, account } = serviceAccountOf(value, policyNamespace);
      return value.includes('*')
        ? nobody(
            'form',
            `serviceAccounts knows no patterns, so ${value} names nobody`,
          )
        : accountHolder(namespace, account, snapshot);
    }
  }
}

function nobody(
  missing: Nobody['missing'],
  because: string,
  more: Partial<Pick<Nobody, 'provenBy' | 'account'>> = {},
): Nobody {
  return { missing, because, provenBy: [], ...more };
}

const SCHEME = 'spiffe://';

function principalHolder(
  value: string,
  dataPlane: 'sidecar' | 'ambient',
  snapshot: ClusterSnapshot,
): Holder {
  const mesh = requireMesh(snapshot);
  if (value.startsWith(SCHEME)) {
    return nobody(
      'form',
      `principals are written without ${SCHEME}, so that ${value} names nobody`,
    );
  }
  const segments = value.split('/');
  const [domain, ns, namespace, sa, account] = segments;
  if (value.includes('*')) {
    const test = principalTest(value, mesh);
    const asWritten = patternOf(value);
    return patternHolder(
      principal => test(principal) || matchesPattern(asWritten, principal),
      snapshot,
    );
  }
  if (segments.length !== 5 || ns !== 'ns' || sa !== 'sa') {
    return snapshot.derive(hasOtherIdentities)
      ? 'unknown'
      : nobody(
          'form',
          `the mesh gives nobody an identity of the form ${value}: they read ${mesh.trustDomain}/ns/<namespace>/sa/<account>`,
        );
  }
  const accepted =
    dataPlane === 'ambient'
      ? [mesh.trustDomain]
      : [...trustDomainsOf(mesh), 'cluster.local'];
  if (accepted.includes(trustDomainOf(value))) {
    return accountHolder(namespace, account, snapshot);
  }
  return mesh.isSeen
    ? nobody(
        'domain',
        `no caller of trust domain ${domain} is let in, since the mesh is ${accepted[0]}`,
      )
    : 'unknown';
}

/** Sidecars and ztunnel compare patterns of namespaces differently; one of them is enough. */
function namespaceTests(value: string): (principal: string) => boolean {
  const test = namespaceTest(value);
  const asWritten = patternOf(value);
  return principal =>
    test(principal) || matchesPattern(asWritten, principal.split('/')[2]);
}

function patternHolder(
  matches: (principal: string) => boolean,
  snapshot: ClusterSnapshot,
): Holder {
  const { trustDomain } = requireMesh(snapshot);
  const found = [...snapshot.derive(identitiesOf)].some(identity =>
    matches(`${trustDomain}/${identity}`),
  );
  if (found) {
    return 'somebody';
  }
  return isDoubtful(undefined, snapshot)
    ? 'unknown'
    : nobody('match', 'no pod in view has an identity that matches');
}

const identitiesAmong = remembered((workloads: readonly Workload[]) => [
  ...new Set(
    workloads.flatMap(({ pods }) =>
      pods.map(pod => `ns/${pod.namespace}/sa/${accountOf(pod)}`),
    ),
  ),
]);

/** `ns/<namespace>/sa/<account>` of all pods, and of the gateways that Istio runs. */
function identitiesOf(snapshot: ClusterSnapshot): ReadonlySet<string> {
  return new Set([
    ...[...snapshot.namespacesOf(WORKLOAD_KINDS)].flatMap(namespace =>
      identitiesAmong(snapshot.workloadsIn(namespace)),
    ),
    ...snapshot
      .all('Gateway')
      .map(
        gateway =>
          `ns/${gateway.metadata.namespace}/sa/${accountOfGateway(gateway)}`,
      ),
  ]);
}

function namespaceHolder(namespace: string, snapshot: ClusterSnapshot): Holder {
  if (
    snapshot.workloadsIn(namespace).length > 0 ||
    snapshot.inNamespace('Gateway', namespace).length > 0
  ) {
    return 'somebody';
  }
  if (isDoubtful(namespace, snapshot)) {
    return 'unknown';
  }
  return isInView(namespace, snapshot)
    ? nobody('pod', `no pod runs in namespace ${namespace}`)
    : nobody('namespace', `no namespace ${namespace} is in view`);
}

function accountHolder(
  namespace: string,
  account: string,
  snapshot: ClusterSnapshot,
): Holder {
  const isGateway = snapshot
    .inNamespace('Gateway', namespace)
    .some(gateway => accountOfGateway(gateway) === account);
  if (isGateway || usersOfAccount(snapshot, namespace, account).length > 0) {
    return 'somebody';
  }
  if (isDoubtful(namespace, snapshot)) {
    return 'unknown';
  }
  const named = { account: { namespace, name: account } };
  if (!isInView(namespace, snapshot)) {
    return nobody('namespace', `no namespace ${namespace} is in view`, named);
  }
  const object = snapshot.get('ServiceAccount', account, namespace);
  return object || account === 'default'
    ? nobody(
        'pod',
        `no pod of namespace ${namespace} runs as ServiceAccount ${account}`,
        {
          ...named,
          provenBy: object
            ? [{ object: referenceTo(object), field: 'metadata.name' }]
            : [],
        },
      )
    : nobody(
        'account',
        `namespace ${namespace} has no ServiceAccount ${account}`,
        named,
      );
}

/**
 * All that {@link holderOf} rests on beside what is not in view; plain data, for
 * `Control.facts`. It does not change with the policies that name identities.
 */
export function identityFactsOf(snapshot: ClusterSnapshot): unknown {
  return {
    identities: [...snapshot.derive(identitiesOf)].sort().join('\n'),
    accounts: snapshot
      .all('ServiceAccount')
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
      .join('\n'),
    namespaces: snapshot
      .all('Namespace')
      .map(({ metadata }) => metadata.name)
      .join('\n'),
    others: snapshot.derive(hasOtherIdentities),
  };
}

function isInView(namespace: string, snapshot: ClusterSnapshot): boolean {
  return (
    snapshot.get('Namespace', namespace) !== undefined ||
    snapshot.workloadsIn(namespace).length > 0 ||
    snapshot.inNamespace('ServiceAccount', namespace).length > 0
  );
}

/** Whether there may be pods or accounts that cannot be seen here. */
function isDoubtful(
  namespace: string | undefined,
  snapshot: ClusterSnapshot,
): boolean {
  const where = namespace === undefined ? undefined : [namespace];
  return (
    IDENTITY_KINDS.some(kind => snapshot.coverage.gap(kind, where)) ||
    snapshot.derive(hasOtherIdentities)
  );
}

const ISTIO_FORM =
  /^spiffe:\/\/\{\{\s*\.TrustDomain\s*\}\}\/ns\/\{\{\s*\.PodMeta\.Namespace\s*\}\}\/sa\/\{\{\s*\.PodSpec\.ServiceAccountName\s*\}\}$/;
const REMOTE_CLUSTER = 'istio-remote';
const EAST_WEST = 'istio-east-west';

/** Whether SPIRE gives identities of another form, or the mesh spans clusters whose pods are not in view. */
function hasOtherIdentities(snapshot: ClusterSnapshot): boolean {
  return (
    snapshot
      .all('ClusterSPIFFEID')
      .some(({ spec }) => !ISTIO_FORM.test(spec.spiffeIDTemplate)) ||
    snapshot
      .all('Gateway')
      .some(({ spec }) =>
        [REMOTE_CLUSTER, EAST_WEST].includes(spec?.gatewayClassName ?? ''),
      )
  );
}
