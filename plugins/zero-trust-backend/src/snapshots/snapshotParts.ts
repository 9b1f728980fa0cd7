/**
 * A snapshot in the form in which it is stored: its objects in parts, and a
 * head that says the rest. What is put together again is equal to what was
 * taken apart, but for secrets that somebody wrote into a manifest in plain:
 * those are left out, so that the database never knows them.
 */
import {
  ClusterSettings,
  ClusterSnapshot,
  Coverage,
  KIND_NAMES,
  KindName,
  KubernetesObject,
  compare,
  literalSecretIn,
} from '@backstage-zero-trust/posture-engine';
import { digestOf } from '../database/rows';

export interface SnapshotHead {
  kinds: Coverage['kinds'];
  problems: Coverage['problems'];
  settings: ClusterSettings;
  /** Digests of all parts, by name. */
  parts: Readonly<Record<string, string>>;
}

export interface SnapshotPart {
  /** `Pod/7`: a kind, and which sixteenth of the namespaces. */
  name: string;
  digest: string;
  /** Objects as JSON. */
  text: string;
}

/** One of sixteen, always the same for a name. */
function shareOf(namespace: string): string {
  const [share] = digestOf(namespace);
  return share;
}

/** Which parts there are, each with its namespaces, sorted. */
export class SnapshotPlan {
  static create(snapshot: ClusterSnapshot): SnapshotPlan {
    const parts = new Map<string, { kind: KindName; namespaces: string[] }>();
    const shares = new Map<string, string>();
    for (const kind of KIND_NAMES) {
      for (const namespace of [...snapshot.namespacesOf([kind])].sort(
        compare,
      )) {
        const share = shares.get(namespace) ?? shareOf(namespace);
        shares.set(namespace, share);
        const name = `${kind}/${share}`;
        const part = parts.get(name) ?? { kind, namespaces: [] };
        part.namespaces.push(namespace);
        parts.set(name, part);
      }
    }
    return new SnapshotPlan(snapshot, parts);
  }

  private constructor(
    private readonly snapshot: ClusterSnapshot,
    private readonly parts: ReadonlyMap<
      string,
      { kind: KindName; namespaces: readonly string[] }
    >,
  ) {}

  names(): string[] {
    return [...this.parts.keys()];
  }

  /** Those in which something was added, changed or removed since. */
  touchedSince(before: ClusterSnapshot): ReadonlySet<string> {
    const touched = new Set<string>();
    for (const [kind, namespaces] of this.snapshot.changesSince(before)) {
      for (const namespace of namespaces) {
        touched.add(`${kind}/${shareOf(namespace)}`);
      }
    }
    return touched;
  }

  /** Throws for a name that is not among them. */
  write(name: string): SnapshotPart {
    const part = this.parts.get(name);
    if (!part) {
      throw new Error(`there is no part ${name}`);
    }
    const { kind, namespaces } = part;
    const text = JSON.stringify(
      namespaces.flatMap(namespace =>
        this.snapshot.inNamespace(kind, namespace),
      ),
      withoutSecret,
    );
    return { name, digest: digestOf(text), text };
  }

  head(digests: ReadonlyMap<string, string>): SnapshotHead {
    const { coverage, settings } = this.snapshot;
    return {
      kinds: coverage.kinds,
      problems: coverage.problems,
      settings,
      parts: Object.fromEntries(
        [...digests].sort(([left], [right]) => compare(left, right)),
      ),
    };
  }
}

export interface RestoreOptions {
  cluster: string;
  observedAt: string;
  head: SnapshotHead;
  objects: Iterable<KubernetesObject>;
}

export function restoreSnapshot({
  cluster,
  observedAt,
  head: { kinds, problems, settings },
  objects,
}: RestoreOptions): ClusterSnapshot {
  return ClusterSnapshot.create({
    cluster,
    observedAt,
    objects,
    // What was read before can be read again: nothing is to be said of it but what was said then.
    coverage: () => Coverage.create(kinds, problems),
    settings,
  });
}

/** A whole manifest once more, as text. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

interface Variable {
  name: string;
  value?: string;
}

/** To be given to `JSON.stringify`. */
function withoutSecret(key: string, value: unknown): unknown {
  switch (key) {
    case LAST_APPLIED:
      return undefined;
    case 'env':
      return Array.isArray(value) ? value.map(redactVariable) : value;
    case 'args':
    case 'command':
      return Array.isArray(value) ? value.map(redactArgument) : value;
    default:
      return value;
  }
}

function redactVariable(variable: Variable): Variable {
  const { name, value } = variable;
  const secret = value === undefined ? undefined : literalSecretIn(name, value);
  return secret ? { ...variable, value: secret.redacted } : variable;
}

/** `--password=…` */
function redactArgument(argument: string): string {
  const [, option = '', name = '', value = argument] =
    /^(([^=\s]+)=)([^]*)$/.exec(argument) ?? [];
  const secret = literalSecretIn(name, value);
  return secret ? `${option}${secret.redacted}` : argument;
}
