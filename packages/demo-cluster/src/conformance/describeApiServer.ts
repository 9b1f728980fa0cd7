/**
 * The behaviour that clients of a Kubernetes API server rely on, as a suite
 * that any server must pass: the demo's own, and a real kube-apiserver, which
 * shows that the suite demands nothing that is not so.
 */
import { ApiClient } from './ApiClient';
import {
  ConformanceContext,
  ConformanceServer,
  eventually,
  READER_BINDING,
  READER_ROLE,
  WIDGET_DEFINITION,
  WIDGETS,
} from './context';
import { describeAccess } from './accessRules';
import { describeClientLibrary } from './clientLibraryRules';
import { describeControllers } from './controllerRules';
import { describeDiscovery } from './discoveryRules';
import { describeExpiry } from './expiryRules';
import { describeLists } from './listRules';
import { describePatches } from './patchRules';
import { describeRepresentations } from './representationRules';
import { describeSelectors } from './selectorRules';
import { describeWatches } from './watchRules';
import { describeWrites } from './writeRules';

const LONGEST_TEST = 60_000;

/** Describes a server to Jest; `start` is called once, and what it started is stopped at the end. */
export function describeApiServer(
  name: string,
  start: () => Promise<ConformanceServer>,
): void {
  describe(name, () => {
    jest.setTimeout(LONGEST_TEST);
    let context: ConformanceContext | undefined;

    beforeAll(async () => {
      const server = await start();
      context = {
        server,
        admin: ApiClient.create(server, server.adminToken),
        reader: ApiClient.create(server, server.readerToken),
        anonymous: ApiClient.create(server),
      };
      await prepare(context);
    });

    afterAll(async () => {
      await context?.server.stop();
    });

    const get = () => {
      if (!context) {
        throw new Error('the server did not start');
      }
      return context;
    };
    describeDiscovery(get);
    describeLists(get);
    describeSelectors(get);
    describeRepresentations(get);
    describeWrites(get);
    describePatches(get);
    describeWatches(get);
    describeAccess(get);
    describeClientLibrary(get);
    describeControllers(get);
    describeExpiry(get);
  });
}

async function prepare({ admin, reader }: ConformanceContext): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await admin.post(`${rbac}/clusterroles`, READER_ROLE);
  await admin.post(`${rbac}/clusterrolebindings`, READER_BINDING);
  await admin.post(
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    WIDGET_DEFINITION,
  );
  await eventually(
    () => reader.get(`${WIDGETS}/widgets`),
    ({ code }) => code === 200,
  );
}
