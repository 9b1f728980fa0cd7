/**
 * The ways in which rights at the API server let somebody act as a workload:
 * get a token of its account, run code as it, or decide what identities are
 * worth. Each was tried on a real API server, with the verbs and subresources
 * that it really asks for.
 */
import { PolicyRule } from '../../snapshot';
import { ruleAllows } from '../rbac/rules';

/** Whom a way is about. */
export interface Victim {
  namespace: string;
  account: string;
  /** Where the mesh's certificate authority keeps its key. */
  rootNamespace: string;
}

/** Requests of which one is enough. */
export interface Ask {
  verbs: readonly string[];
  group: string;
  resources: readonly string[];
  subresource?: string;
  /**
   * What a rule that is limited to resourceNames is worth: nothing where the
   * request carries no name (`create`, and `list` of all), everything where any
   * one object will do, or what the names say: the account's, that of one of
   * `only`, or that of a role which is worth binding.
   */
  named:
    | 'nothing'
    | 'everything'
    | 'account'
    | 'role'
    | { only: readonly string[] };
}

export interface Way {
  /** What its holder does, in the third person: "starts pods in shop". */
  does: (victim: Victim) => string;
  /** Where the right must be held: in the workload's namespace, in the mesh's root namespace, or across the cluster. */
  in: 'namespace' | 'root' | 'cluster';
  /** Every part must be held, and of each part one of its requests. */
  parts: readonly (readonly Ask[])[];
  /** What must be there for it to be a way. */
  where?: 'mesh' | 'spire' | 'token-secret';
}

const WRITE = ['create', 'update', 'patch'] as const;
const CHANGE = ['update', 'patch'] as const;
const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';

function ask(
  verbs: readonly string[],
  group: string,
  resources: string,
  named: Ask['named'],
): Ask {
  const [plural, subresource] = resources.split('/');
  return {
    verbs,
    group,
    resources: plural.split(' '),
    ...(subresource === undefined ? {} : { subresource }),
    named,
  };
}

/** Objects that already exist can be written by their names. */
function write(group: string, resources: string): Ask[] {
  return [
    ask(['create'], group, resources, 'nothing'),
    ask(CHANGE, group, resources, 'everything'),
  ];
}

const secretReads = [
  ask(['list', 'watch'], '', 'secrets', 'nothing'),
  ask(['get'], '', 'secrets', 'everything'),
];

