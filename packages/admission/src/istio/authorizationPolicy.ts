/** `ValidateAuthorizationPolicy` of `pkg/config/validation/validation.go`: what stands beside what. */
import { Fields, fieldOf, isFields, listOf } from '../json';
import { child } from '../problems';
import { IstioObject } from './Checks';
import {
  Wrong,
  isAboutKey,
  wrongAddresses,
  wrongAttribute,
  wrongPaths,
  wrongPorts,
  wrongServiceAccounts,
  wrongTexts,
  wrongTrustDomains,
} from './authorizationValues';
import { checkTargets, eachOf, textIn } from './shared';

const SOURCES: Readonly<Record<string, Wrong>> = {
  principals: wrongTexts,
  requestPrincipals: wrongTexts,
  namespaces: wrongTexts,
  serviceAccounts: wrongServiceAccounts,
  trustDomains: wrongTrustDomains,
  ipBlocks: wrongAddresses,
  remoteIpBlocks: wrongAddresses,
};

const OPERATIONS: Readonly<Record<string, Wrong>> = {
  ports: wrongPorts,
  methods: wrongTexts,
  paths: wrongPaths,
  hosts: wrongTexts,
};

/** Identities that the server of a CUSTOM provider is not told. */
const NOT_WITH_CUSTOM = [
  ...['namespaces', 'serviceAccounts', 'trustDomains', 'principals'],
  'requestPrincipals',
].flatMap(name => [name, negated(name)]);

const KEYS_NOT_WITH_CUSTOM = [
  ...['source.namespace', 'source.serviceAccount', 'source.trustDomain'],
  'source.principal',
];

function negated(name: string): string {
  return `not${name[0].toUpperCase()}${name.slice(1)}`;
}

export function checkAuthorizationPolicy(object: IstioObject): void {
  const { spec } = object;
  const action = textIn(spec, 'action') || 'ALLOW';
  checkTargets(object);
  checkDryRun(object, action);
  // An empty list is none, to protobuf.
  const hasRules = listOf(spec, 'rules').length > 0;
  if (!hasRules && (action === 'CUSTOM' || action === 'DENY')) {
    object.refuse(
      'spec.rules',
      `is missing: without it ${action} does nothing`,
    );
  }
  if (action === 'CUSTOM') {
    if (hasRules && textIn(spec.provider, 'name') === '') {
      object.refuse('spec.provider.name', 'is missing');
    }
  } else if (isFields(spec.provider)) {
    object.refuse('spec.provider', 'may stand with action CUSTOM only');
  }
  for (const { value: rule, path } of eachOf(spec, 'rules', 'spec')) {
    checkRule(object, rule, path, action);
  }
}

const DRY_RUN = 'istio.io/dry-run';
const BOOLEAN = /^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/;

function checkDryRun(object: IstioObject, action: string): void {
  const dryRun = object.annotation(DRY_RUN);
  const field = `metadata.annotations['${DRY_RUN}']`;
  if (dryRun === undefined) {
    return;
  }
  if (action !== 'ALLOW' && action !== 'DENY') {
    object.refuse(field, 'may stand with action ALLOW or DENY only');
  } else if (!BOOLEAN.test(dryRun)) {
    object.refuse(field, `"${dryRun}" is neither true nor false`);
  }
}

function checkRule(
  object: IstioObject,
  rule: Fields,
  path: string,
  action: string,
): void {
  for (const [list, inner, checks] of [
    ['from', 'source', SOURCES],
    ['to', 'operation', OPERATIONS],
  ] as const) {
    for (const { value, path: place } of eachOf(rule, list, path)) {
      checkMatch(object, fieldOf(value, inner), child(place, inner), checks);
    }
  }
  for (const { value, path: place } of eachOf(rule, 'from', path)) {
    checkSource(
      object,
      fieldOf(value, 'source'),
      child(place, 'source'),
      action,
    );
  }
  for (const { value, path: place } of eachOf(rule, 'when', path)) {
    checkCondition(object, value, place, action);
  }
}

function checkMatch(
  object: IstioObject,
  match: unknown,
  path: string,
  checks: Readonly<Record<string, Wrong>>,
): void {
  if (!isFields(match)) {
    object.refuse(path, 'is missing');
    return;
  }
  const names = Object.keys(checks).flatMap(name => [
    [name, name],
    [negated(name), name],
  ]);
  if (names.every(([name]) => listOf(match, name).length === 0)) {
    object.refuse(path, 'must not be empty');
  }
  for (const [name, check] of names) {
    const values = listOf(match, name).map(String);
    object.refuseIf(checks[check](values), child(path, name));
  }
}

function checkSource(
  object: IstioObject,
  source: unknown,
  path: string,
  action: string,
): void {
  const has = (...names: string[]) =>
    names.some(name => listOf(source, name).length > 0);
  if (
    has('serviceAccounts', 'notServiceAccounts') &&
    has('principals', 'notPrincipals', 'namespaces', 'notNamespaces')
  ) {
    object.refuse(
      path,
      'must not have serviceAccounts beside principals or namespaces',
    );
  }
  if (action === 'CUSTOM') {
    for (const name of NOT_WITH_CUSTOM.filter(listed => has(listed))) {
      object.refuse(child(path, name), 'cannot stand with action CUSTOM');
    }
  }
}

function checkCondition(
  object: IstioObject,
  condition: Fields,
  path: string,
  action: string,
): void {
  const key = textIn(condition, 'key');
  if (key === '') {
    object.refuse(child(path, 'key'), 'must not be empty');
    return;
  }
  if (
    action === 'CUSTOM' &&
    (KEYS_NOT_WITH_CUSTOM.includes(key) || key.startsWith('request.auth.'))
  ) {
    object.refuse(child(path, 'key'), `${key} cannot stand with action CUSTOM`);
  }
  const lists = ['values', 'notValues'].map(
    name => [name, listOf(condition, name).map(String)] as const,
  );
  if (lists.every(([, values]) => values.length === 0)) {
    object.refuse(path, 'must have values or notValues');
    return;
  }
  for (const [name, values] of lists) {
    const wrongValues = wrongTexts(values);
    object.refuseIf(
      wrongValues ?? wrongAttribute(key, values),
      child(path, wrongValues === undefined && isAboutKey(key) ? 'key' : name),
    );
  }
}
