/** `ip` and `cidr`, per apiserver's `cel/library/ip.go` and `cidr.go`. */
import { CelScalar, CelValue, celFunc, celMethod } from '@bufbuild/cel';
import {
  Address,
  Block,
  blockContains,
  isMapped,
  maskedAddress,
  parseAddress,
  parseBlock,
  textOfAddress,
} from '../../networkNames';
import { opaque, requireText, textOf } from '../opaque';

const { BOOL, DYN, INT, STRING } = CelScalar;

/** An IPv6 address that wraps an IPv4 one is none here. */
function readAddress(text: string): Address | undefined {
  const address = parseAddress(text);
  return address && !isMapped(address) ? address : undefined;
}

function readBlock(text: string): Block | undefined {
  const block = parseBlock(text);
  return block && !isMapped(block.address) ? block : undefined;
}

function requireAddress(text: string): Address {
  const address = readAddress(text);
  if (!address) {
    throw new Error(`"${text}" is no IP address`);
  }
  return address;
}

function requireBlock(text: string): Block {
  const block = readBlock(text);
  if (!block) {
    throw new Error(`"${text}" is no block of IP addresses`);
  }
  return block;
}

function textOfBlock({ address, length }: Block): string {
  return `${textOfAddress(address)}/${length}`;
}

/** An argument may be text, or a value of the type. */
function addressOf(value: CelValue): Address {
  return requireAddress(
    typeof value === 'string' ? value : requireText(value, 'ip'),
  );
}

function blockOf(value: CelValue): Block {
  return requireBlock(
    typeof value === 'string' ? value : requireText(value, 'cidr'),
  );
}

function rangeMethod(name: string, isSo: (address: Address) => boolean) {
  return celMethod(name, DYN, [], BOOL, function ask() {
    return isSo(requireAddress(requireText(this, 'ip')));
  });
}

const LINK_LOCAL = ['169.254.0.0/16', 'fe80::/10'].map(requireBlock);
const LINK_LOCAL_MULTICAST = ['224.0.0.0/24', 'ff02::/16'].map(requireBlock);
const LOOPBACK = ['127.0.0.0/8', '::1/128'].map(requireBlock);
const MULTICAST = ['224.0.0.0/4', 'ff00::/8'].map(requireBlock);
const UNSPECIFIED = ['0.0.0.0/32', '::/128'].map(requireBlock);
const NOT_GLOBAL = [
  ...UNSPECIFIED,
  ...LOOPBACK,
  ...MULTICAST,
  ...LINK_LOCAL,
  requireBlock('255.255.255.255/32'),
];

function isIn(blocks: readonly Block[]): (address: Address) => boolean {
  return address => blocks.some(block => blockContains(block, address));
}

export const ADDRESSES = [
  celFunc('isIP', [STRING], BOOL, text => readAddress(text) !== undefined),
  celFunc('ip', [STRING], DYN, text =>
    opaque('ip', textOfAddress(requireAddress(text))),
  ),
  celFunc(
    'ip.isCanonical',
    [STRING],
    BOOL,
    text => textOfAddress(requireAddress(text)) === text,
  ),
  celMethod('family', DYN, [], INT, function ask() {
    return addressOf(this).kind() === 'ipv4' ? 4n : 6n;
  }),
  rangeMethod('isUnspecified', isIn(UNSPECIFIED)),
  rangeMethod('isLoopback', isIn(LOOPBACK)),
  rangeMethod('isLinkLocalMulticast', isIn(LINK_LOCAL_MULTICAST)),
  rangeMethod('isLinkLocalUnicast', isIn(LINK_LOCAL)),
  rangeMethod('isGlobalUnicast', address => !isIn(NOT_GLOBAL)(address)),
  celFunc('isCIDR', [STRING], BOOL, text => readBlock(text) !== undefined),
  celFunc('cidr', [STRING], DYN, text =>
    opaque('cidr', textOfBlock(requireBlock(text))),
  ),
  celMethod('containsIP', DYN, [DYN], BOOL, function ask(address) {
    return blockContains(blockOf(this), addressOf(address));
  }),
  celMethod('containsCIDR', DYN, [DYN], BOOL, function ask(other) {
    const outer = blockOf(this);
    const inner = blockOf(other);
    return outer.length <= inner.length && blockContains(outer, inner.address);
  }),
  celMethod('ip', DYN, [], DYN, function ask() {
    return opaque('ip', textOfAddress(blockOf(this).address));
  }),
  celMethod('prefixLength', DYN, [], INT, function ask() {
    return BigInt(blockOf(this).length);
  }),
  celMethod('masked', DYN, [], DYN, function ask() {
    const block = blockOf(this);
    return opaque(
      'cidr',
      textOfBlock({ address: maskedAddress(block), length: block.length }),
    );
  }),
  celFunc('string', [DYN], STRING, value => {
    const text = textOf(value, 'ip') ?? textOf(value, 'cidr');
    if (text === undefined) {
      throw new Error('found no matching overload');
    }
    return text;
  }),
];
