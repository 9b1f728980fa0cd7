/** Policies of which Cilium takes nothing, because one part of them is at fault. */
import type { Detector } from './deception';
import { describeText, fieldOfText } from './deception';

export const refused: Detector = ({ name, texts, view }) =>
  texts.refused.flatMap(({ policy, refusal }) => {
    // What a setting refuses, nobody knows of where the settings are not in view.
    if (
      view.settingsUnseen !== undefined &&
      refusal.reason.includes('cilium-config')
    ) {
      return [];
    }
    const described = describeText({ policy });
    return [
      {
        severity: 'high',
        message: `Nothing of ${described} holds for ${name}: Cilium refuses the whole object for one fault in it.`,
        because: `${refusal.field}: ${refusal.reason}.`,
        evidence: [fieldOfText({ policy }, refusal.field)],
        fix: `Repair ${refusal.field} of ${described}; kubectl get shows the object either way, and its status says whether it is valid. What it does not allow is cut off then.`,
      },
    ];
  });
