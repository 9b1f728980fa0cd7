import { rangeOf } from '../../decisions';

/** A block or single address as a block; undefined for what Calico would not take for one. */
export function blockOf(text: string): string | undefined {
  const block = text.includes('/')
    ? text
    : `${text}/${text.includes(':') ? 128 : 32}`;
  const wellFormed = text.includes(':')
    ? /^[0-9a-fA-F:.]+\/\d{1,3}$/
    : /^((0|[1-9]\d{0,2})(\.|(?=\/))){4}\/\d{1,2}$/;
  return wellFormed.test(block) && rangeOf(block) ? block : undefined;
}
