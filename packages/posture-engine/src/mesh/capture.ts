/**
 * What of a pod's inbound traffic never meets its proxy. A port that is not
 * captured takes plaintext whatever PeerAuthentication says, and no
 * AuthorizationPolicy is asked; istiod's configuration shows no trace of it.
 *
 * That an application runs as the proxy's own user (1337) is not here: that
 * frees what it sends, while what it receives is captured all the same.
 */
import { parse } from 'yaml';
import { ClusterSnapshot, PodView, Workload, referenceTo } from '../snapshot';
import { ISTIO_PROXY, proxyContainer } from './containers';
import { DataPlane } from './enrolment';
import { initArguments, listOf } from './initArguments';
import { interceptionModeIn, requireMesh } from './mesh';
import { FieldValue, entryOf, metadataEvidence } from './podFields';
import { linkerdCapture } from './linkerd/linkerdCapture';
import { sidecarOf } from './sidecarScope';

/** One way past the proxy, and the field that opens it. */
export interface Bypass extends FieldValue {
  kind:
    | 'exclude-inbound-ports'
    | 'include-inbound-ports'
    | 'exclude-interfaces'
    | 'interception-mode'
    | 'proxy-port'
    | 'sidecar-ingress'
    | 'second-address-family'
    | 'bypass-inbound-capture'
    | 'skip-inbound-ports'
    | 'skip-subnets';
  /** False where it is one only if the application listens on more than 127.0.0.1, or if dual stack is off. */
  certain: boolean;
}

/** What a pod's proxy captures. */
export interface Capture {
  /** Ports that some field about capture names. */
  ports: readonly number[];
  /** The ways past the proxy to a container port; null asks for a port that nothing names. */
  bypassOf(port: number | null): Bypass[];
}

/** istio-init leaves these to the proxy: telemetry, health, merged metrics, and the tunnel. */
export const PROXY_PORTS: readonly number[] = [15008, 15020, 15021, 15090];

const EXCLUDE_PORTS = 'traffic.sidecar.istio.io/excludeInboundPorts';
const INCLUDE_PORTS = 'traffic.sidecar.istio.io/includeInboundPorts';
const EXCLUDE_INTERFACES = 'traffic.sidecar.istio.io/excludeInterfaces';
const REROUTED_INTERFACES = [
  'traffic.sidecar.istio.io/kubevirtInterfaces',
  'istio.io/reroute-virtual-interfaces',
];
const INTERCEPTION_MODE = 'sidecar.istio.io/interceptionMode';
const PROXY_CONFIG = 'proxy.istio.io/config';
const AMBIENT_BYPASS = 'ambient.istio.io/bypass-inbound-capture';

export function captureOf(
  workload: Workload,
  pod: PodView,
  dataPlane: DataPlane,
  snapshot: ClusterSnapshot,
): Capture {
  switch (dataPlane) {
    case 'sidecar':
      return sidecarCapture(workload, pod, snapshot);
    case 'ambient':
      return ambientCapture(workload, pod);
    case 'linkerd':
      return linkerdCapture(workload, pod, snapshot);
    default:
      return { ports: [], bypassOf: () => [] };
  }
}

function ambientCapture(workload: Workload, pod: PodView): Capture {
  const bypass: Bypass[] =
    entryOf(pod.annotations, AMBIENT_BYPASS) === 'true'
      ? [
          {
            kind: 'bypass-inbound-capture',
            certain: true,
            ...metadataEvidence(workload, pod, 'annotations', AMBIENT_BYPASS),
          },
        ]
      : [];
  return { ports: [], bypassOf: () => bypass };
}

function sidecarCapture(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): Capture {
  const annotation = (key: string) =>
    metadataEvidence(workload, pod, 'annotations', key);
  // What istio-init was really told includes the mesh's defaults; annotations alone do not.
  const told = initArguments(pod);
  const excluded = told('-d') ?? annotation(EXCLUDE_PORTS);
  const included = told('-b') ?? annotation(INCLUDE_PORTS);
  const everything: Bypass[] = [
    told('-c') ?? annotation(EXCLUDE_INTERFACES),
    ...(told('-k') ? [told('-k')] : REROUTED_INTERFACES.map(annotation)),
  ].flatMap(evidence =>
    evidence && listOf(evidence).length > 0
      ? [{ kind: 'exclude-interfaces' as const, certain: true, ...evidence }]
      : [],
  );
  const mode = interceptionModeOf(workload, pod, snapshot);
  const listeners = ingressListeners(pod, snapshot, mode.value === 'NONE');
  const excludedPorts = portsOf(excluded);
  const includedPorts =
    included.value === null || included.value === '*'
      ? undefined
      : portsOf(included);

  const bypassOf = (port: number | null): Bypass[] => {
    if (mode.value === 'NONE') {
      // Nothing is rerouted, so no interface is left out of it.
      const found: Bypass[] = [];
      const bound = listeners.some(listener => listener.port === port);
      const behind = listeners.find(listener => listener.endpoint === port);
      if (behind) {
        found.push(behind.bypass);
      } else if (!bound) {
        found.push({ kind: 'interception-mode', certain: true, ...mode });
      }
      return found;
    }
    const found = [...everything, ...secondAddress(pod)];
    const unbound = listeners.find(
      listener => listener.port === port || listener.endpoint === port,
    );
    if (unbound && port !== null) {
      found.push(unbound.bypass);
    }
    if (includedPorts) {
      if (port === null || !includedPorts.includes(port)) {
        found.push({
          kind: 'include-inbound-ports',
          certain: true,
          ...included,
        });
      }
    } else if (port !== null && PROXY_PORTS.includes(port)) {
      found.push({
        kind: 'proxy-port',
        certain: true,
        object: pod.object,
        field: '',
        value: port,
      });
    } else if (port !== null && excludedPorts.includes(port)) {
      found.push({ kind: 'exclude-inbound-ports', certain: true, ...excluded });
    }
    return found;
  };

  return {
    ports: [
      ...excludedPorts.filter(port => !PROXY_PORTS.includes(port)),
      ...(includedPorts ?? []),
      ...listeners.flatMap(({ endpoint }) => endpoint ?? []),
      ...(sidecarOf(pod, snapshot)?.spec?.ingress ?? []).flatMap(
        ({ port }) => port?.number ?? [],
      ),
    ],
    bypassOf,
  };
}

