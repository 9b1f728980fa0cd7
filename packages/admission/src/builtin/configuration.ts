/** ConfigMaps and Secrets: keys, sizes, and what a type of Secret must hold. No value of a Secret is ever quoted. */
import { Findings } from '../findings';
import { Fields, fieldOf, isFields, textOf } from '../json';
import { report } from '../metadata';
import { key } from '../problems';

const MOST_BYTES = 1024 * 1024;

function wrongKey(name: string): string | undefined {
  if (name === '.' || name === '..' || name.startsWith('..')) {
    return 'must not begin with two dots, or be a dot';
  }
  return name.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(name)
    ? undefined
    : 'must be letters, digits, dashes, underscores and dots';
}

function entriesOf(object: Fields, list: string): [string, string][] {
  const map = fieldOf(object, list);
  return Object.entries(isFields(map) ? map : {}).map(([name, value]) => [
    name,
    String(value),
  ]);
}

function sizeOf(value: string, isEncoded: boolean): number {
  return isEncoded
    ? Math.floor((value.replace(/[=\r\n]/g, '').length * 3) / 4)
    : new TextEncoder().encode(value).length;
}

export function checkConfigMap(object: Fields, findings: Findings): void {
  let size = 0;
  const seen = new Set<string>();
  for (const list of ['data', 'binaryData']) {
    for (const [name, value] of entriesOf(object, list)) {
      report(wrongKey(name), key(list, name), findings);
      if (seen.has(name)) {
        findings.add(key(list, name), 'is in data too');
      }
      seen.add(name);
      size += sizeOf(value, list === 'binaryData');
    }
  }
  if (size > MOST_BYTES) {
    findings.add('', `holds more than ${MOST_BYTES} bytes`);
  }
}

/** What each type of Secret must hold; of a list in it, one. */
const NEEDED: Readonly<
  Record<string, readonly (string | readonly string[])[]>
> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/basic-auth': [['username', 'password']],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

const ACCOUNT = 'kubernetes.io/service-account.name';

export function checkSecret(object: Fields, findings: Findings): void {
  const values = new Map(entriesOf(object, 'data'));
  let size = 0;
  for (const [name, value] of values) {
    report(wrongKey(name), key('data', name), findings);
    size += sizeOf(value, true);
  }
  for (const [name, value] of entriesOf(object, 'stringData')) {
    report(wrongKey(name), key('data', name), findings);
    size += sizeOf(value, false);
    values.set(name, btoa(unescape(encodeURIComponent(value))));
  }
  if (size > MOST_BYTES) {
    findings.add('data', `holds more than ${MOST_BYTES} bytes`);
  }
  const type = textOf(object, 'type') ?? '';
  const annotations = fieldOf(fieldOf(object, 'metadata'), 'annotations');
  if (
    type === 'kubernetes.io/service-account-token' &&
    (textOf(annotations, ACCOUNT) ?? '') === ''
  ) {
    findings.add(key('metadata.annotations', ACCOUNT), 'is missing');
  }
  const needed = Object.hasOwn(NEEDED, type) ? NEEDED[type] : [];
  for (const names of needed) {
    const list = typeof names === 'string' ? [names] : names;
    const held = list.filter(
      name =>
        values.has(name) && (name !== 'ssh-privatekey' || values.get(name)),
    );
    if (held.length === 0) {
      findings.add(
        key('data', list[0]),
        `is missing: a Secret of type ${type} holds it`,
      );
    } else if (list[0].startsWith('.docker') && !isJson(values.get(held[0]))) {
      findings.add(key('data', held[0]), 'is no JSON object');
    }
  }
}

function isJson(encoded = ''): boolean {
  try {
    const value: unknown = JSON.parse(atob(encoded.replace(/[\r\n]/g, '')));
    return value === null || isFields(value);
  } catch {
    return false;
  }
}
