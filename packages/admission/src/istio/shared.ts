/** Parts of a spec that several kinds of Istio have. */
import { Fields, fieldOf, isFields, listOf, textOf } from '../json';
import { child, item } from '../problems';
import { IstioObject } from './Checks';
import { isLabel } from './values';

/** Labels that choose workloads: no wildcards. */
export function checkSelector(
  object: IstioObject,
  selector: unknown,
  labels: string,
  path: string,
): void {
  const map = fieldOf(selector, labels);
  for (const [key, value] of Object.entries(isFields(map) ? map : {})) {
    if (key === '') {
      object.refuse(child(path, labels), 'must not have an empty key');
    }
    if (key.includes('*') || String(value).includes('*')) {
      object.refuse(child(path, labels), 'must not have wildcards');
    }
  }
}

const TARGETS = [
  ['', 'Service'],
  ['core', 'Service'],
  ['networking.istio.io', 'ServiceEntry'],
  ['gateway.networking.k8s.io', 'Gateway'],
  ['gateway.networking.k8s.io', 'GatewayClass'],
];

/** What a policy is for: `selector`, `targetRef` or `targetRefs`, one of them at most. */
export function checkTargets(object: IstioObject): void {
  const { spec } = object;
  const targets = listOf(spec, 'targetRefs');
  const set = [
    isFields(spec.selector),
    isFields(spec.targetRef),
    targets.length > 0,
  ];
  if (set.filter(Boolean).length > 1) {
    object.refuse(
      'spec',
      'may have only one of selector, targetRef, targetRefs',
    );
  }
  checkSelector(object, spec.selector, 'matchLabels', 'spec.selector');
  if (isFields(spec.targetRef)) {
    checkTarget(object, spec.targetRef, 'spec.targetRef');
  }
  targets.forEach((target, index) => {
    if (isFields(target)) {
      checkTarget(object, target, item('spec.targetRefs', index));
    }
  });
}

function checkTarget(object: IstioObject, target: Fields, path: string): void {
  const group = textOf(target, 'group') ?? '';
  const kind = textOf(target, 'kind') ?? '';
  if ((textOf(target, 'name') ?? '') === '') {
    object.refuse(child(path, 'name'), 'must not be empty');
  }
  if ((textOf(target, 'namespace') ?? '') !== '') {
    object.refuse(
      child(path, 'namespace'),
      'must not be set: what is in another namespace cannot be referred to',
    );
  }
  if (!TARGETS.some(([known, name]) => known === group && name === kind)) {
    object.refuse(
      path,
      'must be a Service, a ServiceEntry, or a Gateway or GatewayClass of Gateway API',
    );
  }
}

/** To which namespaces something is visible. */
export function checkExportTo(
  object: IstioObject,
  { allowsNobody = false, onlyOwn = false } = {},
): void {
  const entries = listOf(object.spec, 'exportTo').map(String);
  const path = 'spec.exportTo';
  const seen = new Set<string>();
  for (const entry of entries) {
    const namespace = entry === '.' ? object.namespace : entry;
    if (seen.has(namespace)) {
      object.refuse(path, `names ${namespace} twice`);
    } else if (entry === '~' && !allowsNobody) {
      object.refuse(path, 'must not be ~ for this kind');
    } else if (namespace !== '*' && namespace !== '~' && !isLabel(namespace)) {
      object.refuse(path, `"${entry}" is neither ., nor *, nor a namespace`);
    } else {
      seen.add(namespace);
    }
  }
  if (
    onlyOwn &&
    seen.size > 0 &&
    (!seen.has(object.namespace) || seen.size > 1)
  ) {
    object.refuse(
      path,
      'may be only the own namespace where there is a workloadSelector',
    );
  }
  for (const alone of ['*', '~']) {
    if (seen.has(alone) && entries.length > 1) {
      object.refuse(path, `must be ${alone} alone, or without it`);
    }
  }
}

/** A number of a field; 0 where there is none, as protobuf has it. */
export function numberOf(fields: unknown, name: string): number {
  const value = fieldOf(fields, name);
  return typeof value === 'number' ? value : 0;
}

/** A text of a field; '' where there is none, as protobuf has it. */
export function textIn(fields: unknown, name: string): string {
  return textOf(fields, name) ?? '';
}

/** Each object of a list, with where it stands. */
export function eachOf(
  fields: unknown,
  name: string,
  path: string,
): { value: Fields; path: string }[] {
  return listOf(fields, name).flatMap((value, index) =>
    isFields(value) ? [{ value, path: item(child(path, name), index) }] : [],
  );
}
