/**
 * `demo:publish` stands in for three things that a laptop does not have: a
 * repository (a folder), a GitOps controller (it creates the objects), and the
 * catalog's discovery (an event tells the provider).
 */
import { promises as fs } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AuthService,
  resolveSafeChildPath,
} from '@backstage/backend-plugin-api';
import { ConflictError, InputError } from '@backstage/errors';
import { CatalogService } from '@backstage/plugin-catalog-node';
import { EventsService } from '@backstage/plugin-events-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  KubernetesObject,
  describeObject,
  describeProblem,
  parseManifests,
} from '@backstage-zero-trust/posture-engine';
import { createObjects, findDemoCluster } from './demoClusters';
import { DemoOptions, PUBLISHED_TOPIC } from './readDemoOptions';

export interface CreateDemoPublishActionOptions extends DemoOptions {
  events: EventsService;
  catalog: CatalogService;
  auth: AuthService;
}

/** The catalog takes a few seconds over a new entity; a link that leads nowhere is worse than a short wait. */
const WAIT_FOR_CATALOG_MILLISECONDS = 30_000;

export function createDemoPublishAction(
  options: CreateDemoPublishActionOptions,
) {
  return createTemplateAction({
    id: 'demo:publish',
    description:
      'Demo only: writes the workspace into a folder, creates its manifests in a demo cluster, and brings its entity into the catalog',
    supportsDryRun: true,
    schema: {
      input: {
        name: z =>
          z
            .string()
            .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
            .describe('Name of the service and of its folder'),
        dataPlane: z =>
          z
            .enum(['sidecar', 'ambient'])
            .describe('Deployed to the first demo cluster that has it'),
      },
      output: {
        entityRef: z => z.string(),
        cluster: z => z.string().optional(),
      },
    },
    async handler(ctx) {
      const { name, dataPlane } = ctx.input;
      ctx.output('entityRef', `component:default/${name}`);
      if (ctx.isDryRun) {
        ctx.logger.info('Dry run: nothing is published');
        return;
      }
      const target = resolveSafeChildPath(options.publishDirectory, name);
      if (await exists(target)) {
        throw new ConflictError(
          `There is a published service "${name}" already`,
        );
      }
      const cluster = await findDemoCluster(options.stateFile, dataPlane);
      const objects = await readObjects(ctx.workspacePath);
      await createObjects(cluster, objects);
      for (const { kind, metadata } of objects) {
        ctx.logger.info(
          `Created ${describeObject({ kind, ...metadata })} in ${cluster.name}`,
        );
      }
      await fs.cp(ctx.workspacePath, target, { recursive: true });
      await options.events.publish({
        topic: PUBLISHED_TOPIC,
        eventPayload: { name },
      });
      ctx.output('cluster', cluster.name);
      ctx.logger.info('Waiting for the catalog to take it in');
      if (!(await isInCatalog(options, `component:default/${name}`))) {
        ctx.logger.warn('The catalog does not know it yet; try the link later');
      }
    },
  });
}

async function isInCatalog(
  { catalog, auth }: CreateDemoPublishActionOptions,
  entityRef: string,
): Promise<boolean> {
  const credentials = await auth.getOwnServiceCredentials();
  const deadline = Date.now() + WAIT_FOR_CATALOG_MILLISECONDS;
  while (Date.now() < deadline) {
    if (await catalog.getEntityByRef(entityRef, { credentials })) {
      return true;
    }
    await sleep(250);
  }
  return false;
}

/** The folder `manifests` of the template, read as the check before has read it. */
async function readObjects(workspacePath: string): Promise<KubernetesObject[]> {
  const folder = resolveSafeChildPath(workspacePath, 'manifests');
  const objects: KubernetesObject[] = [];
  for (const file of (await fs.readdir(folder)).sort()) {
    const text = await fs.readFile(resolveSafeChildPath(folder, file), 'utf8');
    const parsed = parseManifests(text, `manifests/${file}`);
    if (parsed.problems.length > 0) {
      throw new InputError(describeProblem(parsed.problems[0]));
    }
    objects.push(...parsed.objects.map(({ object }) => object));
  }
  return objects;
}

async function exists(path: string): Promise<boolean> {
  return fs.access(path).then(
    () => true,
    () => false,
  );
}
