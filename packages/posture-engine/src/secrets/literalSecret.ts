/**
 * Whether a value that stands in a manifest is a secret. It is decided by its
 * shape where that leaves no doubt (keys, tokens, passwords inside addresses),
 * else by the name it has together with how random it looks. The value itself
 * never leaves this file.
 */

/** What kind of secret it is, in words; the value only as {@link redact} shows it. */
export interface LiteralSecret {
  what: string;
  redacted: string;
}

/** Issuers give their tokens prefixes so that they can be found. */
const KNOWN_SHAPES: readonly { what: string; shape: RegExp }[] = [
  {
    what: 'a private key',
    shape: /-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----/,
  },
  { what: 'an access key of AWS', shape: /\b(AKIA|ASIA)[0-9A-Z]{16}\b/ },
  {
    what: 'a token of GitHub',
    shape: /\b(gh[pousr]_\w{30,}|github_pat_\w{22,})/,
  },
  { what: 'a token of GitLab', shape: /\bglpat-[\w-]{20,}/ },
  { what: 'a token of Slack', shape: /\bxox[abeprs]-[\w-]{10,}/ },
  {
    what: 'a webhook of Slack',
    shape: /hooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/,
  },
  { what: 'a key of Stripe', shape: /\b[rs]k_(live|test)_\w{16,}/ },
  { what: 'a key of Google', shape: /\bAIza[\w-]{35}/ },
  { what: 'a key of SendGrid', shape: /\bSG\.[\w-]{16,}\.[\w-]{16,}/ },
  { what: 'a token of npm', shape: /\bnpm_\w{36}\b/ },
  { what: 'a token of Vault', shape: /\bhv[sbr]\.[\w-]{20,}/ },
  {
    what: 'a signed token (JWT)',
    shape: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/,
  },
];

/** `scheme://user:password@host`, and the lists of `Key=value;` that drivers take. */
const PASSWORD_IN_ADDRESS = /^[a-z][\w+.-]*:\/\/[^\s:/?#@]*:([^\s/@]+)@[^\s@]/i;
const PASSWORD_IN_LIST =
  /(?:^|[;,\s&?])(?:password|pwd|accountkey|sharedaccesskey|sharedaccesssignature)\s*=\s*([^;,\s&]+)/i;

/** `$(DB_PASSWORD)`, `${DB_PASSWORD}`, `{{ .password }}`, `<password>`: filled in by something else. */
const PLACEHOLDER =
  /^(\$\([^)]*\)|\$\{[^}]*\}|\$\w+|\{\{.*\}\}|<[^<>]*>|\*+|x{3,})$/i;

const ALWAYS_SECRET = /((password|passwd|passphrase)|(^|_)(pwd|pass))(_?\d+)?$/;
const OFTEN_SECRET =
  /(^|_)(secret|token|api_?key|apikey|access_?key|secret_?key|private_?key|encryption_?key|signing_?key|credentials?)$/;

/** Undefined where the value is not a secret, or only names where one is. */
export function literalSecretIn(
  name: string,
  value: string,
): LiteralSecret | undefined {
  const what = whatIs(name, value.trim());
  return what === undefined ? undefined : { what, redacted: redact(value) };
}

function whatIs(name: string, value: string): string | undefined {
  const known = KNOWN_SHAPES.find(({ shape }) => shape.test(value));
  if (known) {
    return known.what;
  }
  const inside =
    PASSWORD_IN_ADDRESS.exec(value)?.[1] ?? PASSWORD_IN_LIST.exec(value)?.[1];
  if (inside !== undefined && !PLACEHOLDER.test(inside)) {
    return 'an address with a password';
  }
  const words = wordsOf(name);
  if (isHarmless(value)) {
    return undefined;
  }
  if (ALWAYS_SECRET.test(words)) {
    return 'a password';
  }
  return OFTEN_SECRET.test(words) && looksRandom(value)
    ? 'a secret by its name'
    : undefined;
}

/** `dbPassword`, `DB-PASSWORD` and `db.password` are all `db_password`. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
}

/** Nothing, a switch, a path, an address, or something that is filled in later. */
function isHarmless(value: string): boolean {
  return (
    value === '' ||
    PLACEHOLDER.test(value) ||
    /^(true|false|yes|no|on|off|none|null|enabled|disabled|required|optional)$/i.test(
      value,
    ) ||
    /^\.{0,2}\/[^\s]*$/.test(value) ||
    /^[a-z][\w+.-]*:\/\//i.test(value)
  );
}

const SHORTEST_RANDOM = 12;
/** Bits for each character: English words have about 3 and few different kinds of characters. */
const LEAST_ENTROPY = 3;

function looksRandom(value: string): boolean {
  if (value.length < SHORTEST_RANDOM || /\s/.test(value)) {
    return false;
  }
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter(kind =>
    kind.test(value),
  ).length;
  return kinds >= 2 && /[0-9]/.test(value) && entropyOf(value) >= LEAST_ENTROPY;
}

/** Shannon's, in bits for each character. */
function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / value.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}

/** Says how long a value is, and not a character of it. */
function redact(value: string): string {
  return `(${value.length} characters, not shown)`;
}
