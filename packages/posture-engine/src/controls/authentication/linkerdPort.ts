/** What AN-2 and AN-9 say of a port behind a Linkerd proxy: who gets in without an identity, through what, and what to do. */
import { PodView, Workload, describeObject } from '../../snapshot';
import { isLargerThanPrivate } from '../../network/breadth';
import { PodPort } from '../../mesh/inboundPorts';
import { ClientAuthorization, LinkerdPort } from '../../mesh/linkerd';
import { Fix, Severity } from '../control';
import { enumerate } from '../wording';

/** Where callers must come from; undefined: from anywhere. */
function placesOf({ networks }: ClientAuthorization): string | undefined {
  return !networks || networks.everywhere || networks.ofCluster
    ? undefined
    : enumerate(networks.written);
}

/** The authorization that lets in most. */
function widest({ open }: LinkerdPort): ClientAuthorization | undefined {
  return (
    open.find(authorization => placesOf(authorization) === undefined) ??
    open.find(({ networks }) =>
      networks?.written.some(cidr => isLargerThanPrivate(cidr)),
    ) ??
    open[0]
  );
}

/** Who may come without an identity: `any pod that the network lets through`, or `callers in 192.0.2.0/24`. */
export function whoGetsIn(linkerd: LinkerdPort): string {
  const opening = widest(linkerd);
  const places = opening && placesOf(opening);
  return places === undefined
    ? 'any pod that the network lets through'
    : `callers in ${places}`;
}

/** Graver where anybody may, on a port that is known. */
export function severityOfOpening(
  linkerd: LinkerdPort,
  port: number | null,
): Severity {
  const opening = widest(linkerd);
  if (port === null || (opening && placesOf(opening) !== undefined)) {
    return 'medium';
  }
  return 'critical';
}

/** Which object lets them in, in a sentence. */
export function openedBecause(linkerd: LinkerdPort): string {
  const opening = widest(linkerd);
  const [policy] = linkerd.policies;
  if (!policy.server) {
    return `No Server selects the port, and the default policy there is ${policy.decidedBy.value}.`;
  }
  if (opening?.field === 'spec.accessPolicy') {
    return `${describeObject(opening.object)} has the accessPolicy ${
      policy.server.spec?.accessPolicy
    }.`;
  }
  const names = enumerate([
    ...new Set(linkerd.open.map(({ object }) => describeObject(object))),
  ]);
  return `${names} ${
    linkerd.open.length === 1 ? 'lets' : 'let'
  } in callers that show no identity.`;
}

/** Why nobody gets in without an identity, as a clause. */
export function closedBecause({ policies, probes }: LinkerdPort): string {
  const [{ server, decidedBy, authorizations }] = policies;
  const start = server
    ? `${describeObject(decidedBy.object)} lets in ${
        authorizations.length === 0
          ? 'nobody by itself'
          : 'callers by identity alone'
      }`
    : `no Server selects it, and the default policy there is ${decidedBy.value}`;
  return probes.length === 0
    ? start
    : `${start}; the health probe${probes.length > 1 ? 's' : ''} at ${enumerate(
        probes,
      )} may be asked for without`;
}

const COST =
  'Callers without a proxy of Linkerd are cut off from then on: move them into the mesh first.';

export function linkerdFix(
  workload: Workload,
  { port, pod, linkerd }: PodPort,
): Fix {
  const { name, namespace } = workload.reference;
  const server = linkerd?.policies[0].server;
  if (server) {
    const names = [
      ...new Set(
        (linkerd?.open ?? []).map(({ object }) => describeObject(object)),
      ),
    ];
    return {
      summary: `Have ${enumerate(
        names,
      )} demand an identity: a MeshTLSAuthentication that names the callers, in the place of what lets everybody in. ${COST}`,
    };
  }
  return port === null
    ? {
        summary: `Annotate namespace ${namespace} with config.linkerd.io/default-inbound-policy: all-authenticated, and restart ${name}. ${COST}`,
      }
    : {
        summary: `Select port ${port} with a Server, and say who may call it: the objects here let in every caller that Linkerd knows; narrow identities to the callers of ${name}. ${COST}`,
        objects: serverObjects(workload, pod, port),
      };
}

/** A Server for one port, and what lets in every caller with an identity. */
function serverObjects(
  { reference: { name, namespace } }: Workload,
  { labels }: PodView,
  port: number,
): NonNullable<Fix['objects']> {
  const own = `${name}-${port}`;
  const metadata = { name: own, namespace };
  const group = 'policy.linkerd.io';
  return [
    {
      apiVersion: `${group}/v1beta3`,
      kind: 'Server',
      metadata,
      spec: { podSelector: { matchLabels: chosenLabels(labels) }, port },
    },
    {
      apiVersion: `${group}/v1alpha1`,
      kind: 'MeshTLSAuthentication',
      metadata,
      spec: { identities: ['*'] },
    },
    {
      apiVersion: `${group}/v1alpha1`,
      kind: 'AuthorizationPolicy',
      metadata,
      spec: {
        targetRef: { group, kind: 'Server', name: own },
        requiredAuthenticationRefs: [
          { group, kind: 'MeshTLSAuthentication', name: own },
        ],
      },
    },
  ];
}

/** Labels that controllers and injectors set are other ones for every pod, or belong to somebody else. */
const SET_BY_OTHERS =
  /^(?:pod-template-hash|controller-revision-hash|statefulset\.kubernetes\.io\/.*|.*linkerd\.io\/.*)$/;

function chosenLabels(
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([key]) => !SET_BY_OTHERS.test(key)),
  );
}
