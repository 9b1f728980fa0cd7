/** What the checks share: the containers of a pod, and the words for who set what. */
import { JsonValue, PodSpec } from '../../snapshot';
import {
  AdmittedPod,
  CheckPod,
  Offence,
  PlacedContainer,
  Refusal,
} from './check';

/** Containers of every kind, in the order in which admission visits them. */
export function containersOf(spec: PodSpec): PlacedContainer[] {
  const place = (
    list: 'initContainers' | 'containers' | 'ephemeralContainers',
  ) =>
    (spec[list] ?? []).map((container, index) => ({
      container,
      path: `spec.${list}[${index}]`,
    }));
  return [
    ...place('initContainers'),
    ...place('containers'),
    ...place('ephemeralContainers'),
  ];
}

/** An offence of a container's own field. */
export function containerOffence(
  { container, path }: PlacedContainer,
  field: string,
  value: JsonValue | undefined,
): Offence {
  return {
    field: `${path}.${field}`,
    value: value ?? null,
    container: container.name,
  };
}

/** `pod and containers "a", "b"`: whose fields are meant. */
export function setters(offences: readonly Offence[]): string {
  const containers = unique(
    offences.flatMap(({ container }) => container ?? []),
  );
  return [
    ...(offences.some(({ container }) => container === undefined)
      ? ['the pod']
      : []),
    ...(containers.length > 0
      ? [`container${plural(containers)} ${quoted(containers)}`]
      : []),
  ].join(' and ');
}

/** The refusal that these offences make, or nothing where there is none. */
export function refuse(
  offences: Offence[],
  describe: (offences: readonly Offence[]) => string,
): Refusal | undefined {
  return offences.length === 0
    ? undefined
    : { message: describe(offences), offences };
}

/** From v1.25 on, a pod that says it runs on Windows need not set what exists on Linux only. */
export function exceptWindows(checkPod: CheckPod): CheckPod {
  return pod => (pod.spec.os?.name === 'windows' ? undefined : checkPod(pod));
}

/** From v1.35 on, root inside a user namespace is nobody outside of it. */
export function exceptUserNamespaces(checkPod: CheckPod): CheckPod {
  return pod => (isInUserNamespace(pod) ? undefined : checkPod(pod));
}

function isInUserNamespace({ spec }: AdmittedPod): boolean {
  return spec.hostUsers === false;
}

export function unique<T extends string | number>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

export function quoted(values: readonly (string | number)[]): string {
  return values.map(value => `"${value}"`).join(', ');
}

export function plural(values: readonly unknown[]): string {
  return values.length === 1 ? '' : 's';
}
