/** AN-1: every pod of the workload is really in a mesh, not merely meant to be. */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
} from '../../snapshot';
import { applicationContainers } from '../../mesh/containers';
import { Absence, PodDataPlane, dataPlaneOf } from '../../mesh/dataPlane';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, locateForPeople, sentence } from '../wording';
import { asSentence, ofInfrastructure } from './meshWords';

export const dataPlaneClass: Control = {
  id: 'AN-1',
  title: 'In the mesh',
  pillar: 'authentication',
  severity: 'high',
  scope: 'workload',
  question:
    'Does every pod run in a service mesh that can encrypt its traffic and prove who it is?',
  why: 'A pod outside the mesh has no identity to show and no encryption, and no policy of the mesh protects it, whatever its labels promise.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 2 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement:
        'Identity-tier policy: encryption in transit, authentication',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-8(1), SC-23, IA-9' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: traffic encryption' },
    {
      framework: 'NSA/CISA KHG',
      requirement: 'Network separation and encryption',
    },
    { framework: 'PCI DSS 4.0', requirement: '4.2' },
  ],
  needs: [
    { kind: 'Namespace', in: 'namespace', optional: true },
    // Only whether the cluster has the kinds: without them there is no mesh to enrol anything.
    { kind: 'PeerAuthentication', in: 'namespace', optional: true },
    { kind: 'Server', in: 'namespace', optional: true },
  ],
  evaluate(workload, snapshot) {
    const infrastructure = ofInfrastructure(workload, snapshot);
    if (infrastructure) {
      return [infrastructure];
    }
    const views = workload.pods.map(pod => ({
      pod,
      membership: dataPlaneOf(workload, pod, snapshot),
    }));
    const outside = views.filter(
      ({ membership }) => membership.absence !== undefined,
    );
    if (outside.length > 0) {
      return [leftOut(workload, outside)];
    }
    const undecided = views.find(
      ({ membership }) => membership.undecided !== undefined,
    );
    if (undecided) {
      return [unknown(workload, undecided.membership, snapshot)];
    }
    const escaping = views.find(
      ({ pod, membership }) =>
        escapes(workload, pod, proxyIdOf(membership)).length > 0,
    );
    return [
      escaping
        ? escaped(workload, escaping)
        : proof(
            workload,
            views.map(({ membership }) => membership),
          ),
    ];
  },
};

/** What the proxies run as; whatever else does is taken for the proxy and not captured on its way out. */
const PROXY_IDS = { sidecar: 1337, linkerd: 2102 } as const;

function proxyIdOf({ dataPlane }: PodDataPlane): number | undefined {
  return dataPlane === 'sidecar' || dataPlane === 'linkerd'
    ? PROXY_IDS[dataPlane]
    : undefined;
}

const FIXES: Record<Absence, (workload: Workload, view: View) => string> = {
  'host-network': ({ reference: { name } }) =>
    `Remove hostNetwork from the pod template of ${name}. It is then reached at the addresses of its pods: whoever calls it at the address of a node must use its Service instead.`,
  'opted-out': ({ reference: { name } }) =>
    `Take back what keeps ${name} out of the mesh, and restart it. Callers outside the mesh keep working until a policy demands mTLS.`,
  'not-asked': ({ reference: { name, namespace } }) =>
    `Label namespace ${namespace} istio.io/dataplane-mode=ambient (no restart), or istio-injection=enabled and restart its workloads. All of the namespace joins, not ${name} alone; callers outside the mesh keep working until a policy demands mTLS.`,
  'not-installed': ({ reference: { name } }, { membership }) =>
    membership.meant === 'linkerd'
      ? `Install Linkerd before ${name} relies on it; then restart ${name}.`
      : `Install Istio before ${name} relies on it, in ambient mode or with an injector of the revision that its labels name; then restart ${name}.`,
  pending: (_, { pod }) =>
    `See that istio-cni and ztunnel run on node ${
      pod.spec.nodeName ?? 'of the pod'
    }, then delete pod ${
      pod.name
    } so that its successor is taken over. Its connections break once.`,
  'not-restarted': ({ reference: { kind, name, namespace } }) =>
    `Restart ${kind} ${namespace}/${name}: a rolling restart, and its pods join. If the new ones run without as well, look for errors of the injection webhook in the events of the namespace.`,
  'beside-gateway': ({ reference: { name } }) =>
    `Move the application out of the pods of gateway ${name} into a workload of its own. It gets an address of its own, which the gateway's routes must name.`,
};

