import { KubernetesObject, Pod, readObject } from '../../snapshot';
import {
  describeConformance,
  readConformance,
} from '../../testing/conformance';
import { checksOf, evaluatePodSecurity } from './evaluate';
import { podSecurityPolicyOf } from './namespacePolicy';
import { PodSecurityLevel } from './check';
import { PodSecurityVersion, parsePodSecurityVersion } from './version';

/** Through the snapshot's own reading, so that its projection must keep whatever a check looks at. */
function readPod(object: KubernetesObject): Pod {
  const result = readObject(object);
  if (!('resource' in result)) {
    throw new Error(JSON.stringify(result));
  }
  return result.resource as Pod;
}

function podOf(spec: object, annotations: Record<string, string> = {}): Pod {
  return readPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', annotations },
    spec: { containers: [{ name: 'app' }], ...spec },
  });
}

/** The ids of the checks that refuse. */
function refusing(
  pod: Pod,
  level: PodSecurityLevel,
  version: PodSecurityVersion = 'latest',
  template = false,
): string[] {
  return evaluatePodSecurity(pod, { level, version, template }).violations.map(
    ({ check }) => check,
  );
}

const hardened = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};
const restricted = {
  securityContext: {
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [{ name: 'app', securityContext: hardened }],
};

const CASES = 'pod-security/cases.json';

interface PublishedCases {
  pods: KubernetesObject[];
  cases: {
    level: PodSecurityLevel;
    version: PodSecurityVersion;
    pod: number;
    expect: 'pass' | 'fail';
    check: string;
  }[];
}

describeConformance(CASES, () => {
  it('agree, every one', () => {
    const data = readConformance<PublishedCases>(CASES);
    if (!data) {
      throw new Error(`${CASES} cannot be read`);
    }
    const { pods, cases } = data;
    const wrong = cases.filter(({ level, version, pod, expect: expected }) => {
      const { allowed } = evaluatePodSecurity(readPod(pods[pod]), {
        level,
        version,
      });
      return allowed !== (expected === 'pass');
    });
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(663);
  });
});

describe('evaluatePodSecurity', () => {
  it('admits everything at privileged, and a hardened pod at restricted', () => {
    const worst = podOf({ hostNetwork: true, hostPID: true });
    expect(refusing(worst, 'privileged')).toEqual([]);
    expect(refusing(podOf(restricted), 'restricted')).toEqual([]);
  });

  it('says for an ordinary pod what restricted misses, and in which fields', () => {
    const { allowed, violations } = evaluatePodSecurity(podOf({}), {
      level: 'restricted',
      version: 'latest',
    });
    expect(allowed).toBe(false);
    expect(violations).toEqual([
      {
        check: 'allowPrivilegeEscalation',
        level: 'restricted',
        message:
          'container "app" must set securityContext.allowPrivilegeEscalation to false',
        offences: [
          {
            field:
              'spec.containers[0].securityContext.allowPrivilegeEscalation',
            value: null,
            container: 'app',
          },
        ],
      },
      expect.objectContaining({ check: 'capabilities_restricted' }),
      expect.objectContaining({
        check: 'runAsNonRoot',
        message:
          'the pod or container "app" must set securityContext.runAsNonRoot to true',
      }),
      expect.objectContaining({ check: 'seccompProfile_restricted' }),
    ]);
    expect(
      evaluatePodSecurity(podOf({}), { level: 'baseline', version: 'latest' })
        .allowed,
    ).toBe(true);
  });

  it('looks at containers of every kind', () => {
    for (const list of [
      'initContainers',
      'containers',
      'ephemeralContainers',
    ]) {
      const pod = podOf({
        [list]: [{ name: 'root', securityContext: { privileged: true } }],
      });
      expect(
        evaluatePodSecurity(pod, { level: 'baseline', version: 'latest' })
          .violations[0].offences,
      ).toEqual([
        {
          field: `spec.${list}[0].securityContext.privileged`,
          value: true,
          container: 'root',
        },
      ]);
    }
  });

  it('replaces checks of the baseline by the stricter ones of restricted, from the version that has them', () => {
    const ids = (version: PodSecurityVersion) =>
      checksOf('restricted', version).map(({ id }) => id);
    expect(ids('v1.0')).toEqual([
      'appArmorProfile',
      'capabilities_baseline',
      'hostNamespaces',
      'hostPorts',
      'privileged',
      'procMount',
      'seLinuxOptions',
      'seccompProfile_baseline',
      'sysctls',
      'windowsHostProcess',
      'restrictedVolumes',
      'runAsNonRoot',
    ]);
    expect(ids('latest')).toEqual([
      'appArmorProfile',
      'hostNamespaces',
      'hostPorts',
      'hostProbesAndHostLifecycle',
      'privileged',
      'seLinuxOptions',
      'sysctls',
      'windowsHostProcess',
      'allowPrivilegeEscalation',
      'capabilities_restricted',
      'procMount_restricted',
      'restrictedVolumes',
      'runAsNonRoot',
      'runAsUser',
      'seccompProfile_restricted',
    ]);
    expect(ids('v1.99')).toEqual(ids('latest'));
  });

  it('gives a pod on the node network host ports, and a template none, as the API server does', () => {
    const pod = podOf({
      hostNetwork: true,
      containers: [{ name: 'app', ports: [{ containerPort: 8080 }] }],
    });
    expect(refusing(pod, 'baseline')).toEqual(['hostNamespaces', 'hostPorts']);
    expect(refusing(pod, 'baseline', 'latest', true)).toEqual([
      'hostNamespaces',
    ]);
  });

  it('takes a volume with only a name for an emptyDir, and an unknown source for a refused one', () => {
    const withVolume = (volume: object) =>
      refusing(
        podOf({ ...restricted, volumes: [{ name: 'data', ...volume }] }),
        'restricted',
      );
    expect(withVolume({})).toEqual([]);
    expect(withVolume({ hostPath: null })).toEqual([]);
    expect(withVolume({ persistentVolumeClaim: { claimName: 'a' } })).toEqual(
      [],
    );
    expect(withVolume({ nfs: { server: 'a', path: '/' } })).toEqual([
      'restrictedVolumes',
    ]);
    expect(withVolume({ somethingNew: {} })).toEqual(['restrictedVolumes']);
  });

  it('refuses a bad value of the pod even where every container overrides it', () => {
    const overridden = (securityContext: object) =>
      refusing(
        podOf({
          securityContext: {
            ...restricted.securityContext,
            ...securityContext,
          },
          containers: [
            {
              name: 'app',
              securityContext: {
                ...hardened,
                runAsNonRoot: true,
                runAsUser: 1000,
                seccompProfile: { type: 'RuntimeDefault' },
                appArmorProfile: { type: 'RuntimeDefault' },
              },
            },
          ],
        }),
        'restricted',
      );
    expect(overridden({})).toEqual([]);
    expect(overridden({ runAsNonRoot: false })).toEqual(['runAsNonRoot']);
    expect(overridden({ runAsUser: 0 })).toEqual(['runAsUser']);
    expect(overridden({ seccompProfile: { type: 'Unconfined' } })).toEqual([
      'seccompProfile_restricted',
    ]);
    expect(overridden({ appArmorProfile: { type: 'Unconfined' } })).toEqual([
      'appArmorProfile',
    ]);
  });

  it('wants ALL to be dropped by that very name', () => {
    const dropping = (drop: string[]) =>
      refusing(
        podOf({
          ...restricted,
          containers: [
            {
              name: 'app',
              securityContext: { ...hardened, capabilities: { drop } },
            },
          ],
        }),
        'restricted',
      );
    expect(dropping(['NET_RAW', 'ALL'])).toEqual([]);
    expect(dropping(['all'])).toEqual(['capabilities_restricted']);
  });

  it('lets a user namespace skip the root checks from v1.35 on, and procMount in the baseline only', () => {
    const pod = podOf({
      hostUsers: false,
      securityContext: { runAsUser: 0, seccompProfile: { type: 'Localhost' } },
      containers: [
        {
          name: 'app',
          securityContext: { ...hardened, procMount: 'Unmasked' },
        },
      ],
    });
    expect(refusing(pod, 'restricted', 'v1.34')).toEqual([
      'procMount',
      'runAsNonRoot',
      'runAsUser',
    ]);
    expect(refusing(pod, 'restricted', 'v1.35')).toEqual([
      'procMount_restricted',
    ]);
    expect(refusing(pod, 'baseline', 'v1.34')).toEqual(['procMount']);
    expect(refusing(pod, 'baseline', 'v1.35')).toEqual([]);
  });

  it('spares Windows pods three checks from v1.25 on', () => {
    const pod = podOf({ os: { name: 'windows' } });
    expect(refusing(pod, 'restricted', 'v1.24')).toEqual([
      'allowPrivilegeEscalation',
      'capabilities_restricted',
      'runAsNonRoot',
      'seccompProfile_restricted',
    ]);
    expect(refusing(pod, 'restricted', 'v1.25')).toEqual(['runAsNonRoot']);
  });

  it('reads seccomp annotations before v1.19 only, and AppArmor annotations always', () => {
    const seccomp = podOf(restricted, {
      'container.seccomp.security.alpha.kubernetes.io/app': 'unconfined',
      'container.seccomp.security.alpha.kubernetes.io/nobody': 'unconfined',
    });
    expect(refusing(seccomp, 'baseline', 'v1.18')).toEqual([
      'seccompProfile_baseline',
    ]);
    expect(refusing(seccomp, 'restricted', 'v1.19')).toEqual([]);
    const appArmor = podOf(restricted, {
      'container.apparmor.security.beta.kubernetes.io/app': 'unconfined',
    });
    expect(refusing(appArmor, 'restricted')).toEqual(['appArmorProfile']);
  });

  it('refuses hosts of probes and handlers from v1.34 on, 127.0.0.1 too', () => {
    const pod = podOf({
      containers: [
        {
          name: 'app',
          readinessProbe: { httpGet: { port: 80, host: '127.0.0.1' } },
          lifecycle: { preStop: { tcpSocket: { port: 80, host: 'db' } } },
        },
      ],
    });
    expect(refusing(pod, 'baseline', 'v1.33')).toEqual([]);
    expect(refusing(pod, 'baseline', 'v1.34')).toEqual([
      'hostProbesAndHostLifecycle',
    ]);
  });
});

describe('parsePodSecurityVersion', () => {
  it('knows latest and v1.NN, without leading zeros', () => {
    expect(['latest', 'v1.0', 'v1.99'].map(parsePodSecurityVersion)).toEqual([
      'latest',
      'v1.0',
      'v1.99',
    ]);
    for (const text of ['', 'v1', 'v1.', 'v1.01', '1.25', 'v2.1', 'v1.25.1']) {
      expect(parsePodSecurityVersion(text)).toBeUndefined();
    }
  });
});

describe('podSecurityPolicyOf', () => {
  const prefix = 'pod-security.kubernetes.io';

  it('is privileged where nothing is said', () => {
    expect(podSecurityPolicyOf({}).enforce).toEqual({
      level: 'privileged',
      version: 'latest',
    });
  });

  it('reads levels and versions, and lets warn follow enforce', () => {
    expect(
      podSecurityPolicyOf({
        [`${prefix}/enforce`]: 'baseline',
        [`${prefix}/enforce-version`]: 'v1.30',
        [`${prefix}/audit`]: 'restricted',
      }),
    ).toEqual({
      enforce: { level: 'baseline', version: 'v1.30' },
      audit: { level: 'restricted', version: 'latest' },
      warn: { level: 'baseline', version: 'v1.30' },
    });
  });

  it('takes a misspelt enforce level for restricted, and any other mode for privileged', () => {
    const policy = podSecurityPolicyOf({
      [`${prefix}/enforce`]: 'Restricted',
      [`${prefix}/enforce-version`]: '1.30',
      [`${prefix}/audit`]: 'strict',
    });
    expect(policy.enforce).toEqual({ level: 'restricted', version: 'latest' });
    expect(policy.audit.level).toBe('privileged');
    expect(policy.warn.level).toBe('privileged');
  });
});
