/**
 * The mesh engine against the real istiod: random meshes are stored in a real
 * API server, istiod computes the configuration of every proxy, and what that
 * says, evaluated as Envoy and ztunnel document it, must be what the engine
 * says: the mode of each port, the transport to each endpoint, and whether
 * requests and connections pass.
 */
import { describeWithIstiod } from '@backstage-zero-trust/test-servers';
import fc from 'fast-check';
import { IstiodOracle } from './testing/istiod/IstiodOracle';
import { MeshComparison } from './testing/istiod/compareMesh';
import { Comparison, agrees } from './testing/istiod/comparison';
import { randomMesh } from './testing/istiod/randomMesh';
import { randomConnection } from './testing/istiod/randomTraffic';

const NIGHTLY = process.env.ZERO_TRUST_NIGHTLY !== undefined;
const SEED = NIGHTLY ? Date.now() % 2 ** 31 : 20_261_125;
const TIMES = NIGHTLY ? 10 : 1;
/** Asked of each mesh. */
const CONNECTIONS = 150;

// A start of istiod for each mesh.
jest.setTimeout(TIMES * 600_000);

describeWithIstiod('the engine beside the real istiod', () => {
  let oracle: IstiodOracle;
  beforeAll(async () => {
    oracle = await IstiodOracle.start();
  });
  afterAll(() => oracle?.stop());

  it.each([
    {
      of: 'sidecars',
      ambient: false,
      meshes: 30 * TIMES,
      /** Answers that istiod gives somewhere. */
      seen: {
        mode: ['STRICT', 'PERMISSIVE', 'DISABLE'],
        transport: ['mtls', 'plaintext', 'tls', 'blocked'],
        request: ['allow', 'deny', 'unknown'],
      },
    },
    {
      of: 'ztunnels and sidecars',
      ambient: true,
      meshes: 20 * TIMES,
      seen: {
        'mode at ztunnel': ['STRICT', 'PERMISSIVE'],
        'transport from ztunnel': ['mtls in HBONE', 'plaintext'],
        transport: ['mtls in HBONE', 'mtls', 'plaintext'],
        'connection at ztunnel': ['allow', 'deny'],
      },
    },
  ])(
    `says of $meshes meshes with $of what istiod makes of them (seed ${SEED})`,
    async ({ ambient, meshes, seen }) => {
      const tally = new Map<string, number>();
      const differences: object[] = [];
      const sample = { seed: SEED, numRuns: meshes };
      for (const [index, mesh] of fc
        .sample(randomMesh(ambient), sample)
        .entries()) {
        const computed = await oracle.compute(mesh);
        const comparison = MeshComparison.create(mesh, computed);
        const asked = fc.sample(randomConnection, {
          seed: SEED + index,
          numRuns: CONNECTIONS,
        });
        const compared: Comparison[] = [
          ...comparison.modes(),
          ...comparison.transports(),
          ...comparison.requests(asked),
        ];
        for (const { what, istiod } of compared) {
          const key = `${what}: ${istiod}`;
          tally.set(key, (tally.get(key) ?? 0) + 1);
        }
        differences.push(
          ...compared
            .filter(each => !agrees(each))
            .map(each => ({ mesh: index, ...each })),
        );
      }
      expect(differences).toEqual([]);
      for (const [what, answers] of Object.entries(seen)) {
        for (const answer of answers) {
          expect([what, answer, tally.get(`${what}: ${answer}`)]).toEqual([
            what,
            answer,
            expect.any(Number),
          ]);
        }
      }
    },
  );
});
