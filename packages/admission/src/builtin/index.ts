/** Whether an API server would take an object of one of its own kinds: fields and types by its published API, and the rules of the kinds that matter most here. */
import { Findings } from '../findings';
import { Fields, copyOf, setField, textOf } from '../json';
import { checkMetadata } from '../metadata';
import {
  WrongName,
  wrongLabel,
  wrongPathSegment,
  wrongSubdomain,
} from '../names';
import { pruneObject } from '../structural/fields';
import { checkValue } from '../structural/values';
import { checkConfigMap, checkSecret } from './configuration';
import { checkNamespace } from './namespace';
import { checkNetworkPolicy } from './networkPolicy';
import { replaceNulls } from './nulls';
import { PART_OF_PODS } from './workloads';
import { checkBinding, checkRole } from './rbac';
import { checkService } from './service';
import { BuiltinKind } from './types';

type Check = (object: Fields, findings: Findings) => void;

/** Kinds of which every rule is here. */
const WHOLE: Readonly<Record<string, Check>> = {
  ClusterRole: checkRole,
  ClusterRoleBinding: checkBinding,
  ConfigMap: checkConfigMap,
  Namespace: checkNamespace,
  NetworkPolicy: checkNetworkPolicy,
  Role: checkRole,
  RoleBinding: checkBinding,
  Secret: checkSecret,
  ServiceAccount: () => {},
};
/** Kinds of which the rules that people meet are here. */
const IN_PART: Readonly<Record<string, Check>> = {
  ...PART_OF_PODS,
  Service: checkService,
};

const NAMES: Readonly<Record<string, WrongName>> = {
  ClusterRole: wrongPathSegment,
  ClusterRoleBinding: wrongPathSegment,
  Namespace: wrongLabel,
  Role: wrongPathSegment,
  RoleBinding: wrongPathSegment,
  Service: wrongLabel,
};

export function checkBuiltin(
  object: Fields,
  { schema }: BuiltinKind,
  findings: Findings,
): void {
  const kind = textOf(object, 'kind') ?? '';
  const copy = copyOf(object);
  const metadata = checkMetadata(
    copy.metadata,
    'metadata',
    { wrongName: NAMES[kind] ?? wrongSubdomain, named: true },
    findings,
  );
  setField(copy, 'metadata', metadata);
  findings.problems.push(...pruneObject(copy, schema));
  replaceNulls(copy, schema);
  const shape = new Findings();
  checkValue(copy, schema, '', shape);
  findings.addAll(shape);
  if (shape.problems.length > 0) {
    return;
  }
  if (Object.hasOwn(WHOLE, kind)) {
    WHOLE[kind](copy, findings);
    return;
  }
  if (Object.hasOwn(IN_PART, kind)) {
    IN_PART[kind](copy, findings);
  }
  findings.addBeyond(
    '',
    `not every rule that the API server has for ${kind} is checked here`,
  );
}

export { builtinKind, isBuiltinGroup } from './types';
