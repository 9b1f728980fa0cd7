/** `ValidateWasmPlugin`, `ValidateTrafficExtension` and `ValidateProxyConfig`, beyond what their schemas say. */
import { isFields } from '../json';
import { IstioObject } from './Checks';
import { checkSelector, checkTargets, textIn } from './shared';

const LONGEST_CODE = 65536;

export function checkWasmPlugin(object: IstioObject): void {
  checkTargets(object);
}

export function checkTrafficExtension(object: IstioObject): void {
  const { spec } = object;
  checkTargets(object);
  if (isFields(spec.wasm) === isFields(spec.lua)) {
    object.refuse('spec', 'must have one of wasm and lua');
  }
  if (isFields(spec.lua)) {
    const code = new TextEncoder().encode(textIn(spec.lua, 'inlineCode'));
    if (code.length === 0 || code.length > LONGEST_CODE) {
      object.refuse(
        'spec.lua.inlineCode',
        `must have between 1 and ${LONGEST_CODE} bytes`,
      );
    }
  }
}

export function checkProxyConfig(object: IstioObject): void {
  checkSelector(object, object.spec.selector, 'matchLabels', 'spec.selector');
}