/** Asked one after the other; those that take one step come first. */
export const WAYS: readonly Way[] = [
  {
    does: ({ namespace, account }) => `makes tokens of ${namespace}/${account}`,
    in: 'namespace',
    parts: [[ask(['create'], '', 'serviceaccounts/token', 'account')]],
  },
  {
    does: ({ namespace, account }) =>
      `impersonates ${namespace}/${account} at the API server`,
    in: 'namespace',
    parts: [[ask(['impersonate'], '', 'serviceaccounts', 'account')]],
  },
  {
    does: ({ namespace }) =>
      `starts or changes pods in ${namespace}, under any of its accounts`,
    in: 'namespace',
    parts: [
      [
        ...write('', 'pods replicationcontrollers'),
        ...write('apps', 'deployments statefulsets daemonsets replicasets'),
        ...write('batch', 'jobs cronjobs'),
      ],
    ],
  },
  {
    does: ({ namespace }) => `runs commands in the pods of ${namespace}`,
    in: 'namespace',
    parts: [
      [
        // `get` alone is enough for API servers before 1.35.
        ask(['create', 'get'], '', 'pods/exec', 'everything'),
        ask(['create', 'get'], '', 'pods/attach', 'everything'),
        ask(CHANGE, '', 'pods/ephemeralcontainers', 'everything'),
      ],
    ],
  },
  {
    does: ({ namespace, account }) =>
      `reads the Secret in ${namespace} that holds a token of ${account}`,
    in: 'namespace',
    parts: [secretReads],
    where: 'token-secret',
  },
  {
    does: ({ namespace }) =>
      `makes a Secret in ${namespace} that the cluster fills with a token, and reads it`,
    in: 'namespace',
    parts: [[ask(['create'], '', 'secrets', 'nothing')], secretReads],
  },
  {
    does: ({ namespace }) => `gives itself any right in ${namespace} by a role`,
    in: 'namespace',
    parts: [
      [ask(['escalate'], RBAC, 'roles clusterroles', 'everything')],
      [ask(CHANGE, RBAC, 'roles clusterroles', 'everything')],
    ],
  },
  {
    does: ({ namespace }) =>
      `gives itself any right in ${namespace} by a binding`,
    in: 'namespace',
    parts: [
      [ask(['bind'], RBAC, 'roles clusterroles', 'role')],
      [ask(WRITE, RBAC, 'rolebindings clusterrolebindings', 'nothing')],
    ],
  },
  {
    does: () => 'runs commands in every pod of the cluster, by the nodes',
    in: 'cluster',
    parts: [[ask(['get', 'create'], '', 'nodes/proxy', 'everything')]],
  },
  {
    does: () => 'impersonates any user at the API server',
    in: 'cluster',
    parts: [[ask(['impersonate'], '', 'users', 'nothing')]],
  },
  {
    does: () => 'signs a certificate in the name of any user',
    in: 'cluster',
    parts: [
      [
        ask(
          CHANGE,
          CERTIFICATES,
          'certificatesigningrequests/approval',
          'everything',
        ),
      ],
      [
        ask(['approve'], CERTIFICATES, 'signers', {
          only: ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'],
        }),
      ],
    ],
  },
  {
    does: () => 'reads and rewrites new pods by an admission webhook',
    in: 'cluster',
    parts: [
      [
        ...write(ADMISSION, 'mutatingwebhookconfigurations'),
        ...write(ADMISSION, 'validatingwebhookconfigurations'),
        ...write(ADMISSION, 'mutatingadmissionpolicies'),
      ],
    ],
  },
  {
    does: ({ namespace }) =>
      `rewrites whom the mesh lets in, by its policies in ${namespace}`,
    in: 'namespace',
    parts: [
      write(
        'security.istio.io',
        'authorizationpolicies peerauthentications requestauthentications',
      ),
    ],
    where: 'mesh',
  },
  {
    does: ({ rootNamespace }) =>
      `rewrites whom the mesh lets in, by its policies in ${rootNamespace}`,
    in: 'root',
    parts: [
      write(
        'security.istio.io',
        'authorizationpolicies peerauthentications requestauthentications',
      ),
    ],
    where: 'mesh',
  },
  {
    does: ({ rootNamespace }) =>
      `reads the key of the mesh's certificate authority in ${rootNamespace}`,
    in: 'root',
    parts: [
      [
        ask(['list', 'watch'], '', 'secrets', 'nothing'),
        ask(['get'], '', 'secrets', { only: ['istio-ca-secret', 'cacerts'] }),
      ],
    ],
    where: 'mesh',
  },
  {
    does: () => 'registers any identity with SPIRE',
    in: 'cluster',
    parts: [write('spire.spiffe.io', 'clusterspiffeids clusterstaticentries')],
    where: 'spire',
  },
];

/** A rule that grants a part, perhaps for some accounts only, or by binding some roles only. */
export interface Match<R> {
  rule: R;
  accounts?: readonly string[];
  roles?: readonly string[];
}

/** The rules that grant one of the requests of a part, to whatever end. */
export function matchesOf<R extends { rule: PolicyRule }>(
  rules: readonly R[],
  part: readonly Ask[],
): Match<R>[] {
  return rules.flatMap(rule => {
    const { resourceNames = [], ...unlimited } = rule.rule;
    return part
      .filter(one => isGranted(unlimited, one))
      .flatMap(({ named }) => matchOf(rule, resourceNames, named) ?? []);
  });
}

function isGranted(
  rule: PolicyRule,
  { verbs, group, resources, subresource }: Ask,
): boolean {
  return verbs.some(verb =>
    resources.some(resource =>
      ruleAllows(rule, { verb, group, resource, subresource }),
    ),
  );
}

function matchOf<R>(
  rule: R,
  resourceNames: readonly string[],
  named: Ask['named'],
): Match<R> | undefined {
  if (resourceNames.length === 0 || named === 'everything') {
    return { rule };
  }
  switch (named) {
    case 'nothing':
      return undefined;
    case 'account':
      return { rule, accounts: resourceNames };
    case 'role':
      return { rule, roles: resourceNames };
    default:
      return named.only.some(name => resourceNames.includes(name))
        ? { rule }
        : undefined;
  }
}
