/** Asks of an object what an API server would say to its creation. */
import { CustomResources } from './CustomResources';
import { builtinKind, checkBuiltin, isBuiltinGroup } from './builtin';
import { checkCustomResource } from './customResource';
import { Findings } from './findings';
import { checkIstio } from './istio';
import { Fields, isFields, textOf } from './json';
import { Problem } from './problems';

/** What an API server would say. */
export interface Review {
  /** `unknown` where a rule could refuse the object that cannot be evaluated here. */
  verdict: 'admitted' | 'refused' | 'unknown';
  /** Why it is refused. */
  errors: Problem[];
  /**
   * What nobody can tell here, and why. Beside `admitted` it is only what a
   * webhook could still refuse.
   */
  unknown: Problem[];
}

export interface AdmissionOptions {
  /** CustomResourceDefinitions; other objects among them are passed over. */
  definitions: Iterable<unknown>;
}

export class Admission {
  static create({ definitions }: AdmissionOptions): Admission {
    return new Admission(CustomResources.create(definitions));
  }

  private constructor(private readonly customResources: CustomResources) {}

  /** Of a whole object, as it would be sent for creation with strict field validation. */
  review(object: unknown): Review {
    const findings = new Findings();
    if (isFields(object)) {
      this.#check(object, findings);
    } else {
      findings.add('', 'is not an object', 'shape');
    }
    return {
      verdict: verdictOf(findings),
      errors: distinct(findings.problems),
      unknown: distinct([...findings.unknown, ...findings.beyond]),
    };
  }

  #check(object: Fields, findings: Findings): void {
    const apiVersion = textOf(object, 'apiVersion') ?? '';
    const kind = textOf(object, 'kind') ?? '';
    const [group, version] = groupAndVersion(apiVersion);
    const versions = this.customResources.versionsOf(group, kind);
    const resource = versions?.get(version);
    const builtin = builtinKind(apiVersion, kind);
    if (builtin) {
      checkBuiltin(object, builtin, findings);
    } else if (!versions && isBuiltinGroup(group)) {
      findings.add('kind', `${apiVersion} has no ${kind}`);
    } else if (!versions) {
      findings.addUnknown(
        'kind',
        `no definition of ${kind} in ${apiVersion} was given`,
      );
    } else if (!resource?.served) {
      findings.add('apiVersion', `${kind} is not served in version ${version}`);
    } else {
      checkCustomResource(object, resource, findings);
      // The API server asks webhooks only about what it would take itself.
      if (findings.problems.length === 0) {
        checkIstio(object, group, findings);
      }
    }
  }
}

function groupAndVersion(apiVersion: string): [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? ['', apiVersion]
    : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
}

function verdictOf({ problems, unknown }: Findings): Review['verdict'] {
  if (problems.length > 0) {
    return 'refused';
  }
  return unknown.length > 0 ? 'unknown' : 'admitted';
}

/** Two checks may find the same. */
function distinct(problems: readonly Problem[]): Problem[] {
  const found = new Map<string, Problem>();
  for (const { field, message } of problems) {
    found.set(JSON.stringify([field, message]), { field, message });
  }
  return [...found.values()];
}
