/** Weave Net, by its network policy controller. */
import type { PodView } from '../../../snapshot';
import { findContainer, variableOf } from '../agentPod';
import { YES, no } from '../enforcement';
import { NetworkReading, reading } from './reading';

/** Its network policy controller is a container of its own, and EXPECT_NPC=0 opens the network for it (Weave Net's docs, "Network Policy"). */
export function readWeave(agent: PodView): NetworkReading {
  const expected = variableOf(agent, 'EXPECT_NPC');
  if (expected?.value === '0') {
    return reading({ NetworkPolicy: no('it runs with EXPECT_NPC=0') }, [
      expected.field,
    ]);
  }
  return reading({
    NetworkPolicy: findContainer(agent, 'weave-npc')
      ? YES
      : no(
          'its container weave-npc, the network policy controller, is missing',
        ),
  });
}
