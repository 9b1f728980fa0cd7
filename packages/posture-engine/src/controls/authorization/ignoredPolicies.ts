/** Policies that look like a default deny and are none: why the data plane leaves them alone, and what to do. */
import { describeObject, referenceTo } from '../../snapshot';
import { AttachedPolicy, DRY_RUN } from '../../mesh/authorizationPolicy';
import { Evidence } from '../control';

export const IGNORED: Record<NonNullable<AttachedPolicy['ignored']>, string> = {
  'dry-run': 'is a dry run, which is only logged',
  'target-refs':
    'is attached by targetRefs, which only gateways and waypoints read, not the proxy of these pods',
  'empty-selector':
    'has a selector without matchLabels, for which ztunnel selects no pod',
  action: 'has an action that ztunnel does not know',
};

export function absentFix(
  name: string,
  namespace: string,
  ignored: AttachedPolicy[],
): string {
  const dryRun = ignored.find(policy => policy.ignored === 'dry-run');
  const cost =
    'From then on every caller is refused that no rule names: list who calls today before.';
  if (dryRun) {
    return `Remove the annotation ${DRY_RUN} from ${describeObject(
      referenceTo(dryRun.policy),
    )}. ${cost}`;
  }
  return `Write an AuthorizationPolicy with action ALLOW for each caller of ${name} in namespace ${namespace}, with a selector and without targetRefs. ${cost}`;
}

export function ignoredEvidence({ policy, ignored }: AttachedPolicy): Evidence {
  const object = referenceTo(policy);
  switch (ignored) {
    case 'dry-run':
      return {
        object,
        field: `metadata.annotations['${DRY_RUN}']`,
        value: policy.metadata.annotations?.[DRY_RUN] ?? null,
      };
    case 'target-refs':
      return policy.spec?.targetRefs?.length
        ? { object, field: 'spec.targetRefs', value: policy.spec.targetRefs }
        : {
            object,
            field: 'spec.targetRef',
            value: policy.spec?.targetRef ?? null,
          };
    case 'empty-selector':
      return { object, field: 'spec.selector', value: {} };
    default:
      return {
        object,
        field: 'spec.action',
        value: policy.spec?.action ?? null,
      };
  }
}
