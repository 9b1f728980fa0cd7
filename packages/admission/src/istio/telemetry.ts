/** `ValidateTelemetry`, beyond what its schema says: sampling, expressions, and tags with nothing in them. */
import { parse } from '@bufbuild/cel';
import { Fields, isFields } from '../json';
import { child, key } from '../problems';
import { IstioObject } from './Checks';
import { checkTargets, eachOf, numberOf, textIn } from './shared';

export function checkTelemetry(object: IstioObject): void {
  checkTargets(object);
  for (const { value, path } of eachOf(object.spec, 'accessLogging', 'spec')) {
    if (isFields(value.filter)) {
      object.refuseIf(
        wrongExpression(textIn(value.filter, 'expression')),
        `${path}.filter.expression`,
      );
    }
  }
  for (const { value, path } of eachOf(object.spec, 'metrics', 'spec')) {
    for (const { value: override, path: place } of eachOf(
      value,
      'overrides',
      path,
    )) {
      checkTagOverrides(object, override, place);
    }
  }
  for (const { value, path } of eachOf(object.spec, 'tracing', 'spec')) {
    const percentage = numberOf(value, 'randomSamplingPercentage');
    if (percentage < 0 || percentage > 100) {
      object.refuse(
        child(path, 'randomSamplingPercentage'),
        'must be between 0 and 100',
      );
    }
    const tags = isFields(value.customTags) ? value.customTags : {};
    for (const [name, tag] of Object.entries(tags)) {
      const place = `${child(path, 'customTags')}['${name}']`;
      if (name === '') {
        object.refuse(place, 'must have a name');
      }
      for (const [kind, part] of [
        ['literal', 'value'],
        ['header', 'name'],
        ['environment', 'name'],
      ]) {
        const held = isFields(tag) ? tag[kind] : undefined;
        if (isFields(held) && textIn(held, part) === '') {
          object.refuse(`${place}.${kind}.${part}`, 'must not be empty');
        }
      }
    }
  }
}

function checkTagOverrides(
  object: IstioObject,
  override: Fields,
  path: string,
): void {
  const tags = isFields(override.tagOverrides) ? override.tagOverrides : {};
  for (const [name, tag] of Object.entries(tags)) {
    // Without an operation it is UPSERT.
    if (textIn(tag, 'operation') !== 'REMOVE' && textIn(tag, 'value') === '') {
      object.refuse(
        `${key(child(path, 'tagOverrides'), name)}.value`,
        'is missing: UPSERT needs it',
      );
    }
  }
}

function wrongExpression(text: string): string | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    return `"${text}" is no expression in CEL: ${
      error instanceof Error ? error.message : String(error)
    }`;
  }
}
