/** AN-5: what a workload sends passes its proxy, and the workload has no power to change that. */
import {
  ClusterSnapshot,
  PodView,
  Workload,
  describeObject,
} from '../../snapshot';
import { ownContainers } from '../../mesh/containers';
import { PodDataPlane, dataPlaneOf } from '../../mesh/dataPlane';
import { linkerdOutboundBypasses } from '../../mesh/linkerd';
import { OutboundBypass, outboundBypasses } from '../../mesh/outboundBypass';
import { Control, Evidence, Judgement } from '../control';
import { enumerate, locateForPeople, worstFirst } from '../wording';
import { notInMesh, ofInfrastructure } from './meshWords';

export const outboundCapture: Control = {
  id: 'AN-5',
  title: 'Nothing leaves past its proxy',
  pillar: 'authentication',
  severity: 'high',
  scope: 'workload',
  question:
    'Does everything that it sends go through its proxy, so that it is encrypted and carries its identity?',
  why: 'What goes past the proxy is neither encrypted nor tied to an identity, and no rule of the mesh about outgoing calls sees it.',
  references: [
    { framework: 'NIST SP 800-207', requirement: 'Tenets 2 and 6' },
    {
      framework: 'NIST SP 800-207A',
      requirement:
        'Identity-tier policy: encryption in transit, authentication',
    },
    { framework: 'NIST SP 800-53 r5', requirement: 'SC-8(1), SC-7' },
    { framework: 'CISA ZTMM v2', requirement: 'Networks: traffic encryption' },
    {
      framework: 'NSA/CISA KHG',
      requirement: 'Network separation and encryption',
    },
    { framework: 'PCI DSS 4.0', requirement: '4.2' },
  ],
  needs: [
    { kind: 'ConfigMap', in: 'control-plane' },
    // These tell the data plane of a manifest; a running pod shows its own.
    { kind: 'Namespace', in: 'namespace', optional: true },
    { kind: 'PeerAuthentication', in: 'namespace', optional: true },
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
    const judgements = views.map(view => judgePod(workload, view, snapshot));
    const failures = worstFirst(
      judgements.flatMap(judgement =>
        judgement.verdict === 'fail'
          ? [{ severity: outboundCapture.severity, judgement, ...judgement }]
          : [],
      ),
    );
    const [worst] = failures;
    return [
      worst?.judgement ??
        judgements.find(({ verdict }) => verdict === 'unknown') ??
        judgements.find(({ verdict }) => verdict === 'pass') ??
        judgements[0],
    ];
  },
};

interface View {
  pod: PodView;
  membership: PodDataPlane;
}

function judgePod(
  workload: Workload,
  { pod, membership }: View,
  snapshot: ClusterSnapshot,
): Judgement {
  const { name } = workload.reference;
  const apart = notInMesh(workload, membership, snapshot);
  if (apart) {
    return apart;
  }
  const bypasses = bypassesOf(workload, { pod, membership }, snapshot);
  const [bypass] = [...bypasses].sort(
    (left, right) => Number(right.everything) - Number(left.everything),
  );
  if (bypass) {
    return past(workload, bypass, bypasses);
  }
  const powers = powersOf(workload, pod);
  if (powers.length > 0) {
    return powerful(workload, powers);
  }
  return {
    verdict: 'pass',
    message: `Everything that ${name} sends goes through ${
      membership.dataPlane === 'ambient' ? 'ztunnel' : 'its proxy'
    }: no setting leaves a port, an address or an interface out.`,
    evidence: membership.evidence,
    enforcement: membership.basis === 'seen' ? 'enforced' : 'declared',
  };
}

function bypassesOf(
  workload: Workload,
  { pod, membership }: View,
  snapshot: ClusterSnapshot,
): OutboundBypass[] {
  switch (membership.dataPlane) {
    case 'sidecar':
      return outboundBypasses(workload, pod, snapshot);
    case 'linkerd':
      return linkerdOutboundBypasses(workload, pod, snapshot);
    default:
      return [];
  }
}

function past(
  workload: Workload,
  bypass: OutboundBypass,
  all: readonly OutboundBypass[],
): Judgement {
  const { name } = workload.reference;
  const { object, field, value } = bypass;
  return {
    verdict: 'fail',
    severity: bypass.everything ? 'high' : 'medium',
    message: `What ${name} sends${placeOf(
      bypass,
    )} goes past its proxy: no mTLS, no identity, no policy on the way out.`,
    because: `${describeObject(object)} says ${field}: ${JSON.stringify(
      value,
    )}.`,
    evidence: all.map(way => ({
      object: way.object,
      field: way.field,
      value: way.value,
    })),
    witness: {
      from: describeObject(workload.reference),
      to: bypass.everything ? 'anything that it calls' : destinationOf(bypass),
      transport: 'plaintext',
      action: 'calls without its mesh identity',
    },
    fix: {
      summary: `Take ${field} out of ${describeObject(
        object,
      )}, and restart ${name}. What it calls outside the mesh still works, unless the mesh refuses destinations that no ServiceEntry names; protocols in which the server speaks first may need their port declared.`,
    },
  };
}

function placeOf(bypass: OutboundBypass): string {
  if (bypass.everything) {
    return '';
  }
  return bypass.kind === 'exclude-interfaces'
    ? ` over ${destinationOf(bypass)}`
    : ` to ${destinationOf(bypass)}`;
}

function destinationOf({ kind, named, ports = [] }: OutboundBypass): string {
  const list = enumerate(named);
  const plural = named.length > 1 ? 's' : '';
  switch (kind) {
    case 'exclude-ports':
      return `port${plural} ${list}`;
    case 'exclude-interfaces':
      return `interface${plural} ${list}`;
    case 'include-ranges':
      return `anything but ${enumerate([
        ...named,
        ...ports.map(port => `port ${port}`),
      ])}`;
    default:
      return list;
  }
}

/** With these a process rewrites its pod's capture, or sends and reads frames beneath it. */
const CAPABILITIES: readonly string[] = ['NET_ADMIN', 'NET_RAW', 'ALL'];

/** The fields that give the application's own containers power over their pod's network. */
function powersOf(workload: Workload, pod: PodView): Evidence[] {
  return ownContainers(pod).flatMap(({ container, list, index }) => {
    const path = `spec.${list}[${index}].securityContext`;
    const { privileged, capabilities } = container.securityContext ?? {};
    const added = (capabilities?.add ?? []).some(capability =>
      CAPABILITIES.includes(capability.toUpperCase()),
    );
    return [
      ...(privileged ? [`${path}.privileged`] : []),
      ...(added ? [`${path}.capabilities.add`] : []),
    ].map(field => locateForPeople(workload, pod, field));
  });
}

function powerful(workload: Workload, evidence: Evidence[]): Judgement {
  const { name } = workload.reference;
  const [{ object, field, value }] = evidence;
  return {
    verdict: 'fail',
    severity: 'medium',
    message: `Whoever takes over ${name} can send past its proxy, and read what passes between the two: a container of it may change the network of its pod.`,
    because: `${describeObject(object)} says ${field}: ${JSON.stringify(
      value,
    )}.`,
    evidence,
    witness: {
      from: describeObject(workload.reference),
      to: 'anything that the network lets it reach',
      transport: 'plaintext',
      action: 'undoes the capture of its own traffic',
    },
    fix: {
      summary: `Drop all capabilities of the containers of ${name}, and let none be privileged. What changes the network of a pod belongs into istio-cni, not into the pod.`,
    },
  };
}
