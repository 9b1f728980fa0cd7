/** Missing rights, written as the RBAC rules that would grant them. */
import type { MissingAccess } from '@backstage-zero-trust/plugin-zero-trust-common';
import { stringify } from 'yaml';

export interface AccessRules {
  /** The namespace in which a Role has to grant them; everywhere (a ClusterRole) if absent. */
  namespace?: string;
  yaml: string;
}

/** A watch needs a list before it, and a list that is kept up to date needs a watch. */
const LOOKING = ['list', 'watch'];

function verbsFor(verb: string): string[] {
  return LOOKING.includes(verb) ? LOOKING : [verb];
}

/** One entry per namespace; rules of one API group and the same verbs are merged. */
export function accessRules(missing: readonly MissingAccess[]): AccessRules[] {
  const byNamespace = new Map<string | undefined, Map<string, Set<string>>>();
  for (const { verb, group, resource, namespace } of missing) {
    const rules = byNamespace.get(namespace) ?? new Map<string, Set<string>>();
    byNamespace.set(namespace, rules);
    const key = JSON.stringify([group, verbsFor(verb)]);
    rules.set(key, (rules.get(key) ?? new Set()).add(resource));
  }
  return [...byNamespace].map(([namespace, rules]) => ({
    ...(namespace === undefined ? {} : { namespace }),
    yaml: stringify(
      [...rules].map(([key, resources]) => {
        const [group, verbs] = JSON.parse(key) as [string, string[]];
        return { apiGroups: [group], resources: [...resources].sort(), verbs };
      }),
      { indentSeq: false },
    ),
  }));
}
