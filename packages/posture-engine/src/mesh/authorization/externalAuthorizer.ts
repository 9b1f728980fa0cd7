/** The say of an external authorizer, which a CUSTOM policy asks: what it will be nobody knows, so it is a condition like those on a request. */
import { ExtensionProvider } from '../mesh';
import { Formula, RequestTest } from './formula';

const ANSWER = 'answer of the external authorizer';

export function consentOf(
  name: string,
  { failOpen }: ExtensionProvider,
): Formula {
  return {
    kind: 'test',
    test: {
      attribute: `${ANSWER} ${name}`,
      patterns: [
        { kind: 'opaque', written: failOpen ? 'yes, or none at all' : 'yes' },
      ],
      negated: false,
      single: true,
    },
  };
}

/** Whether a condition is none that a caller can meet by himself. */
export function asksAuthorizer({ attribute }: RequestTest): boolean {
  return attribute.startsWith(ANSWER);
}
