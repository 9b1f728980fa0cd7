/** The question about one connection that the address asks, so that it can be sent to somebody as a link. */
import { SearchState, useSearchState } from '../../hooks/useSearchState';
import { DIRECTIONS } from '../../connections/peers';
import {
  DraftQuestion,
  OwnWorkload,
  PROTOCOLS,
  parseWorkload,
  workloadText,
} from '../../connections/question';
import {
  DraftRequest,
  EMPTY_REQUEST,
  REQUEST_FIELDS,
  RequestField,
} from '../../connections/request';
import { oneOf } from '../../posture/order';

const PARAMETERS = [
  'ask',
  'askCluster',
  'askWorkload',
  'askPeer',
  'askPort',
  'askProtocol',
  'askMethod',
  'askPath',
  'askHost',
  'askHeaders',
  'askAs',
  'askIssuer',
  'askSubject',
  'askAudiences',
  'askClaims',
] as const;
type Parameter = (typeof PARAMETERS)[number];

const OF_REQUEST: Record<RequestField, Parameter> = {
  method: 'askMethod',
  path: 'askPath',
  host: 'askHost',
  headers: 'askHeaders',
  principal: 'askAs',
  issuer: 'askIssuer',
  subject: 'askSubject',
  audiences: 'askAudiences',
  claims: 'askClaims',
};

function readRequest(state: SearchState<Parameter>): DraftRequest {
  const request = { ...EMPTY_REQUEST };
  for (const field of REQUEST_FIELDS) {
    request[field] = state[OF_REQUEST[field]] ?? '';
  }
  return request;
}

/** What is not said is not in the address. */
function writeRequest(request: DraftRequest): {
  [name in Parameter]?: string | undefined;
} {
  return Object.fromEntries(
    REQUEST_FIELDS.map(field => [
      OF_REQUEST[field],
      request[field].trim() || undefined,
    ]),
  );
}

export interface Asked {
  /** What the address says, completed by what is likely. */
  draft: DraftQuestion;
  /** Whether the address asks anything. */
  isAsked: boolean;
  ask(draft: DraftQuestion): void;
  clear(): void;
}

/** @param usual - about whom the question is where the address does not say */
export function useAsked(usual: OwnWorkload): Asked {
  const [state, change] = useSearchState(PARAMETERS);
  const direction = oneOf(DIRECTIONS, state.ask);
  const workload = state.askWorkload && parseWorkload(state.askWorkload);
  return {
    draft: {
      direction: direction ?? 'in',
      own:
        state.askCluster && workload
          ? { cluster: state.askCluster, workload }
          : usual,
      peer: state.askPeer ?? '',
      port: state.askPort ?? '',
      protocol: oneOf(PROTOCOLS, state.askProtocol) ?? 'TCP',
      request: readRequest(state),
    },
    isAsked: direction !== undefined,
    ask: draft =>
      change({
        ask: draft.direction,
        askCluster: draft.own.cluster,
        askWorkload: workloadText(draft.own.workload),
        askPeer: draft.peer.trim(),
        askPort: draft.port.trim(),
        askProtocol: draft.protocol,
        ...writeRequest(draft.request),
      }),
    clear: () =>
      change(
        Object.fromEntries(PARAMETERS.map(name => [name, undefined])) as {
          [name in Parameter]: undefined;
        },
      ),
  };
}
