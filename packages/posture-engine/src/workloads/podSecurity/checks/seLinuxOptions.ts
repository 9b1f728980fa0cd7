/** SELinux keeps containers apart by type; user and role are the runtime's to choose. */
import { CheckPod, Offence, PodSecurityCheck } from '../check';
import { refuse, setters } from '../pod';

const TYPES = ['container_t', 'container_init_t', 'container_kvm_t'];
const TYPES_1_31 = [...TYPES, 'container_engine_t'];

interface SeLinuxOptions {
  type?: string;
  user?: string;
  role?: string;
}

function offencesOf(
  options: SeLinuxOptions | undefined,
  path: string,
  container: string | undefined,
  types: readonly string[],
): Offence[] {
  return (['type', 'user', 'role'] as const).flatMap(key => {
    const value = options?.[key];
    return !value || (key === 'type' && types.includes(value))
      ? []
      : [
          {
            field: `${path}.securityContext.seLinuxOptions.${key}`,
            value,
            ...(container === undefined ? {} : { container }),
          },
        ];
  });
}

function checkOptions(types: readonly string[]): CheckPod {
  return ({ containers, spec }) => {
    const offences = [
      ...offencesOf(
        spec.securityContext?.seLinuxOptions,
        'spec',
        undefined,
        types,
      ),
      ...containers.flatMap(({ container, path }) =>
        offencesOf(
          container.securityContext?.seLinuxOptions,
          path,
          container.name,
          types,
        ),
      ),
    ];
    return refuse(
      offences,
      () =>
        `${setters(offences)} must not set ${offences
          .map(
            ({ field, value }) =>
              `${field.slice(field.indexOf('seLinuxOptions'))} to "${value}"`,
          )
          .join(', ')}`,
    );
  };
}

export const seLinuxOptions: PodSecurityCheck = {
  id: 'seLinuxOptions',
  level: 'baseline',
  versions: [
    { since: 0, checkPod: checkOptions(TYPES) },
    { since: 31, checkPod: checkOptions(TYPES_1_31) },
  ],
};
