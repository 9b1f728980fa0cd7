/** Names that a policy opens and whose addresses Cilium never learns, and proofs of identity that are on their way out. */
import { DIRECTIONS } from '../../../decisions';
import type { CiliumText } from '../../../network/ciliumTexts';
import { domainOf } from '../../../network/cilium/layer7';
import type { CiliumRule } from '../../../network/cilium/refusals';
import { enumerate } from '../../wording';
import { Detector, Selected, describeText, fieldOfText } from './deception';

/** Cilium learns what a name stands for from the answers of DNS that its proxy sees, and from nothing else. */
export const unresolvedNames: Detector = selected => {
  const { name, podClass, view, texts } = selected;
  if (!view.isShut(podClass, 'egress')) {
    return [];
  }
  const asked = texts.held.flatMap(({ text }) =>
    (text.egress ?? []).flatMap(({ toPorts = [] }) =>
      toPorts.flatMap(({ rules }) => (rules?.dns ?? []).map(domainOf)),
    ),
  );
  return texts.held.flatMap(text =>
    (text.text.egress ?? []).flatMap(({ toFQDNs = [] }, index) => {
      const field = `${text.path}.egress[${index}]`;
      const lost = toFQDNs
        .map(domainOf)
        .filter(wanted => !asked.some(pattern => covers(pattern, wanted)));
      if (lost.length === 0 || !opensByName(selected, text, field)) {
        return [];
      }
      const names = enumerate(lost);
      return [
        {
          severity: 'medium',
          message: `${name} cannot reach ${names}, though ${describeText(
            text,
          )} opens the way there by name.`,
          because: `${field}.toFQDNs counts for addresses that Cilium saw in an answer of DNS, and no rule that selects ${name} sends its questions for ${
            lost.length === 1 ? 'this name' : 'these names'
          } through Cilium's DNS proxy.`,
          evidence: [fieldOfText(text, `${field}.toFQDNs`)],
          fix: `Add a rule to the DNS of the cluster, port 53, with rules.dns that match ${names}. It opens these lookups and nothing else.`,
        },
      ];
    }),
  );
};

/** Whether the names are the way: not denied, and not open by address anyway. */
function opensByName(
  { podClass, view }: Selected,
  { spec }: CiliumText,
  field: string,
): boolean {
  return view
    .rulesFor(podClass, 'egress')
    .some(
      ({ spec: of, rule }) =>
        of.key === spec.key &&
        rule.decidedBy.field === field &&
        rule.layer7 !== undefined &&
        view.outcomeOf(rule, podClass, 'egress') === 'refuses',
    );
}

/** Whether all names of a pattern meet another; `*` alone is every name, elsewhere what stands between two dots. */
function covers(pattern: string, wanted: string): boolean {
  const [one, other] = [pattern, wanted].map(text =>
    text.toLowerCase().replace(/\.$/, ''),
  );
  if (one === '*' || one === other) {
    return true;
  }
  const parts = one
    .replace(/^\*\*\./, '\u0000')
    .split('*')
    .map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = parts
    .join('[-a-z0-9_*]*')
    .replace('\u0000', '([-a-z0-9_*]+\\.)+');
  return new RegExp(`^${expression}$`).test(other);
}

/** It is on its way out of Cilium, and hides nothing. */
export const mutualAuthentication: Detector = ({ name, texts }) =>
  texts.held.flatMap(text =>
    DIRECTIONS.flatMap(direction =>
      (text.text[direction] ?? []).flatMap((rule: CiliumRule, index) => {
        const field = `${text.path}.${direction}[${index}].authentication.mode`;
        return rule.authentication?.mode === 'required'
          ? [
              {
                severity: 'low' as const,
                message: `${describeText(
                  text,
                )} asks for mutual authentication of ${name} and its peers, which does not encrypt what they send.`,
                because: `${field} is "required"; Cilium 1.20 deprecates it.`,
                evidence: [fieldOfText(text, field)],
                fix: 'Let a mesh with mTLS, or encryption between the nodes, protect the traffic, and remove authentication from the rule. The peers are then told by their labels alone.',
              },
            ]
          : [];
      }),
    ),
  );
