/**
 * The same documents to a real API server, with Istio's webhook behind it, and to
 * this package: they must agree on which are taken. `ZERO_TRUST_NIGHTLY=1` draws
 * new ones, and more.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  IstiodServer,
  KubernetesServers,
  describeWithIstiod,
  installDefinitions,
  requireBinaries,
} from '@backstage-zero-trust/test-servers';
import { Admission } from '.';
import kinds from './builtin/kinds.json';
import { BuiltinKinds, readBuiltinKinds } from './testing/builtinKinds';
import { BUILTIN_SEEDS } from './testing/builtinSeeds';
import {
  CRDS,
  EXAMPLES,
  VALIDATION,
  documentsOf,
  parseAll,
} from './testing/crds';
import { generate } from './testing/generation';
import {
  Definition,
  Written,
  filesIn,
  isKnown,
  pathOf,
  registerWebhook,
} from './testing/realServers';
import { ISTIO_SEEDS } from './testing/istioSeeds';
import { drawFrom, mutate, pick } from './testing/mutations';

const isNightly = process.env.ZERO_TRUST_NIGHTLY !== undefined;
const SEED = isNightly ? Math.floor(Math.random() * 2 ** 31) : 20260701;
const TIMES = isNightly ? 10 : 1;

/** In CRDs of these folders; others of them are newer or older versions of the same. */
const FOLDERS = [
  ...['cert-manager', 'external-secrets', 'gatekeeper', 'kyverno'],
  ...['network-policy-api-v1alpha1', 'openreports', 'policyreport'],
  ...['prometheus-operator', 'secrets-store-csi', 'spire'],
];

