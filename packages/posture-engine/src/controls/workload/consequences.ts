/** What each refused check of the Pod Security Standards means for the service and its node, and what to do about it. */
import { Offence, PodSecurityCheckId } from '../../workloads';
import { JsonValue } from '../../snapshot';
import { Severity } from '../control';

export interface Consequence {
  severity: Severity;
  /** Completes "Whoever breaks into orders ...". */
  power: string;
  /** An imperative without a full stop. */
  repair: string;
  /** What the refused fields must say, where only one thing will do. */
  value?: JsonValue;
}

type Describe = (offences: readonly Offence[]) => Consequence;

/** Each of these alone is enough to take over the node. */
const NODE_CAPABILITIES = [
  'ALL',
  'BPF',
  'DAC_READ_SEARCH',
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
];

/** Directories whose contents are as good as the node itself: its system, its kubelet, the sockets of its container runtime. */
const NODE_PATHS =
  /^\/+(|(etc|proc|sys|dev|root|boot|run|var\/run|var\/lib\/(kubelet|containerd|docker))(\/.*)?)$/;

function always(
  severity: Severity,
  power: string,
  repair: string,
  value?: JsonValue,
): Describe {
  return () => ({
    severity,
    power,
    repair,
    ...(value !== undefined && { value }),
  });
}

function values(offences: readonly Offence[]): string[] {
  return [...new Set(offences.map(({ value }) => String(value)))];
}

function volumes(offences: readonly Offence[]): Consequence {
  const paths = values(
    offences.filter(({ field }) => field.endsWith('.hostPath.path')),
  );
  if (paths.length === 0) {
    const sources = offences.map(({ field }) =>
      field.slice(field.lastIndexOf('.') + 1),
    );
    return {
      severity: 'medium',
      power: `uses storage (${[...new Set(sources)].join(
        ', ',
      )}) that is mounted past the cluster's own control`,
      repair: 'mount such storage through a PersistentVolumeClaim',
    };
  }
  return {
    severity: paths.some(path => NODE_PATHS.test(path)) ? 'critical' : 'high',
    power: `reaches ${paths.join(' and ')} of its node`,
    repair:
      'replace the hostPath volumes by an emptyDir, a ConfigMap or a PersistentVolumeClaim',
  };
}

const HOST_NAMESPACES: Record<string, string> = {
  'spec.hostNetwork':
    'uses the network of its node, where network policies do not hold it',
  'spec.hostPID': 'sees and may signal every process of its node',
  'spec.hostIPC': 'shares memory with the processes of its node',
};

const procMount = always(
  'high',
  'sees and may write parts of /proc that are masked because they belong to the node',
  'remove `procMount`',
);

const seccompOff = always(
  'high',
  'may make every system call of the kernel, also those that break-outs need',
  'set `seccompProfile.type: RuntimeDefault` for the pod, and nothing else for its containers',
);

/** A capability check refuses what is added, or that ALL is not dropped. */
function capabilities(offences: readonly Offence[]): Consequence {
  const added = values(
    offences.filter(({ field }) => field.includes('.capabilities.add[')),
  );
  if (added.length === 0) {
    return {
      severity: 'medium',
      power: 'keeps rights of root (capabilities) that it does not need',
      repair: 'set `capabilities.drop: [ALL]` for every container',
      value: ['ALL'],
    };
  }
  return {
    severity: added.some(name => NODE_CAPABILITIES.includes(name))
      ? 'critical'
      : 'high',
    power: `holds rights of root (${added.join(
      ', ',
    )}) that reach beyond the container`,
    repair:
      'set `capabilities.drop: [ALL]`, and add nothing but `NET_BIND_SERVICE`',
  };
}

const CONSEQUENCES: Record<PodSecurityCheckId, Describe> = {
  privileged: always(
    'critical',
    'owns the node it runs on and everything there',
    'remove `privileged: true`, and add the single capability that is really needed, if any',
  ),
  windowsHostProcess: always(
    'critical',
    'is a process of its Windows node, with the rights of the node',
    'remove `windowsOptions.hostProcess`',
  ),
  hostNamespaces: offences => ({
    severity: 'high',
    power: offences.map(({ field }) => HOST_NAMESPACES[field]).join(' and '),
    repair: `remove ${offences
      .map(({ field }) => `\`${field.slice('spec.'.length)}\``)
      .join(', ')}`,
  }),
  hostPathVolumes: volumes,
  restrictedVolumes: volumes,
  capabilities_baseline: capabilities,
  capabilities_restricted: capabilities,
  hostPorts: offences => ({
    severity: 'medium',
    power: `answers on port ${values(offences).join(
      ', ',
    )} of its node, past every Service`,
    repair: 'remove `hostPort`, and let a Service bring the traffic in',
  }),
  hostProbesAndHostLifecycle: offences => ({
    severity: 'medium',
    power: `has a probe or handler that makes the node call ${values(
      offences,
    ).join(', ')} from its own network`,
    repair: 'remove `host` from the probes and lifecycle handlers',
  }),
  appArmorProfile: always(
    'high',
    'is not held by AppArmor, one wall less before the node',
    'remove the AppArmor profile, or set `appArmorProfile.type: RuntimeDefault`',
  ),
  seLinuxOptions: always(
    'high',
    'runs under SELinux options of its own, which may lift the separation from the node',
    'remove `seLinuxOptions.user`, `role` and the unusual `type`',
  ),
  procMount,
  procMount_restricted: procMount,
  seccompProfile_baseline: seccompOff,
  seccompProfile_restricted: offences =>
    offences.some(({ value }) => value !== null)
      ? seccompOff(offences)
      : {
          severity: 'medium',
          power: 'may make every system call of the kernel',
          repair: 'set `seccompProfile.type: RuntimeDefault` for the pod',
          value: 'RuntimeDefault',
        },
  sysctls: offences => ({
    severity: 'high',
    power: `changes kernel settings (${values(offences).join(
      ', ',
    )}) that may reach beyond its pod`,
    repair: 'remove these sysctls',
  }),
  allowPrivilegeEscalation: always(
    'medium',
    'can gain rights that its process did not start with',
    'set `allowPrivilegeEscalation: false` for every container',
    false,
  ),
  runAsNonRoot: always(
    'medium',
    'may be root in its container',
    'set `runAsNonRoot: true` for the pod (an image that runs as root needs a user of its own first)',
    true,
  ),
  runAsUser: always(
    'medium',
    'is root in its container',
    'remove `runAsUser: 0`',
  ),
};

/** What it means that a check refuses these fields. */
export function consequenceOf(
  check: PodSecurityCheckId,
  offences: readonly Offence[],
): Consequence {
  return CONSEQUENCES[check](offences);
}
