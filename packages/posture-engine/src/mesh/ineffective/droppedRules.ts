/** Rules that no proxy which reads the policy has, or that match nothing there. */
import { referenceTo } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { actionOf } from '../authorizationPolicy';
import { unreadableIn } from '../authorization/readable';
import {
  asksHttp,
  isLostAtZtunnel,
  writtenFields,
} from '../authorization/writtenFields';
import { Reading } from './readings';
import { Reason } from './selection';

export function droppedRule(
  policy: AuthorizationPolicy,
  index: number,
  readings: readonly Reading[],
): Reason {
  const object = referenceTo(policy);
  const field = `spec.rules[${index}]`;
  const proof = (paths: readonly string[]) =>
    (paths.length > 0 ? paths : [field]).map(path => ({ object, field: path }));
  const unreadable = unreadableIn(policy).filter(
    found => found.field.rule === index,
  );
  const [first] = unreadable;
  if (first) {
    return {
      field,
      because:
        first.kind === 'key'
          ? `Istio knows no key ${first.field.name}, and drops a rule that asks for it`
          : `Istio cannot read ${first.values
              .map(value => JSON.stringify(value))
              .join(' and ')}, and drops an ALLOW rule for that`,
      provenBy: proof(unreadable.map(found => found.field.path)),
    };
  }
  const allows = actionOf(policy) === 'ALLOW';
  const fields = writtenFields(policy).filter(
    written => written.rule === index,
  );
  if (readings.every(({ enforcer }) => enforcer === 'ztunnel')) {
    return {
      field,
      because: allows
        ? 'ztunnel reads no HTTP, and drops an ALLOW rule that asks for it'
        : 'it leaves nothing that ztunnel could read, and so matches nothing there',
      provenBy: proof(fields.filter(isLostAtZtunnel).map(({ path }) => path)),
    };
  }
  return {
    field,
    because:
      'no port of the pods that it is for is read as HTTP, and there a rule that asks for HTTP is dropped',
    provenBy: proof(fields.filter(asksHttp).map(({ path }) => path)),
  };
}
