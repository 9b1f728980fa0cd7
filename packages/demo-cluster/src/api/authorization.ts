/** Who may do what, and the 403 of who may not. */
import type { FaultInjector } from '../faults/FaultInjector';
import type { KindRegistry } from '../kinds/KindRegistry';
import { resourceName } from '../kinds/servedKind';
import { Account, ADMIN, ANONYMOUS } from './authentication';
import {
  forbids,
  ForbiddenRule,
  READ_VERBS,
  ResourceAccess,
} from './accessRules';
import type { RequestInfo } from './requestInfo';
import { forbidden, forbiddenPath } from './status';

const OPEN_PATHS = new Set([
  '/healthz',
  '/livez',
  '/readyz',
  '/version',
  '/version/',
]);
const SELF_REVIEWS = new Set([
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
]);

export class Authorizer {
  readonly #kinds: KindRegistry;
  readonly #rules: readonly ForbiddenRule[];
  readonly #faults: FaultInjector;

  static create(options: {
    kinds: KindRegistry;
    /** What the reader account may not read. */
    forbidden: readonly ForbiddenRule[];
    faults: FaultInjector;
  }): Authorizer {
    return new Authorizer(options.kinds, options.forbidden, options.faults);
  }

  private constructor(
    kinds: KindRegistry,
    rules: readonly ForbiddenRule[],
    faults: FaultInjector,
  ) {
    this.#kinds = kinds;
    this.#rules = rules;
    this.#faults = faults;
  }

  allows(account: Account, access: ResourceAccess): boolean {
    const { group, resource, verb } = access;
    const kind = this.#kinds.byResource(
      resourceName({ group, plural: resource }),
    );
    const namespaced = kind?.namespaced ?? true;
    const faults = this.#faults.active('forbidden');
    if (faults.some(fault => forbids(fault, access, namespaced))) {
      return false;
    }
    if (account === ADMIN) {
      return true;
    }
    if (account === ANONYMOUS) {
      return false;
    }
    if (verb === 'create' && SELF_REVIEWS.has(resource)) {
      return true;
    }
    return (
      READ_VERBS.includes(verb) &&
      !this.#rules.some(rule => forbids(rule, access, namespaced))
    );
  }

  allowsPath(account: Account, path: string, verb: string): boolean {
    if (account === ADMIN) {
      return true;
    }
    return verb === 'get' && (account !== ANONYMOUS || OPEN_PATHS.has(path));
  }

  /** Throws 403 where the account may not do what the request asks. */
  check(account: Account, info: RequestInfo): void {
    if (info.type === 'path') {
      if (!this.allowsPath(account, info.path, info.verb)) {
        throw forbiddenPath(account.name, info.verb, info.path);
      }
    } else if (!this.allows(account, info)) {
      const { group, resource, subresource, namespace, name, verb } = info;
      throw forbidden({
        user: account.name,
        verb,
        resource: { group, plural: resource, subresource },
        namespace,
        name,
      });
    }
  }
}
