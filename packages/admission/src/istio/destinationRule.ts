/** `ValidateDestinationRule`: a host, its subsets, and what clients do. */
import { isFields } from '../json';
import { child } from '../problems';
import { IstioObject } from './Checks';
import { checkExportTo, checkSelector, eachOf, textIn } from './shared';
import { checkTrafficPolicy } from './trafficPolicy';
import { isLabel, wrongLabelMap, wrongWildcardDomain } from './values';

export function checkDestinationRule(object: IstioObject): void {
  const { spec } = object;
  object.refuseIf(wrongWildcardDomain(textIn(spec, 'host')), 'spec.host');
  checkTrafficPolicy(object, spec.trafficPolicy, 'spec.trafficPolicy');
  const names = new Set<string>();
  for (const { value, path } of eachOf(spec, 'subsets', 'spec')) {
    const name = textIn(value, 'name');
    if (names.has(name)) {
      object.refuse(child(path, 'name'), `is "${name}", as another is called`);
    }
    names.add(name);
    object.refuseIf(wrongSubsetName(name), child(path, 'name'));
    if (isFields(value.labels)) {
      object.refuseIf(wrongLabelMap(value.labels), child(path, 'labels'));
    }
    checkTrafficPolicy(
      object,
      value.trafficPolicy,
      child(path, 'trafficPolicy'),
    );
  }
  const hasSelector = isFields(spec.workloadSelector);
  checkExportTo(object, { onlyOwn: hasSelector });
  checkSelector(
    object,
    spec.workloadSelector,
    'matchLabels',
    'spec.workloadSelector',
  );
}

export function wrongSubsetName(name: string): string | undefined {
  return isLabel(name) ? undefined : `"${name}" is no name of a subset`;
}
