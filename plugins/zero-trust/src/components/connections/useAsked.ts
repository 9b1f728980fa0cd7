/** The question about one connection that the address asks, so that it can be sent to somebody as a link. */
import { useSearchState } from '../../hooks/useSearchState';
import { DIRECTIONS } from '../../connections/peers';
import {
  DraftQuestion,
  OwnWorkload,
  PROTOCOLS,
  parseWorkload,
  workloadText,
} from '../../connections/question';
import { oneOf } from '../../posture/order';

const PARAMETERS = [
  'ask',
  'askCluster',
  'askWorkload',
  'askPeer',
  'askPort',
  'askProtocol',
] as const;

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
      }),
    clear: () =>
      change(
        Object.fromEntries(PARAMETERS.map(name => [name, undefined])) as {
          [name in (typeof PARAMETERS)[number]]: undefined;
        },
      ),
  };
}
