/**
 * The Go templates of ClusterSPIFFEIDs, as far as people write them: fields of
 * the pod and `index` into its labels and annotations. Anything else is not
 * evaluated, and said so.
 */
import { PodView } from '../../snapshot';
import { accountOf } from '../serviceAccounts';
import type { SpireController } from './controllers';

export type Rendered =
  | {
      state: 'rendered';
      text: string;
      /** The fields that it is made of, such as `.PodMeta.Name`. */
      fields: ReadonlySet<string>;
    }
  /** The controller cannot use it: at all, or for this pod. */
  | { state: 'broken'; reason: string }
  | { state: 'unknown'; reason: string };

/** Stands for what only a running pod has, or every pod has another of. */
export const VARIES = '…';

type Value = { text: string } | { missing: string } | undefined;

/** The settings of the controller are undefined where it is not in view. */
export function renderTemplate(
  template: string,
  pod: PodView,
  controller: SpireController | undefined,
): Rendered {
  const fields = new Set<string>();
  let text = '';
  let rest = template;
  while (rest !== '') {
    const start = rest.indexOf('{{');
    if (start < 0) {
      return { state: 'rendered', text: text + rest, fields };
    }
    const end = rest.indexOf('}}', start);
    if (end < 0) {
      return { state: 'broken', reason: 'an action is not closed' };
    }
    text += rest.slice(0, start);
    let action = rest.slice(start + 2, end);
    rest = rest.slice(end + 2);
    if (/^-\s/.test(action)) {
      text = text.trimEnd();
      action = action.slice(1);
    }
    if (/\s-$/.test(action)) {
      rest = rest.trimStart();
      action = action.slice(0, -1);
    }
    const field = fieldOf(action.trim());
    const value = field && valueOf(field, pod, controller);
    if (!field || !value) {
      return {
        state: 'unknown',
        reason: `"{{${action}}}" is not evaluated here`,
      };
    }
    if ('missing' in value) {
      return { state: 'broken', reason: value.missing };
    }
    fields.add(field.path);
    text += value.text;
  }
  return { state: 'rendered', text, fields };
}

/** A field, and the key in it where it is a map. */
interface Field {
  path: string;
  key?: string;
}

function fieldOf(action: string): Field | undefined {
  if (/^(\.[A-Za-z]+)+$/.test(action)) {
    const [, map, key] =
      /^(\.PodMeta\.(?:Labels|Annotations))\.(\w+)$/.exec(action) ?? [];
    return map === undefined ? { path: action } : { path: map, key };
  }
  const [, path, key] = /^index\s+(\S+)\s+"([^"]*)"$/.exec(action) ?? [];
  return path === undefined ? undefined : { path, key };
}

function valueOf(
  { path, key }: Field,
  pod: PodView,
  controller: SpireController | undefined,
): Value {
  if (key !== undefined) {
    const map = {
      '.PodMeta.Labels': pod.labels,
      '.PodMeta.Annotations': pod.annotations,
    }[path];
    if (!map) {
      return undefined;
    }
    return Object.hasOwn(map, key)
      ? { text: map[key] }
      : { missing: `the pod has no ${path.slice(9, -1).toLowerCase()} ${key}` };
  }
  switch (path) {
    case '.TrustDomain':
      return { text: controller?.trustDomain ?? VARIES };
    case '.ClusterName':
      return { text: controller?.clusterName ?? VARIES };
    case '.ClusterDomain':
      return { text: controller?.clusterDomain ?? VARIES };
    case '.PodMeta.Namespace':
      return { text: pod.namespace };
    case '.PodSpec.ServiceAccountName':
      return { text: accountOf(pod) };
    case '.PodMeta.Name':
    case '.PodMeta.UID':
    case '.PodSpec.NodeName':
    case '.NodeMeta.Name':
    case '.NodeMeta.UID':
      return { text: VARIES };
    default:
      return undefined;
  }
}

/** Why SPIRE would not register this ID; undefined if it would. */
export function spiffeIdProblem(
  id: string,
  trustDomain: string | undefined,
): string | undefined {
  const [, domain, path] = /^spiffe:\/\/([^/]*)(.*)$/.exec(id) ?? [];
  if (domain === undefined) {
    return `"${id}" is no SPIFFE ID`;
  }
  if (trustDomain !== undefined && domain !== trustDomain) {
    return `"${id}" is of the trust domain ${domain}, and the controller is of ${trustDomain}`;
  }
  const isPath =
    path === '' ||
    (path.startsWith('/') &&
      path
        .slice(1)
        .split('/')
        .every(
          segment =>
            /^[A-Za-z0-9._…-]+$/.test(segment) &&
            segment !== '.' &&
            segment !== '..',
        ));
  return /^[a-z0-9._…-]+$/.test(domain) && isPath
    ? undefined
    : `"${id}" is no SPIFFE ID`;
}
