/**
 * Seccomp filters the system calls of a container. The baseline refuses to
 * switch it off; restricted wants it on, from the pod or from each container. A
 * bad value of the pod counts even where every container overrides it. Before
 * v1.19 the profile was an annotation, which means nothing since.
 */
import { fieldOf } from '../../../snapshot';
import { AdmittedPod, Offence, PodSecurityCheck, Refusal } from '../check';
import {
  containerOffence,
  exceptWindows,
  quoted,
  refuse,
  setters,
  unique,
} from '../pod';

const POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';
const FIELD = 'securityContext.seccompProfile.type';

function isAllowedAnnotation(value: string): boolean {
  return (
    value === 'runtime/default' ||
    value === 'docker/default' ||
    value.startsWith('localhost/')
  );
}

function checkAnnotations({
  annotations,
  containers,
}: AdmittedPod): Refusal | undefined {
  const keys = unique([
    POD_ANNOTATION,
    ...containers.map(
      ({ container }) => `${CONTAINER_ANNOTATION}${container.name}`,
    ),
  ]);
  const wrong = keys.filter(
    key =>
      Object.hasOwn(annotations, key) && !isAllowedAnnotation(annotations[key]),
  );
  return refuse(
    wrong.map(key => ({
      field: fieldOf('metadata.annotations', key),
      value: annotations[key],
    })),
    () =>
      wrong
        .map(key => `annotation ${key} must not be "${annotations[key]}"`)
        .join('; '),
  );
}

function isAllowedType(type: string | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

function findProfiles({ containers, spec }: AdmittedPod): {
  wrong: Offence[];
  missing: Offence[];
} {
  const wrong: Offence[] = [];
  const missing: Offence[] = [];
  const forPod = spec.securityContext?.seccompProfile;
  if (forPod && !isAllowedType(forPod.type)) {
    wrong.push({ field: `spec.${FIELD}`, value: forPod.type ?? null });
  }
  for (const placed of containers) {
    const own = placed.container.securityContext?.seccompProfile;
    if (own && !isAllowedType(own.type)) {
      wrong.push(containerOffence(placed, FIELD, own.type));
    } else if (!own && !isAllowedType(forPod?.type)) {
      missing.push(containerOffence(placed, FIELD, undefined));
    }
  }
  return { wrong, missing };
}

function refuseWrong(wrong: Offence[]): Refusal | undefined {
  return refuse(
    wrong,
    () =>
      `${setters(wrong)} must not set ${FIELD} to ${quoted(
        unique(wrong.map(({ value }) => String(value ?? ''))),
      )}`,
  );
}

function checkSet(pod: AdmittedPod): Refusal | undefined {
  const { wrong, missing } = findProfiles(pod);
  return (
    refuseWrong(wrong) ??
    refuse(
      missing,
      () =>
        `the pod or ${setters(
          missing,
        )} must set ${FIELD} to "RuntimeDefault" or "Localhost"`,
    )
  );
}

export const seccompProfileBaseline: PodSecurityCheck = {
  id: 'seccompProfile_baseline',
  level: 'baseline',
  versions: [
    { since: 0, checkPod: checkAnnotations },
    { since: 19, checkPod: pod => refuseWrong(findProfiles(pod).wrong) },
  ],
};

export const seccompProfileRestricted: PodSecurityCheck = {
  id: 'seccompProfile_restricted',
  level: 'restricted',
  versions: [
    { since: 19, checkPod: checkSet, replaces: ['seccompProfile_baseline'] },
    {
      since: 25,
      checkPod: exceptWindows(checkSet),
      replaces: ['seccompProfile_baseline'],
    },
  ],
};
