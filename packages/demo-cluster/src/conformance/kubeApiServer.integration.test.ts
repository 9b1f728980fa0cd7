/** A real control plane passes the suite, so that it asks for nothing that is not so. */
import { readFile } from 'node:fs/promises';
import {
  describeWithServers,
  KubernetesServers,
} from '@backstage-zero-trust/test-servers';
import { describeApiServer } from './describeApiServer';

describeWithServers('conformance', () => {
  describeApiServer('a real kube-apiserver', async () => {
    const servers = await KubernetesServers.start({
      nodes: 2,
      compactionInterval: '2s',
    });
    return {
      url: servers.url,
      authority: await readFile(servers.caFile, 'utf8'),
      adminToken: servers.adminToken,
      readerToken: servers.readerToken,
      // etcd forgets by itself, two intervals later.
      expireHistory: async () => {},
      stop: () => servers.stop(),
    };
  });
});
