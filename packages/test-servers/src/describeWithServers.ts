/** Tests that need a real API server: skipped, by name, where it could not be built. */
import { KubernetesServers } from './KubernetesServers';

/** Like Jest's `describe`. Build the servers with `packages/test-servers/build`. */
export function describeWithServers(name: string, tests: () => void): void {
  (KubernetesServers.isAvailable() ? describe : describe.skip)(name, tests);
}
