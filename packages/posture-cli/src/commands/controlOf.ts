/** Controls as options name them. */
import { CONTROLS, Control } from '@backstage-zero-trust/posture-engine';
import { InputError } from '../errors';

/** Throws an {@link InputError} where there is none of that id. */
export function controlOf(id: string): Control {
  const control = CONTROLS.find(candidate => candidate.id === id);
  if (!control) {
    throw new InputError(
      `there is no control "${id}"; there are ${CONTROLS.map(
        candidate => candidate.id,
      ).join(', ')}`,
    );
  }
  return control;
}
