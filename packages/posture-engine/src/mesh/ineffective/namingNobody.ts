/** Rules, items and single values that name callers that nobody is. */
import { ClusterSnapshot, referenceTo } from '../../snapshot';
import { AuthorizationPolicy } from '../../snapshot/kinds';
import { accountOf } from '../../identity/serviceAccounts';
import { NAMING_FIELDS, NamingField, accountMeant } from '../accountMeant';
import { Nobody, holderOf } from '../namedIdentities';
import { meshPodsIn } from './meshPods';
import { Reader } from './readers';
import { Reason } from './selection';

const CONDITIONS: ReadonlyMap<string, NamingField> = new Map([
  ['source.principal', 'principals'],
  ['source.namespace', 'namespaces'],
  ['source.serviceAccount', 'serviceAccounts'],
]);

type Fields = Partial<Record<NamingField, readonly string[]>>;

interface Place {
  policyNamespace: string;
  dataPlane: 'sidecar' | 'ambient';
  snapshot: ClusterSnapshot;
}

export function namingNobody(
  policy: AuthorizationPolicy,
  index: number,
  readers: readonly Reader[],
  snapshot: ClusterSnapshot,
): Reason[] {
  const object = referenceTo(policy);
  const field = `spec.rules[${index}]`;
  const place: Place = {
    policyNamespace: object.namespace ?? 'default',
    dataPlane: readers.every(({ enforcer }) => enforcer === 'ztunnel')
      ? 'ambient'
      : 'sidecar',
    snapshot,
  };
  const { from = [], when = [] } = policy.spec?.rules?.[index] ?? {};
  const sources = from.map(({ source = {} }, item) =>
    emptyField(source, `${field}.from[${item}].source`, place),
  );
  const [first] = sources;
  if (first && sources.every(found => found)) {
    const all = sources.flatMap(found => found ?? []);
    return [
      {
        field,
        because: [...new Set(all.flatMap(found => found.reasons))].join(
          ', and ',
        ),
        provenBy: all.flatMap(found => [
          { object, field: found.field },
          ...found.provenBy,
        ]),
      },
    ];
  }
  const condition = when.flatMap(({ key, values }, item) => {
    const naming = CONDITIONS.get(key);
    const found =
      naming &&
      emptyField({ [naming]: values }, `${field}.when[${item}]`, place);
    return found ? [{ ...found, field: `${field}.when[${item}].values` }] : [];
  })[0];
  return condition
    ? [
        {
          field,
          because: condition.reasons.join(', and '),
          provenBy: [{ object, field: condition.field }, ...condition.provenBy],
        },
      ]
    : from.flatMap(({ source = {} }, item) => {
        const path = `${field}.from[${item}]`;
        const empty = sources[item];
        return empty
          ? [
              {
                field: path,
                because: empty.reasons.join(', and '),
                provenBy: [{ object, field: empty.field }, ...empty.provenBy],
              },
            ]
          : emptyValues(source, `${path}.source`, place).map(reason => ({
              ...reason,
              provenBy: [{ object, field: reason.field }, ...reason.provenBy],
            }));
      });
}

interface EmptyField {
  field: string;
  reasons: string[];
  provenBy: Nobody['provenBy'];
}

/** The field for which a source names nobody: all of its values do, and a source asks for all of its fields. */
function emptyField(
  source: Fields,
  path: string,
  place: Place,
): EmptyField | undefined {
  for (const name of NAMING_FIELDS) {
    const values = source[name] ?? [];
    const found = values.map(value => nobodyOf(name, value, place));
    if (values.length > 0 && found.every(nobody => nobody)) {
      const all = found.flatMap(nobody => nobody ?? []);
      return {
        field: `${path}.${name}`,
        reasons: [...new Set(all.map(({ because }) => because))],
        provenBy: all.flatMap(({ provenBy }) => provenBy),
      };
    }
  }
  return undefined;
}

function emptyValues(source: Fields, path: string, place: Place): Reason[] {
  return NAMING_FIELDS.flatMap(name =>
    (source[name] ?? []).flatMap((value, index) => {
      const nobody = nobodyOf(name, value, place);
      return nobody
        ? [
            {
              field: `${path}.${name}[${index}]`,
              because: nobody.because,
              provenBy: nobody.provenBy,
            },
          ]
        : [];
    }),
  );
}

function nobodyOf(
  name: NamingField,
  value: string,
  { policyNamespace, dataPlane, snapshot }: Place,
): Pick<Nobody, 'because' | 'provenBy'> | undefined {
  const holder = holderOf(name, value, policyNamespace, dataPlane, snapshot);
  if (typeof holder === 'object') {
    return holder;
  }
  return holder === 'somebody'
    ? withoutIdentity(name, value, policyNamespace, snapshot)
    : undefined;
}

/** An account that is used outside of the mesh alone: its pods have nothing to show. */
function withoutIdentity(
  name: NamingField,
  value: string,
  policyNamespace: string,
  snapshot: ClusterSnapshot,
): Pick<Nobody, 'because' | 'provenBy'> | undefined {
  const meant = accountMeant(name, value, policyNamespace);
  const users = meant?.account
    ? snapshot
        .deriveIn(meant.namespace, meshPodsIn)
        .filter(({ pod }) => accountOf(pod) === meant.account)
    : [];
  const [first] = users;
  return meant?.account &&
    first &&
    users.every(({ role }) => role === 'outside')
    ? {
        because: `only pods outside of Istio's mesh run as ServiceAccount ${meant.namespace}/${meant.account}, and have no identity to show`,
        provenBy: first.membership.evidence.map(({ object, field }) => ({
          object,
          field,
        })),
      }
    : undefined;
}
