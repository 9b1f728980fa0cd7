/** Whether an API server would take an object of a kind that a CustomResourceDefinition declares, in the order in which it looks. */
import { CustomResource } from './CustomResources';
import { checkRules } from './cel/rules';
import { Findings } from './findings';
import { Fields, copyOf, fieldOf, setField } from './json';
import { checkMetadata } from './metadata';
import { wrongSubdomain } from './names';
import { setDefaults } from './structural/defaults';
import { checkEmbedded } from './structural/embedded';
import { pruneObject } from './structural/fields';
import { checkLists } from './structural/lists';
import { checkValue } from './structural/values';

/** Per `customresource_handler.go` (decoding, pruning, defaulting) and `registry/customresource` (validation). */
export function checkCustomResource(
  object: Fields,
  resource: CustomResource,
  findings: Findings,
): void {
  const copy = copyOf(object);
  const metadata = checkMetadata(
    copy.metadata,
    'metadata',
    { wrongName: wrongSubdomain, named: true },
    findings,
  );
  setField(copy, 'metadata', metadata);
  const { schema } = resource;
  if (!schema) {
    findings.addUnknown(
      '',
      resource.problem === undefined
        ? 'its definition has no schema'
        : `its definition cannot be used: ${resource.problem}`,
    );
    return;
  }
  findings.problems.push(...pruneObject(copy, schema));
  const afterDecoding = findings.problems.length;
  setDefaults(copy, schema);
  if (resource.statusSubresource) {
    delete copy.status;
  }
  checkValue(copy, schema, '', findings);
  checkReplicas(copy, resource, findings);
  checkEmbedded(copy, schema, '', findings);
  findings.problems.push(...checkLists(copy, schema, ''));
  // Rules expect what the schema promises; what was dropped above cannot mislead them.
  if (
    findings.problems.slice(afterDecoding).every(({ kind }) => kind !== 'shape')
  ) {
    checkRules(copy, schema, findings);
  }
}

const MOST_REPLICAS = 2 ** 31 - 1;

function checkReplicas(
  object: Fields,
  { replicasPath }: CustomResource,
  findings: Findings,
): void {
  if (replicasPath === undefined) {
    return;
  }
  const path = replicasPath.replace(/^\./, '');
  const replicas = path
    .split('.')
    .reduce<unknown>((value, name) => fieldOf(value, name), object);
  if (
    typeof replicas === 'number' &&
    (replicas < 0 || replicas > MOST_REPLICAS)
  ) {
    findings.add(path, `must be between 0 and ${MOST_REPLICAS}`);
  }
}
