/** What may be a label's key and value, and the words of the real server for what may not. */

const NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const SUBDOMAIN =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const KEY_RULE =
  "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
export const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

export function isSubdomain(text: string): boolean {
  return SUBDOMAIN.test(text) && text.length <= 253;
}

/** What is wrong with a key; empty where nothing is. */
export function keyProblems(key: string): string[] {
  const parts = key.split('/');
  if (parts.length > 2) {
    return [KEY_RULE];
  }
  const name = parts[parts.length - 1];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  const problems: string[] = [];
  if (prefix === '') {
    problems.push('prefix part must be non-empty');
  } else if (prefix !== undefined && !isSubdomain(prefix)) {
    problems.push(`prefix part ${SUBDOMAIN_RULE}`);
  }
  if (name === '') {
    problems.push('name part must be non-empty');
  } else if (name.length > 63) {
    problems.push('name part must be no more than 63 bytes');
  }
  if (!NAME.test(name)) {
    problems.push(NAME_RULE);
  }
  return problems;
}

export function valueProblems(value: string): string[] {
  const problems: string[] = [];
  if (value.length > 63) {
    problems.push('must be no more than 63 bytes');
  }
  if (!VALUE.test(value)) {
    problems.push(VALUE_RULE);
  }
  return problems;
}