/**
 * istio-init writes rules for IPv6 only where the pod's first address is one, or
 * where dual stack is switched on, which the proxy's environment then shows.
 */
function secondAddress(pod: PodView): Bypass[] {
  const [first, ...others] = pod.ips;
  const second = others.find(ip => ip.includes(':'));
  const switchedOn = proxyContainer(pod, ISTIO_PROXY)?.env?.some(
    ({ name, value }) =>
      name === 'ISTIO_DUAL_STACK' && value?.toLowerCase() === 'true',
  );
  return second === undefined || first.includes(':') || switchedOn
    ? []
    : [
        {
          kind: 'second-address-family',
          certain: false,
          object: pod.object,
          field: `status.podIPs[${pod.ips.indexOf(second)}].ip`,
          value: second,
        },
      ];
}

function portsOf(evidence: FieldValue): number[] {
  return listOf(evidence).map(Number).filter(Number.isInteger);
}

/** REDIRECT, TPROXY or NONE, and the field that says so. */
export function interceptionModeOf(
  workload: Workload,
  pod: PodView,
  snapshot: ClusterSnapshot,
): FieldValue {
  const running = proxyContainer(pod, ISTIO_PROXY)?.env?.find(
    ({ name }) => name === 'ISTIO_META_INTERCEPTION_MODE',
  );
  if (running?.value) {
    return {
      object: pod.object,
      field: `${pod.path}spec (container ${ISTIO_PROXY}, env ISTIO_META_INTERCEPTION_MODE)`,
      value: running.value,
    };
  }
  const annotated = metadataEvidence(
    workload,
    pod,
    'annotations',
    INTERCEPTION_MODE,
  );
  if (annotated.value !== null) {
    return annotated;
  }
  const config = metadataEvidence(workload, pod, 'annotations', PROXY_CONFIG);
  const configured = configuredMode(pod, config);
  return configured === undefined
    ? {
        object: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: 'istio-system',
          name: 'istio',
        },
        field: 'data.mesh (defaultConfig.interceptionMode)',
        value: requireMesh(snapshot).interceptionMode,
      }
    : { ...config, value: configured };
}

function configuredMode(
  pod: PodView,
  { value }: FieldValue,
): string | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  try {
    return interceptionModeIn(parse(value));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the annotation ${PROXY_CONFIG} of ${pod.name} cannot be read: ${reason}`,
    );
  }
}

interface IngressListener {
  port?: number;
  /** The application's own port behind the listener. */
  endpoint?: number;
  bypass: Bypass;
}

/**
 * Listeners that the proxy binds itself instead of capturing: those of
 * captureMode NONE, and all of them where nothing is captured anyway.
 */
function ingressListeners(
  pod: PodView,
  snapshot: ClusterSnapshot,
  uncaptured: boolean,
): IngressListener[] {
  const sidecar = sidecarOf(pod, snapshot);
  return (sidecar?.spec?.ingress ?? []).flatMap((listener, index) => {
    if (!sidecar || (!uncaptured && listener.captureMode !== 'NONE')) {
      return [];
    }
    const endpoint = Number(listener.defaultEndpoint?.split(':').pop());
    return [
      {
        port: listener.port?.number,
        ...(Number.isInteger(endpoint) && endpoint > 0 ? { endpoint } : {}),
        bypass: {
          kind: 'sidecar-ingress' as const,
          certain: false,
          object: referenceTo(sidecar),
          field: `spec.ingress[${index}]`,
          value: {
            captureMode: listener.captureMode ?? null,
            defaultEndpoint: listener.defaultEndpoint ?? null,
          },
        },
      },
    ];
  });
}
