/** What is wrong with an identity document of SPIRE's, for ID-4. */
import {
  Registration,
  VARIES,
  asksForSpire,
  parseDuration,
  registrationsOf,
} from '../../identity/spire';
import { accountOf } from '../../identity/serviceAccounts';
import { dataPlaneOf } from '../../mesh/dataPlane';
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
} from '../../snapshot';
import { Severity } from '../control';
import { enumerate } from '../wording';

/** In seconds. SPIRE cuts X.509 off at the end of its CA, a day by default. */
const LONGEST_X509 = 24 * 3600;
const LONGEST_JWT = 3600;

/** What whoever starts a pod decides himself, as templates name it. */
const CHOSEN: readonly (readonly [RegExp, string])[] = [
  [/\.PodMeta\.Name\b/, 'the name of a pod'],
  [/\.PodMeta\.Labels\b/, 'labels of a pod'],
  [/\.PodMeta\.Annotations\b/, 'annotations of a pod'],
];

function chosenIn(template: string): string[] {
  return CHOSEN.filter(([field]) => field.test(template)).map(
    ([, words]) => words,
  );
}

export interface Document {
  pod: PodView;
  registration: Registration;
}

export interface Flaw {
  severity: Severity;
  /** Who can do what. */
  message: string;
  /** The same as a way in: somebody, and his deed. */
  who: string;
  deed: string;
  registration: Registration;
  field: string;
  fix: string;
}

export function flawsOf(
  workload: Workload,
  { pod, registration }: Document,
  snapshot: ClusterSnapshot,
): Flaw[] {
  const { name } = workload.reference;
  const { spec } = registration.source;
  const flaw = (
    isThere: boolean | undefined,
    severity: Severity,
    field: string,
    message: string,
    [who, deed]: readonly [string, string],
    fix: string,
  ): Flaw[] =>
    isThere
      ? [
          {
            severity,
            registration,
            field: `spec.${field}`,
            message,
            who,
            deed,
            fix,
          },
        ]
      : [];
  const seconds = (text: string | undefined) =>
    text === undefined ? 0 : parseDuration(text) ?? 0;
  const hosts = (spec.dnsNameTemplates ?? []).flatMap(chosenIn);
  return [
    ...flaw(
      spec.downstream,
      'critical',
      'downstream',
      `${name} can issue any identity of the trust domain: SPIRE lets it sign as a server of its own.`,
      [`whoever breaks into ${name}`, 'signs identities of anybody'],
      'remove downstream',
    ),
    ...flaw(
      spec.admin,
      'high',
      'admin',
      `${name} can administer SPIRE, and register any identity for itself.`,
      [`whoever breaks into ${name}`, 'registers any identity for himself'],
      'remove admin',
    ),
    ...ofId(workload, pod, registration, snapshot),
    ...flaw(
      hosts.length > 0,
      'medium',
      'dnsNameTemplates',
      `Whoever starts a pod that is selected here can pass for a host of his choice to clients that check names: the certificate of ${name} takes them from what the pod says of itself.`,
      [
        'whoever may start a pod that is selected',
        'names the pod after a host, and passes for it',
      ],
      'leave out dnsNameTemplates, or make them of the namespace and the account',
    ),
    ...flaw(
      spec.autoPopulateDNSNames,
      'medium',
      'autoPopulateDNSNames',
      `Whoever may set labels on pods can pass for a Service: the certificate of ${name} has the names of every Service whose selector its labels match.`,
      [
        'whoever may set labels on pods',
        'takes the labels that a Service selects, and passes for it',
      ],
      'remove autoPopulateDNSNames where clients do not check names',
    ),
    ...flaw(
      seconds(spec.ttl) > LONGEST_X509,
      'medium',
      'ttl',
      `Whoever steals a certificate of ${name} is ${name} for ${spec.ttl}.`,
      ['whoever steals its certificate', `is ${name} for ${spec.ttl}`],
      'set ttl to 24h at most; 1h is the default',
    ),
    ...flaw(
      seconds(spec.jwtTtl) > LONGEST_JWT,
      'medium',
      'jwtTtl',
      `Whoever steals a token of ${name} is ${name} for ${spec.jwtTtl}.`,
      ['whoever steals a token of it', `is ${name} for ${spec.jwtTtl}`],
      'set jwtTtl to 1h at most; 5m is the default',
    ),
  ];
}