describeWithIstiod('the API server with Istio, and this package', () => {
  let kubernetes: KubernetesServers;
  let istiod: IstiodServer;
  let admission: Admission;
  let definitions: Definition[];
  let published: BuiltinKinds;

  beforeAll(async () => {
    kubernetes = await KubernetesServers.start();
    published = await readBuiltinKinds(kubernetes);
    await IstiodServer.prepare(kubernetes);
    istiod = await IstiodServer.start({
      kubernetes,
      // Its certificate is then good for the address under which it is called.
      environment: { ISTIOD_CUSTOM_HOST: '127.0.0.1' },
    });
    const binaries = requireBinaries('istio');
    const files = [
      join(binaries, 'istio-crds.yaml'),
      join(binaries, 'gateway-api-crds.yaml'),
    ];
    for (const folder of existsSync(CRDS) ? FOLDERS : []) {
      for (const file of readdirSync(join(CRDS, folder))) {
        await installDefinitions(kubernetes, join(CRDS, folder, file));
        files.push(join(CRDS, folder, file));
      }
    }
    definitions = files
      .flatMap(documentsOf)
      .filter(
        (object): object is Definition =>
          (object as Written).kind === 'CustomResourceDefinition',
      );
    admission = Admission.create({ definitions });
    await registerWebhook(kubernetes, istiod);
    await kubernetes.request('/api/v1/namespaces', {
      method: 'POST',
      body: { metadata: { name: 'shop' } },
    });
  }, 180_000);

  afterAll(async () => {
    await istiod?.stop();
    await kubernetes?.stop();
  });

  it("the table of built-in kinds is the API server's own", () => {
    expect(published).toEqual(kinds);
  });

  /** Whether the API server takes it, and what it says if not. */
  async function ask(
    object: Written,
  ): Promise<{ taken: boolean; why: string }> {
    const { status, body } = await kubernetes.request<{ message?: string }>(
      `${pathOf(object, definitions)}?dryRun=All&fieldValidation=Strict`,
      { method: 'POST', body: object },
    );
    if (![201, 400, 403, 422, 500].includes(status)) {
      throw new Error(`the API server answers ${status}: ${body.message}`);
    }
    return { taken: status === 201, why: body.message ?? '' };
  }

  async function compare(objects: readonly Written[]) {
    const counts = { taken: 0, refused: 0, left: 0 };
    const left = objects.values();
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (const object of left) {
          const { taken, why } = await ask(object);
          const review = admission.review(object);
          // Envoy's own types are not here: the review says so.
          if (
            !taken &&
            review.verdict === 'admitted' &&
            object.kind === 'EnvoyFilter' &&
            review.unknown.length > 0
          ) {
            counts.left++;
            continue;
          }
          if (taken !== (review.verdict === 'admitted')) {
            throw new Error(
              `seed ${SEED}: the API server ${
                taken ? 'takes' : `refuses (${why})`
              } what is ${review.verdict} here (${JSON.stringify(
                review.errors,
              )}): ${JSON.stringify(object)}`,
            );
          }
          counts[taken ? 'taken' : 'refused']++;
        }
      }),
    );
    return counts;
  }

  it('agree on what Istio itself tests its schemas with', async () => {
    const documents = existsSync(VALIDATION)
      ? readdirSync(VALIDATION).flatMap(file =>
          documentsOf(join(VALIDATION, file)).map(document => {
            const { _err, ...object } = document as Written & { _err?: string };
            return object;
          }),
        )
      : [];
    const counts = await compare(documents);
    expect(counts).toEqual(
      documents.length === 0
        ? { taken: 0, refused: 0, left: 0 }
        : { taken: 35, refused: 28, left: 0 },
    );
  }, 60_000);

  it('agree on the example company', async () => {
    const objects = filesIn(EXAMPLES)
      .flatMap(documentsOf)
      .filter((object): object is Written =>
        isKnown(object as Partial<Written> | null, definitions),
      );
    const namespaces = new Set(
      objects.flatMap(({ metadata }) => metadata?.namespace ?? []),
    );
    for (const name of namespaces) {
      await kubernetes.request('/api/v1/namespaces', {
        method: 'POST',
        body: { metadata: { name } },
      });
    }
    const written = objects.filter(({ kind }) => kind !== 'Namespace');
    const counts = await compare(written);
    expect(counts.left).toBe(0);
    expect(counts.taken).toBeGreaterThan(100);
  }, 60_000);

  it.each([
    ['of Istio', ISTIO_SEEDS],
    ['of built-in kinds', BUILTIN_SEEDS],
  ])(
    'agree on objects %s, as they should be and changed for the worse',
    async (_, text) => {
      const seeds = parseAll(text) as Written[];
      expect(await compare(seeds)).toEqual({
        taken: seeds.length,
        refused: 0,
        left: 0,
      });
      const draw = drawFrom(SEED);
      const counts = await compare(
        Array.from(
          { length: 2000 * TIMES },
          () => mutate(pick(draw, seeds), draw) as unknown as Written,
        ),
      );
      expect(counts.taken).toBeGreaterThan(300);
      expect(counts.refused).toBeGreaterThan(300);
    },
    600_000,
  );

  it('agree on objects that are drawn from the schemas of all other kinds', async () => {
    const draw = drawFrom(SEED);
    const served = definitions
      .filter(({ spec }) => !spec.group.endsWith('.istio.io'))
      .flatMap(({ spec }) =>
        spec.versions
          .filter(version => version.served && version.schema)
          .map(version => ({
            apiVersion: `${spec.group}/${version.name}`,
            kind: spec.names.kind,
            schema: version.schema?.openAPIV3Schema ?? {},
          })),
      );
    const counts = await compare(
      Array.from({ length: 1500 * TIMES }, () => {
        const { apiVersion, kind, schema } = pick(draw, served);
        const { metadata: _, ...properties } = schema.properties ?? {};
        return {
          ...(generate({ ...schema, properties }, draw) as object),
          apiVersion,
          kind,
          metadata: { name: 'drawn' },
        };
      }),
    );
    expect(counts.taken).toBeGreaterThan(300);
    expect(counts.refused).toBeGreaterThan(300);
  }, 600_000);
});
