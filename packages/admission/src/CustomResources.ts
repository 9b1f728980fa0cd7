/** The kinds that CustomResourceDefinitions declare, and their schemas. */
import { builtinKind } from './builtin/types';
import { Findings } from './findings';
import { Fields, copyOf, fieldOf, isFields, listOf, textOf } from './json';
import { Schema } from './structural/Schema';
import { pruneFields } from './structural/fields';
import { checkValue } from './structural/values';

/** A kind in one version. */
export interface CustomResource {
  namespaced: boolean;
  served: boolean;
  /** Status that is written on creation is thrown away. */
  statusSubresource: boolean;
  /** Undefined where the definition has none, or none that can be used. */
  schema: Schema | undefined;
  /** What is wrong with the definition. */
  problem: string | undefined;
  /** Where the number of replicas stands, for kinds that can be scaled. */
  replicasPath: string | undefined;
}

/** The definition of a kind, for all its versions. */
interface CustomKind {
  versions: ReadonlyMap<string, CustomResource>;
}

export class CustomResources {
  /** Of objects that are no definitions nothing is read. */
  static create(objects: Iterable<unknown>): CustomResources {
    const kinds = new Map<string, CustomKind>();
    const groups = new Set<string>();
    for (const object of objects) {
      if (isDefinition(object)) {
        const problem = problemOf(object);
        const spec = fieldOf(object, 'spec');
        const group = textOf(spec, 'group') ?? '';
        const kind = textOf(fieldOf(spec, 'names'), 'kind') ?? '';
        kinds.set(`${group}/${kind}`, readKind(spec, problem));
        groups.add(group);
      }
    }
    return new CustomResources(kinds, groups);
  }

  private constructor(
    private readonly kinds: ReadonlyMap<string, CustomKind>,
    private readonly groups: ReadonlySet<string>,
  ) {}

  /** Whether any kind of a group is declared. */
  hasGroup(group: string): boolean {
    return this.groups.has(group);
  }

  /** The versions of a kind; undefined where nothing declares it. */
  versionsOf(
    group: string,
    kind: string,
  ): ReadonlyMap<string, CustomResource> | undefined {
    return this.kinds.get(`${group}/${kind}`)?.versions;
  }
}

function isDefinition(object: unknown): object is Fields {
  return (
    textOf(object, 'kind') === 'CustomResourceDefinition' &&
    (textOf(object, 'apiVersion') ?? '').startsWith('apiextensions.k8s.io/')
  );
}

/** Why its schema cannot be used: no API server would take a definition of this shape. */
function problemOf(definition: Fields): string | undefined {
  const { schema = {} } =
    builtinKind('apiextensions.k8s.io/v1', 'CustomResourceDefinition') ?? {};
  const spec = { spec: copyOf(definition.spec) };
  const findings = new Findings();
  pruneFields(spec, schema, '');
  checkValue(spec, schema, '', findings);
  const [problem] = findings.problems;
  return problem && `${problem.field} ${problem.message}`;
}

function readKind(spec: unknown, problem: string | undefined): CustomKind {
  const namespaced = textOf(spec, 'scope') !== 'Cluster';
  const versions = new Map<string, CustomResource>();
  for (const version of listOf(spec, 'versions')) {
    const schema = fieldOf(fieldOf(version, 'schema'), 'openAPIV3Schema');
    const subresources = fieldOf(version, 'subresources');
    versions.set(textOf(version, 'name') ?? '', {
      namespaced,
      served: fieldOf(version, 'served') !== false,
      statusSubresource: isFields(fieldOf(subresources, 'status')),
      schema:
        problem === undefined && isFields(schema)
          ? (schema as Schema)
          : undefined,
      problem,
      replicasPath: textOf(fieldOf(subresources, 'scale'), 'specReplicasPath'),
    });
  }
  return { versions };
}
