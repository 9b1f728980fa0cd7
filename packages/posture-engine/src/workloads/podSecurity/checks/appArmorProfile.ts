/**
 * AppArmor may not be switched off, neither by the fields nor by the older
 * annotations. The API server copies an annotation into the field of its
 * container; the annotation is judged already, so the copy changes no verdict,
 * and only the annotation is named, because that is what somebody wrote.
 */
import { fieldOf } from '../../../snapshot';
import { AdmittedPod, Offence, PodSecurityCheck, Refusal } from '../check';
import { quoted, refuse, setters, unique } from '../pod';

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

function isAllowedType(type: string | undefined): boolean {
  return type === 'RuntimeDefault' || type === 'Localhost';
}

function isAllowedAnnotation(value: string): boolean {
  return (
    value === '' ||
    value === 'runtime/default' ||
    value.startsWith('localhost/')
  );
}

function checkProfiles({
  annotations,
  containers,
  spec,
}: AdmittedPod): Refusal | undefined {
  const annotated = Object.entries(annotations).filter(
    ([key, value]) => key.startsWith(ANNOTATION) && !isAllowedAnnotation(value),
  );
  const podProfile = spec.securityContext?.appArmorProfile;
  const fields: Offence[] = [
    ...(podProfile && !isAllowedType(podProfile.type)
      ? [
          {
            field: 'spec.securityContext.appArmorProfile.type',
            value: podProfile.type ?? null,
          },
        ]
      : []),
    ...containers.flatMap(({ container, path }) => {
      const profile = container.securityContext?.appArmorProfile;
      const isCopy = annotated.some(
        ([key]) => key === `${ANNOTATION}${container.name}`,
      );
      return profile && !isAllowedType(profile.type) && !isCopy
        ? [
            {
              field: `${path}.securityContext.appArmorProfile.type`,
              value: profile.type ?? null,
              container: container.name,
            },
          ]
        : [];
    }),
  ];
  const written = annotated.map(
    ([key, value]): Offence => ({
      field: fieldOf('metadata.annotations', key),
      value,
    }),
  );
  return refuse([...fields, ...written], () => {
    const types = unique(fields.map(({ value }) => String(value ?? '')));
    return [
      ...(fields.length > 0
        ? [
            `${setters(
              fields,
            )} must not set securityContext.appArmorProfile.type to ${quoted(
              types,
            )}`,
          ]
        : []),
      ...annotated.map(
        ([key, value]) => `annotation ${key} must not be "${value}"`,
      ),
    ].join('; ');
  });
}

export const appArmorProfile: PodSecurityCheck = {
  id: 'appArmorProfile',
  level: 'baseline',
  versions: [{ since: 0, checkPod: checkProfiles }],
};
