/** `validateDestination`: where a route leads. */
import { isFields } from '../json';
import { child } from '../problems';
import { IstioObject } from './Checks';
import { wrongSubsetName } from './destinationRule';
import { numberOf, textIn } from './shared';
import { wrongPort, wrongWildcardDomain } from './values';

export function checkDestination(
  object: IstioObject,
  destination: unknown,
  path: string,
): void {
  if (!isFields(destination)) {
    return;
  }
  const host = textIn(destination, 'host');
  object.refuseIf(
    host === '*' ? 'must not be a wildcard alone' : wrongWildcardDomain(host),
    child(path, 'host'),
  );
  const subset = textIn(destination, 'subset');
  if (subset !== '') {
    object.refuseIf(wrongSubsetName(subset), child(path, 'subset'));
  }
  if (isFields(destination.port)) {
    object.refuseIf(
      wrongPort(numberOf(destination.port, 'number')),
      `${path}.port.number`,
    );
  }
}
