/** The demo's own server passes the suite. */
import { DemoCluster } from '../cluster/DemoCluster';
import { describeApiServer } from './describeApiServer';

describeApiServer('the demo cluster as a Kubernetes API server', async () => {
  const cluster = await DemoCluster.start({ name: 'conformance' });
  return {
    url: cluster.url,
    adminToken: cluster.adminToken,
    readerToken: cluster.readerToken,
    expireHistory: async () => {
      await cluster.fault({ type: 'expired' });
    },
    stop: () => cluster.stop(),
  };
});
