/** AN-6: nothing of the application runs before its proxy captures what it sends. */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
} from '../../snapshot';
import { interceptionModeOf } from '../../mesh/capture';
import {
  ISTIO_PROXY,
  LINKERD_PROXY,
  OwnContainer,
  ownContainers,
  proxyContainer,
} from '../../mesh/containers';
import { PodDataPlane, dataPlaneOf } from '../../mesh/dataPlane';
import { nativeByDefault, nativeSidecarOf } from '../../mesh/nativeSidecars';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, locateForPeople } from '../wording';
import { asSentence, notInMesh, ofInfrastructure } from './meshWords';

export const startUp: Control = {
  id: 'AN-6',
  title: 'Nothing runs before its proxy',
  pillar: 'authentication',
  severity: 'medium',
  scope: 'workload',
  question:
    'Is everything that it sends captured from its first second on, its init containers included?',
  why: 'Init containers fetch configuration and migrate databases, often with the best credentials of all. What runs before the proxy does so without encryption and without an identity.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenet 2' },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-8(1)' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: traffic encryption' },
    { framework: 'PCI DSS 4.0', requirement: '4.2' },
  ],
  needs: [
    { kind: 'ConfigMap', in: 'control-plane' },
    { kind: 'Namespace', in: 'namespace', optional: true },
    { kind: 'PeerAuthentication', in: 'namespace', optional: true },
    // Their versions alone count, and those are in `facts`: nodes report every few seconds.
    { kind: 'Node', in: 'namespace', optional: true },
  ],
  facts: nativeByDefault,
  evaluate(workload, snapshot) {
    const infrastructure = ofInfrastructure(workload, snapshot);
    if (infrastructure) {
      return [infrastructure];
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

/** What the proxy runs as: the capture leaves it out. */
const PROXY_ID = 1337;

function judgePod(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): Judgement {
  const { name } = workload.reference;
  const membership = dataPlaneOf(workload, pod, snapshot);
  const apart = notInMesh(workload, membership, snapshot);
  if (apart) {
    return apart;
  }
  if (membership.dataPlane === 'ambient') {
    return proof(
      membership,
      `Nothing of ${name} runs before ztunnel has its traffic: istio-cni hands a pod over before its first container starts.`,
      membership.evidence,
    );
  }
  const own = ownContainers(pod).filter(
    ({ list }) => list === 'initContainers',
  );
  if (membership.dataPlane === 'linkerd') {
    return judgeLinkerd(workload, pod, own, membership);
  }
  const mode = interceptionModeOf(workload, pod, snapshot);
  if (mode.value === 'NONE') {
    return {
      verdict: 'not-applicable',
      message: `Nothing that ${name} sends is captured at any time (AN-5).`,
      evidence: [mode],
    };
  }
  const asProxy = own.filter(container => runsAsProxy(pod, container));
  if (asProxy.length > 0) {
    return early(
      workload,
      asProxy,
      `the id ${PROXY_ID} belongs to the proxy, which does not capture itself`,
      asProxy.map(({ container, index }) =>
        locateForPeople(
          workload,
          pod,
          container.securityContext?.runAsUser === undefined
            ? 'spec.securityContext.runAsUser'
            : `spec.initContainers[${index}].securityContext.runAsUser`,
        ),
      ),
      `Give it another runAsUser than ${PROXY_ID}, and have Istio inject its proxy as a native sidecar, which init containers find running.`,
    );
  }
  return membership.basis === 'seen'
    ? judgeSeen(workload, pod, own, membership)
    : judgePlanned(workload, pod, own, membership, snapshot);
}

/** Where `linkerd-init` stands says what is captured; with the CNI plugin nothing comes before it. */
function judgeLinkerd(
  workload: Workload,
  pod: PodView,
  own: readonly OwnContainer[],
  membership: PodDataPlane,
): Judgement {
  const { name } = workload.reference;
  const order = (pod.spec.initContainers ?? []).map(
    container => container.name,
  );
  const capture = order.indexOf('linkerd-init');
  const injected = proxyContainer(pod, LINKERD_PROXY) !== undefined;
  const before = own.filter(({ index }) => index < capture);
  if (own.length > 0 && !injected) {
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${enumerate(
        namesOf(own),
      )} of ${name}: whether they run before its traffic is captured depends on how Linkerd injects its proxy, which only running pods show.`,
      evidence: own.map(({ index }) =>
        locateForPeople(workload, pod, `spec.initContainers[${index}].name`),
      ),
    };
  }
  return before.length > 0
    ? early(
        workload,
        before,
        'linkerd-init captures only what comes after it, and more stands before',
        before.map(({ container, index }) => ({
          object: pod.object,
          field: `${pod.path}spec.initContainers[${index}].name`,
          value: container.name,
        })),
        `Have Linkerd inject its proxy as a native sidecar (the annotation config.beta.linkerd.io/proxy-enable-native-sidecar: "true", or the value proxy.nativeSidecar), or capture with its CNI plugin. Restart ${name}.`,
      )
    : proof(
        membership,
        `Nothing of ${name} runs before its traffic is captured${
          order.includes(LINKERD_PROXY) ? '; its proxy is a native sidecar' : ''
        }.`,
        membership.evidence,
      );
}

function runsAsProxy(pod: PodView, { container }: OwnContainer): boolean {
  return (
    (container.securityContext?.runAsUser ??
      pod.spec.securityContext?.runAsUser) === PROXY_ID
  );
}

/** In a running pod the order is there to be read; istio-cni captures before any container. */
function judgeSeen(
  workload: Workload,
  pod: PodView,
  own: readonly OwnContainer[],
  membership: PodDataPlane,
): Judgement {
  const order = (pod.spec.initContainers ?? []).map(({ name }) => name);
  const capture = order.indexOf('istio-init');
  const before = own.filter(({ index }) => index < capture);
  if (before.length > 0) {
    return early(
      workload,
      before,
      'istio-init captures only what comes after it, and more stands before',
      before.map(({ container, index }) => ({
        object: pod.object,
        field: `${pod.path}spec.initContainers[${index}].name`,
        value: container.name,
      })),
    );
  }
  return proof(
    membership,
    `Nothing of ${workload.reference.name} runs before its traffic is captured${
      order.includes(ISTIO_PROXY) ? '; its proxy is a native sidecar' : ''
    }.`,
    membership.evidence,
  );
}

function judgePlanned(
  workload: Workload,
  pod: PodView,
  own: readonly OwnContainer[],
  membership: PodDataPlane,
  snapshot: ClusterSnapshot,
): Judgement {
  const { name } = workload.reference;
  if (own.length === 0) {
    return proof(
      membership,
      `Nothing of ${name} runs before its traffic is captured: it has no init containers.`,
      membership.evidence,
    );
  }
  const { native, evidence } = nativeSidecarOf(workload, pod, snapshot);
  const named = own.map(({ index }) =>
    locateForPeople(workload, pod, `spec.initContainers[${index}].name`),
  );
  if (native === undefined) {
    return {
      verdict: 'unknown',
      message: `Cannot be told for ${enumerate(
        namesOf(own),
      )} of ${name}: whether the proxy will run before depends on the version of the nodes, which nothing here shows.`,
      evidence: [...named, evidence],
    };
  }
  return native
    ? proof(
        membership,
        `Nothing of ${name} runs before its proxy, which will be a native sidecar.`,
        evidence.value === null ? named : [evidence],
      )
    : early(
        workload,
        own,
        'its proxy will be no native sidecar, so that init containers run before it; where istio-cni captures them all the same, what they send is lost instead',
        evidence.value === null ? named : [evidence, ...named],
      );
}

function namesOf(containers: readonly OwnContainer[]): string[] {
  return containers.map(({ container }) => container.name);
}

function proof(
  { basis }: PodDataPlane,
  message: string,
  evidence: Evidence[],
): Judgement {
  return {
    verdict: 'pass',
    message,
    evidence,
    enforcement: basis === 'seen' ? 'enforced' : 'declared',
  };
}

function early(
  workload: Workload,
  containers: readonly OwnContainer[],
  because: string,
  evidence: Evidence[],
  summary = `Have Istio inject its proxy as a native sidecar: the annotation sidecar.istio.io/nativeSidecar: "true" on the pod template, or nodes of Kubernetes 1.33 with Istio 1.27. Restart ${workload.reference.name}; its init containers then find the proxy running.`,
): Judgement {
  const { name } = workload.reference;
  const many = containers.length > 1;
  return {
    verdict: 'fail',
    message: `What init container${many ? 's' : ''} ${enumerate(
      namesOf(containers),
    )} of ${name} ${
      many ? 'send' : 'sends'
    } leaves without encryption and without an identity.`,
    because: asSentence(because),
    evidence,
    witness: {
      from: `init container ${containers[0].container.name} of ${describeObject(
        workload.reference,
      )}`,
      to: 'anything that it calls',
      transport: 'plaintext',
      action: 'calls without its mesh identity',
    },
    fix: { summary },
  };
}
