/** kube-router, by its flags. */
import type { PodView } from '../../../snapshot';
import { containersOf, flagOf } from '../agentPod';
import { YES, no } from '../enforcement';
import { NetworkReading, reading } from './reading';

/** `--run-firewall` is on by default (docs/user-guide.md of kube-router). */
export function readKubeRouter(agent: PodView): NetworkReading {
  const flags = containersOf(agent).flatMap(
    container => flagOf(container, 'run-firewall') ?? [],
  );
  const off = flags.find(({ value }) => value !== 'true');
  return off
    ? reading({ NetworkPolicy: no('it runs with --run-firewall=false') }, [
        off.field,
      ])
    : reading({ NetworkPolicy: YES });
}