function ofId(
  workload: Workload,
  pod: PodView,
  registration: Registration,
  snapshot: ClusterSnapshot,
): Flaw[] {
  const { id, source } = registration;
  if (id === undefined) {
    return [];
  }
  const { name } = workload.reference;
  const common = { registration, field: 'spec.spiffeIDTemplate' };
  const path = `/ns/${pod.namespace}/sa/${accountOf(pod)}`;
  const isOfIstio = id.endsWith(path) && id.split('/').length === 7;
  const chosen = chosenIn(source.spec.spiffeIDTemplate);
  if (chosen.length > 0) {
    const isBounded = id.includes(`/${pod.namespace}/`);
    return [
      {
        ...common,
        severity: isBounded ? 'medium' : 'high',
        message: `Whoever starts a pod ${
          isBounded
            ? `in ${pod.namespace}`
            : 'in any namespace that is selected'
        } chooses whom it passes for: the identity of ${name} is made of ${enumerate(
          chosen,
        )}.`,
        who: `whoever may start a pod ${
          isBounded
            ? `in namespace ${pod.namespace}`
            : 'in a namespace that is selected'
        }`,
        deed: `passes for ${name}`,
        fix: 'make the ID of the namespace and the account',
      },
    ];
  }
  const namesake = sharerOf(workload, pod, registration, snapshot);
  if (namesake) {
    return [
      {
        ...common,
        severity: 'high',
        message: `${namesake} is the same as ${name} to all who trust SPIRE: both are ${id}.`,
        who: namesake,
        deed: `passes for ${name}`,
        fix: 'make the ID of the namespace and the account',
      },
    ];
  }
  const { dataPlane } = dataPlaneOf(workload, pod, snapshot);
  return dataPlane === 'sidecar' && asksForSpire(pod) && !isOfIstio
    ? [
        {
          ...common,
          severity: 'medium',
          message: `Istio knows nobody of the name ${id}: it takes callers for the namespace and account in their ID, so rules that name ${name} do not let it in.`,
          who: name,
          deed: 'calls as whom no rule names, and is refused',
          fix: 'make the ID spiffe://<trust domain>/ns/<namespace>/sa/<account>',
        },
      ]
    : [];
}

/** A workload of another account that the same ClusterSPIFFEID gives the same ID. */
function sharerOf(
  { reference: { namespace } }: Workload,
  pod: PodView,
  { source, id }: Registration,
  snapshot: ClusterSnapshot,
): string | undefined {
  return snapshot
    .derive(sharedIds)
    [`${source.metadata.name} ${id}`]?.find(
      ({ account }) => account !== `${namespace}/${accountOf(pod)}`,
    )?.workload;
}

interface Sharer {
  account: string;
  workload: string;
}

/** By ClusterSPIFFEID and ID; a template that names both namespace and account cannot be shared. */
export function sharedIds(
  snapshot: ClusterSnapshot,
): Readonly<Record<string, readonly Sharer[]>> {
  const shared: Record<string, Sharer[]> = {};
  const isOwn = ({ spec: { spiffeIDTemplate } }: Registration['source']) =>
    /\.PodMeta\.Namespace\b/.test(spiffeIDTemplate) &&
    /\.PodSpec\.ServiceAccountName\b/.test(spiffeIDTemplate);
  if (snapshot.all('ClusterSPIFFEID').every(isOwn)) {
    return shared;
  }
  for (const workload of snapshot.workloads) {
    for (const pod of workload.pods) {
      for (const { state, id, source } of registrationsOf(snapshot, pod)) {
        if (state !== 'refused' && id !== undefined && !id.includes(VARIES)) {
          const key = `${source.metadata.name} ${id}`;
          const account = `${pod.namespace}/${accountOf(pod)}`;
          const sharers = (shared[key] ??= []);
          if (!sharers.some(sharer => sharer.account === account)) {
            sharers.push({
              account,
              workload: describeObject(workload.reference),
            });
          }
        }
      }
    }
  }
  return shared;
}
