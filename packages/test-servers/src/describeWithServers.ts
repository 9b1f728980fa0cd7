/** Tests that need real servers: skipped, by name, where those could not be built. */
import { IstiodServer } from './istio/IstiodServer';
import { KubernetesServers } from './KubernetesServers';

/** Like Jest's `describe`. Build the servers with `packages/test-servers/build`. */
export function describeWithServers(name: string, tests: () => void): void {
  (KubernetesServers.isAvailable() ? describe : describe.skip)(name, tests);
}

/** As {@link describeWithServers}, for tests that need istiod too. */
export function describeWithIstiod(name: string, tests: () => void): void {
  const isBuilt = IstiodServer.isAvailable();
  (isBuilt ? describe : describe.skip)(
    isBuilt ? name : `${name} (skipped: istiod is not built)`,
    tests,
  );
}
