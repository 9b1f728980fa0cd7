/** Which routes a request may take, of those for its host: by path and method; of what else they ask for only that there is something is known. */
import { EdgeRule, RequestMatch } from '../../network/edgeRoutes';
import { ClusterSnapshot } from '../../snapshot';
import { compareAge } from '../precedence';

const KINDS_OF_ROUTES = ['VirtualService', 'HTTPRoute', 'GRPCRoute'] as const;

const NAMELESS = { metadata: { name: '' } };

/** Of routes for one host those of the oldest object come first; the rules of one object stay in their order. */
export function oldestFirst(
  rules: readonly EdgeRule[],
  snapshot: ClusterSnapshot,
): EdgeRule[] {
  const metadataOf = ({ route: { kind, name, namespace } }: EdgeRule) => {
    const known = KINDS_OF_ROUTES.find(candidate => candidate === kind);
    return (known && snapshot.get(known, name, namespace)) ?? NAMELESS;
  };
  return rules
    .map(rule => ({ rule, written: metadataOf(rule) }))
    .sort((left, right) => compareAge(left.written, right.written))
    .map(({ rule }) => rule);
}

interface AskedRequest {
  method?: string;
  path?: string;
}

/** The rules that a request may take: those of which nobody can tell, up to the first that certainly matches. */
export function followedBy(
  rules: readonly EdgeRule[],
  request: AskedRequest,
): EdgeRule[] {
  const found: EdgeRule[] = [];
  let certain: string | undefined;
  for (const rule of inOrder(rules)) {
    const key = `${rule.route.kind} ${rule.route.namespace}/${rule.route.name} ${rule.rule}`;
    if (certain !== undefined && certain !== key) {
      break;
    }
    const answer = matching(rule.matches, request);
    if (answer !== 'no') {
      found.push(rule);
    }
    if (answer === 'yes') {
      // Its other backends share the requests.
      certain = key;
    }
  }
  return found;
}

/** VirtualServices are asked in the order in which they stand; the Gateway API's routes by how much their paths say. */
function inOrder(rules: readonly EdgeRule[]): readonly EdgeRule[] {
  if (rules.some(({ route }) => route.kind === 'VirtualService')) {
    return rules;
  }
  const ranked = rules.map(rule => ({ rule, rank: rankOf(rule) }));
  return ranked
    .sort((left, right) => right.rank - left.rank)
    .map(({ rule }) => rule);
}

const EXACT = 1_000_000;

/** An exact path says most, however short; of prefixes the longest does. */
function rankOf({ matches }: EdgeRule): number {
  const paths = matches.map(({ path }) =>
    path?.kind === 'exact' ? EXACT : path?.value.length ?? 0,
  );
  return Math.max(0, ...paths);
}

type Answer = 'yes' | 'no' | 'perhaps';

function matching(
  matches: readonly RequestMatch[],
  request: AskedRequest,
): Answer {
  const answers = matches.map(match => matchingOne(match, request));
  if (matches.length === 0 || answers.includes('yes')) {
    return 'yes';
  }
  return answers.includes('perhaps') ? 'perhaps' : 'no';
}

function matchingOne(
  { path, method, other }: RequestMatch,
  request: AskedRequest,
): Answer {
  const answers: Answer[] = [
    other ? 'perhaps' : 'yes',
    path ? pathAnswer(path, request.path) : 'yes',
    method === undefined ? 'yes' : methodAnswer(method, request.method),
  ];
  if (answers.includes('no')) {
    return 'no';
  }
  return answers.includes('perhaps') ? 'perhaps' : 'yes';
}

function methodAnswer(method: string, asked: string | undefined): Answer {
  if (asked === undefined) {
    return 'perhaps';
  }
  return asked === method ? 'yes' : 'no';
}

function pathAnswer(
  { kind, value }: NonNullable<RequestMatch['path']>,
  asked: string | undefined,
): Answer {
  if (asked === undefined || kind === 'regex') {
    return kind !== 'regex' && kind !== 'exact' && value === '/'
      ? 'yes'
      : 'perhaps';
  }
  const [path] = asked.split('?', 1);
  switch (kind) {
    case 'exact':
      return path === value ? 'yes' : 'no';
    case 'prefix':
      return path.startsWith(value) ? 'yes' : 'no';
    default: {
      const trimmed = value.replace(/\/+$/, '');
      return path === trimmed || path.startsWith(`${trimmed}/`) ? 'yes' : 'no';
    }
  }
}
