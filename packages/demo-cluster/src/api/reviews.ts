/** Questions that are answered and not stored: what may I do, and who am I. */
import type { KindRegistry } from '../kinds/KindRegistry';
import { isRecord, recordAt, stringAt } from '../store/apiObject';
import type { Answer, ApiRequest } from './answer';
import type { Account } from './authentication';
import type { Authorizer } from './authorization';
import { readBody } from './mediaTypes';
import type { ResourceRequest } from './requestInfo';
import { badRequest, invalid, methodNotAllowed } from './status';

const AUTHORIZATION = 'authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';
const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
];

export class Reviews {
  readonly #authorizer: Authorizer;
  readonly #kinds: KindRegistry;

  static create(options: {
    authorizer: Authorizer;
    kinds: KindRegistry;
  }): Reviews {
    return new Reviews(options.authorizer, options.kinds);
  }

  private constructor(authorizer: Authorizer, kinds: KindRegistry) {
    this.#authorizer = authorizer;
    this.#kinds = kinds;
  }

  /** The answer to a review, or undefined where the request is for something else. */
  answer(
    info: ResourceRequest,
    request: ApiRequest,
    account: Account,
  ): Answer | undefined {
    const review = this.#reviewOf(info);
    if (!review) {
      return undefined;
    }
    if (request.method !== 'POST' || info.name !== undefined) {
      throw methodNotAllowed();
    }
    const body = readBody(request.body, request.contentType, review.kind);
    if (!isRecord(body)) {
      throw badRequest(
        `the object provided is unrecognized (must be of type ${review.kind})`,
      );
    }
    const { kind, status } = review;
    return {
      code: 201,
      body: {
        kind,
        apiVersion: `${info.group}/v1`,
        metadata: {},
        ...(kind === 'SelfSubjectReview' ? {} : { spec: body.spec }),
        status: status(body, account),
      },
    };
  }

  #reviewOf({ group, version, resource }: ResourceRequest) {
    if (version !== 'v1') {
      return undefined;
    }
    if (group === AUTHORIZATION && resource === 'selfsubjectaccessreviews') {
      return { kind: 'SelfSubjectAccessReview', status: this.#access };
    }
    if (group === AUTHORIZATION && resource === 'selfsubjectrulesreviews') {
      return { kind: 'SelfSubjectRulesReview', status: this.#rules };
    }
    if (group === AUTHENTICATION && resource === 'selfsubjectreviews') {
      return { kind: 'SelfSubjectReview', status: whoAmI };
    }
    return undefined;
  }

  readonly #access = (body: unknown, account: Account): unknown => {
    const resource = recordAt(body, 'spec', 'resourceAttributes');
    const path = recordAt(body, 'spec', 'nonResourceAttributes');
    if ((resource === undefined) === (path === undefined)) {
      throw invalid({
        group: AUTHORIZATION,
        kind: '',
        name: '',
        causes: [
          {
            reason: 'FieldValueInvalid',
            field: 'spec',
            message: `Invalid value: ${JSON.stringify(
              path ?? null,
            )}: exactly one of nonResourceAttributes or resourceAttributes must be specified`,
          },
        ],
      });
    }
    const namespace = stringAt(resource, 'namespace');
    const allowed = resource
      ? this.#authorizer.allows(account, {
          group: stringAt(resource, 'group') ?? '',
          resource: stringAt(resource, 'resource') ?? '',
          verb: stringAt(resource, 'verb') ?? '',
          ...(namespace ? { namespace } : {}),
        })
      : this.#authorizer.allowsPath(
          account,
          stringAt(path, 'path') ?? '',
          stringAt(path, 'verb') ?? '',
        );
    return { allowed };
  };

  readonly #rules = (body: unknown, account: Account): unknown => {
    const namespace = stringAt(body, 'spec', 'namespace');
    if (!namespace) {
      throw badRequest('no namespace on request');
    }
    const resourceRules = this.#kinds.all().flatMap(({ group, plural }) => {
      const verbs = VERBS.filter(verb =>
        this.#authorizer.allows(account, {
          group,
          resource: plural,
          namespace,
          verb,
        }),
      );
      return verbs.length > 0
        ? [{ verbs, apiGroups: [group], resources: [plural] }]
        : [];
    });
    return {
      resourceRules,
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['*'] }],
      incomplete: false,
    };
  };
}

function whoAmI(_: unknown, account: Account): unknown {
  return { userInfo: { username: account.name, groups: account.groups } };
}