type View = { pod: PodView; membership: PodDataPlane };

function leftOut(workload: Workload, outside: View[]): Judgement {
  const { name } = workload.reference;
  const [{ pod, membership }] = outside;
  const inside = workload.pods.length - outside.length;
  const message =
    inside > 0
      ? `Pod ${pod.name} of ${name} runs outside the mesh, unlike ${inside} of its ${workload.pods.length} pods: what it receives and sends is neither encrypted nor tied to an identity.`
      : `${name} runs outside the mesh: what it receives and sends is neither encrypted nor tied to an identity.`;
  return {
    verdict: 'fail',
    message,
    because: sentence(
      outside.map(view => asSentence(view.membership.reason)).slice(0, 3),
    ),
    evidence: outside.flatMap(view => view.membership.evidence).slice(0, 5),
    witness: {
      from: 'any pod that the network lets through',
      to: inside > 0 ? `pod ${pod.name}` : describeObject(workload.reference),
      transport: 'plaintext',
      action: 'reads, changes and answers its traffic without being noticed',
    },
    fix: {
      summary: FIXES[membership.absence ?? 'not-asked'](workload, outside[0]),
    },
  };
}

function escapes(
  workload: Workload,
  pod: PodView,
  proxyId: number | undefined,
): Evidence[] {
  if (proxyId === undefined) {
    return [];
  }
  // Linkerd's capture looks at the user alone.
  const inPod =
    proxyId === PROXY_IDS.sidecar
      ? (['runAsUser', 'runAsGroup'] as const)
      : (['runAsUser'] as const);
  return applicationContainers(pod).flatMap(container => {
    const list = pod.spec.containers.includes(container)
      ? ('containers' as const)
      : ('initContainers' as const);
    const index = (pod.spec[list] ?? []).indexOf(container);
    return inPod.flatMap(field => {
      const own = container.securityContext?.[field];
      if ((own ?? pod.spec.securityContext?.[field]) !== proxyId) {
        return [];
      }
      const path =
        own === undefined
          ? `spec.securityContext.${field}`
          : `spec.${list}[${index}].securityContext.${field}`;
      return [locateForPeople(workload, pod, path)];
    });
  });
}

function escaped(workload: Workload, { pod, membership }: View): Judgement {
  const { name } = workload.reference;
  const proxyId = proxyIdOf(membership);
  return {
    verdict: 'fail',
    severity: 'medium',
    message: `What ${name} sends goes past its proxy: no mTLS, no identity, no policy on the way out.`,
    because: `It runs with the id ${proxyId}, which belongs to the proxy, and the proxy does not capture itself.`,
    evidence: escapes(workload, pod, proxyId),
    witness: {
      from: name,
      to: 'anything that it calls',
      transport: 'plaintext',
      action: 'calls without its mesh identity',
    },
    fix: {
      summary: `Give the containers of ${name} another runAsUser and runAsGroup than ${proxyId}. Files in volumes that belong to ${proxyId} must change owner with it.`,
    },
  };
}

function unknown(
  workload: Workload,
  membership: PodDataPlane,
  snapshot: ClusterSnapshot,
): Judgement {
  const missing = snapshot.coverage.gap('Namespace')?.missing;
  return {
    verdict: 'unknown',
    message: `Cannot be told for ${workload.reference.name}: ${membership.undecided}.`,
    evidence: [],
    ...(missing ? { missing: [missing] } : {}),
  };
}

const PLANES = {
  none: 'a gateway of the mesh',
  sidecar: 'with an Istio sidecar',
  ambient: 'behind ztunnel',
  linkerd: 'with a Linkerd proxy',
} as const;

function proof(workload: Workload, memberships: PodDataPlane[]): Judgement {
  const { name } = workload.reference;
  const planes = enumerate([
    ...new Set(memberships.map(({ dataPlane }) => PLANES[dataPlane])),
  ]);
  const [first] = memberships;
  const seen = memberships.every(({ basis }) => basis === 'seen');
  const pods =
    memberships.length === 1 ? 'The pod' : `All ${memberships.length} pods`;
  return {
    verdict: 'pass',
    message: seen
      ? `${pods} of ${name} ${
          memberships.length === 1 ? 'is' : 'are'
        } in the mesh, ${planes}.`
      : `The pods of ${name} will be in the mesh, ${planes}: ${first.reason}.`,
    evidence: first.evidence,
    enforcement: seen ? 'enforced' : 'declared',
  };
}
