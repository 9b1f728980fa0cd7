/** `ValidateRequestAuthentication`: issuers, keys, and where tokens are. */
import { Fields, fieldOf, isFields, listOf } from '../json';
import { child } from '../problems';
import { parseUrl } from '../urls';
import { IstioObject } from './Checks';
import { checkTargets, eachOf, textIn } from './shared';
import { wrongDuration } from './values';

const HEADER = /^[-_A-Za-z0-9]+$/;

export function checkRequestAuthentication(object: IstioObject): void {
  checkTargets(object);
  for (const { value, path } of eachOf(object.spec, 'jwtRules', 'spec')) {
    checkRule(object, value, path);
  }
}

function checkRule(object: IstioObject, rule: Fields, path: string): void {
  const jwksUri = textIn(rule, 'jwksUri') || textIn(rule, 'jwks_uri');
  if (textIn(rule, 'issuer') === '' && jwksUri === '') {
    object.refuse(path, 'must have an issuer or a jwksUri');
  }
  for (const list of ['audiences', 'fromParams', 'fromCookies']) {
    if (listOf(rule, list).includes('')) {
      object.refuse(child(path, list), 'must not hold an empty value');
    }
  }
  if (jwksUri !== '') {
    object.refuseIf(wrongUri(jwksUri), child(path, 'jwksUri'));
  }
  if (textIn(rule, 'jwks') !== '') {
    object.refuseIf(wrongKeys(textIn(rule, 'jwks')), child(path, 'jwks'));
  }
  for (const { value, path: place } of eachOf(rule, 'fromHeaders', path)) {
    if (textIn(value, 'name') === '') {
      object.refuse(child(place, 'name'), 'must not be empty');
    }
  }
  for (const { value, path: place } of eachOf(
    rule,
    'outputClaimToHeaders',
    path,
  )) {
    if (textIn(value, 'claim') === '' || textIn(value, 'header') === '') {
      object.refuse(place, 'must have a claim and a header');
    } else if (!HEADER.test(textIn(value, 'header'))) {
      object.refuse(child(place, 'header'), 'is no name of a header');
    }
  }
  if (rule.timeout !== undefined) {
    object.refuseIf(
      wrongDuration(textIn(rule, 'timeout')),
      child(path, 'timeout'),
    );
  }
}

function wrongUri(uri: string): string | undefined {
  const scheme = parseUrl(uri)?.scheme;
  return scheme === 'http' || scheme === 'https'
    ? undefined
    : `"${uri}" is no URL of http or https`;
}

const KEY_TYPES = ['RSA', 'EC', 'OKP', 'oct'];
/** What a key of a type must have; more makes it a private one. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  oct: ['k'],
};

/** A set of keys, or one. */
function wrongKeys(text: string): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return 'is no JSON';
  }
  if (!isFields(document)) {
    return 'is no set of keys';
  }
  const keys = Array.isArray(document.keys) ? document.keys : [document];
  for (const key of keys) {
    const type = textIn(key, 'kty');
    if (!KEY_TYPES.includes(type)) {
      return `holds a key of type "${type}", which is not known`;
    }
    const missing = PARTS[type].find(
      part => typeof fieldOf(key, part) !== 'string',
    );
    if (missing !== undefined) {
      return `holds a key of type ${type} without ${missing}`;
    }
  }
  return undefined;
}
