/** `validateGatewayNames`: `gateways` of a VirtualService or of a match. */
import { listOf } from '../json';
import { child } from '../problems';
import { IstioObject } from './Checks';
import { isLabel, wrongDomain } from './values';

export function checkGatewayNames(
  object: IstioObject,
  fields: unknown,
  path: string,
): void {
  for (const name of listOf(fields, 'gateways').map(String)) {
    const slash = name.indexOf('/');
    const field = child(path, 'gateways');
    if (slash < 0) {
      object.refuseIf(wrongDomain(name), field);
      // Upstream looks at no name behind one without a namespace.
      return;
    }
    const parts = [name.slice(0, slash), name.slice(slash + 1)];
    if (!parts.every(isLabel)) {
      object.refuse(field, `"${name}" must be a namespace, a slash and a name`);
    }
  }
}
