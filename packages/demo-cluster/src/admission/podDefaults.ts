/** What an API server fills in for a pod, and for the template that it is made from. */
import { recordAt } from '../store/apiObject';
import { Fields, records, setDefaults } from './fields';

function pullPolicy(image: unknown): string {
  const name = String(image ?? '');
  const tag = /:([^/@]+)(@.*)?$/.exec(name)?.[1];
  return name.includes('@') || (tag && tag !== 'latest')
    ? 'IfNotPresent'
    : 'Always';
}

function defaultContainer(container: Fields): void {
  setDefaults(container, {
    imagePullPolicy: pullPolicy(container.image),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
  });
  for (const port of records(container, 'ports')) {
    setDefaults(port, { protocol: 'TCP' });
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const fields = recordAt(container, probe);
    if (fields) {
      setDefaults(fields, {
        timeoutSeconds: 1,
        periodSeconds: 10,
        successThreshold: 1,
        failureThreshold: 3,
      });
    }
  }
  for (const variable of records(container, 'env')) {
    const reference = recordAt(variable, 'valueFrom', 'fieldRef');
    if (reference) {
      setDefaults(reference, { apiVersion: 'v1' });
    }
  }
}

function defaultVolume(volume: Fields): void {
  for (const source of ['secret', 'configMap', 'projected', 'downwardAPI']) {
    const fields = recordAt(volume, source);
    if (fields) {
      setDefaults(fields, { defaultMode: 420 });
    }
  }
  const hostPath = recordAt(volume, 'hostPath');
  if (hostPath) {
    setDefaults(hostPath, { type: '' });
  }
  for (const source of records(volume, 'projected', 'sources')) {
    const token = recordAt(source, 'serviceAccountToken');
    if (token) {
      setDefaults(token, { expirationSeconds: 3600 });
    }
  }
  if (Object.keys(volume).length === 1) {
    volume.emptyDir = {};
  }
}

/** The defaults that a pod and a template share. */
export function defaultPodSpec(spec: Fields): void {
  setDefaults(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  // The old name of the field is kept in step with the new one.
  if (
    spec.serviceAccountName === undefined &&
    spec.serviceAccount !== undefined
  ) {
    spec.serviceAccountName = spec.serviceAccount;
  }
  if (spec.serviceAccountName) {
    spec.serviceAccount = spec.serviceAccountName;
  }
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    records(spec, list).forEach(defaultContainer);
  }
  records(spec, 'volumes').forEach(defaultVolume);
}

/** What only a pod gets, not the template it came from. */
export function defaultPod(spec: Fields): void {
  defaultPodSpec(spec);
  setDefaults(spec, {
    enableServiceLinks: true,
    serviceAccountName: 'default',
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
  });
  setDefaults(spec, { serviceAccount: spec.serviceAccountName });
  if (spec.hostNetwork === true) {
    for (const list of ['initContainers', 'containers']) {
      for (const port of records(spec, list).flatMap(container =>
        records(container, 'ports'),
      )) {
        setDefaults(port, { hostPort: port.containerPort });
      }
    }
  }
}
