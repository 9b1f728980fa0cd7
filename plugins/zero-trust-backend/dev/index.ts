/**
 * The plugin alone, for `yarn start` in this package: nobody has to sign in,
 * the catalog holds one service, and the cluster is the folder beside this file.
 *
 *   curl http://localhost:7007/api/zero-trust/services
 */
import { resolve } from 'node:path';
import { createBackend } from '@backstage/backend-defaults';
import { mockServices } from '@backstage/backend-test-utils';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';

const backend = createBackend();

backend.add(mockServices.auth.factory());
backend.add(mockServices.httpAuth.factory());
backend.add(
  mockServices.rootConfig.factory({
    data: {
      backend: {
        baseUrl: 'http://localhost:7007',
        listen: { host: '127.0.0.1', port: 7007 },
        database: { client: 'better-sqlite3', connection: ':memory:' },
      },
      zeroTrust: {
        clusters: {
          folders: [{ name: 'dev', path: resolve(__dirname, 'manifests') }],
        },
      },
    },
  }),
);
backend.add(
  catalogServiceMock.factory({
    entities: [
      {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: {
          name: 'orders',
          title: 'Orders',
          annotations: { 'backstage.io/kubernetes-id': 'orders' },
        },
        spec: { type: 'service', owner: 'sales', lifecycle: 'production' },
        relations: [{ type: 'ownedBy', targetRef: 'group:default/sales' }],
      },
    ],
  }),
);
backend.add(import('../src'));

backend.start();
