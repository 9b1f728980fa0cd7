/**
 * Whether the default deny holds, against what the real istiod's configuration
 * answers to requests: where it holds somebody is refused, where it does not
 * everybody is let in. Scenarios in which something else may refuse (DENY,
 * CUSTOM, mTLS modes, tokens, client rules) say nothing about it.
 */
import { ClusterSnapshot, KubernetesObject, Workload } from '../snapshot';
import {
  describeConformance,
  readConformanceLines,
} from '../testing/conformance';
import { dataPlaneOf } from './dataPlane';
import { defaultDenyOf } from './defaultDeny';
import { inboundPorts } from './inboundPorts';

interface Scenario {
  name: string;
  objects: (KubernetesObject & { spec?: { action?: string } })[];
  meshConfig: Record<string, unknown>;
  questions: {
    to: { pod: string };
    request?: { principal?: string | null };
  }[];
  answers: string[];
}

const OTHER_CAUSES = [
  'PeerAuthentication',
  'RequestAuthentication',
  'DestinationRule',
];

function onlyAllows({ objects }: Scenario): boolean {
  return objects.every(
    ({ kind, spec }) =>
      !OTHER_CAUSES.includes(kind) &&
      !(
        kind === 'AuthorizationPolicy' &&
        ['DENY', 'CUSTOM'].includes(spec?.action ?? '')
      ),
  );
}

function denies(workload: Workload, snapshot: ClusterSnapshot): boolean {
  const [pod] = workload.pods;
  const { dataPlane } = dataPlaneOf(workload, pod, snapshot);
  if (dataPlane !== 'sidecar' && dataPlane !== 'ambient') {
    return false;
  }
  const ports = inboundPorts(workload, snapshot).flatMap(
    ({ port }) => port ?? [],
  );
  return (
    defaultDenyOf({ pod, dataPlane, ports }, snapshot).state === 'effective'
  );
}

const TRUST_DOMAIN = 'prod.example';

const HTTP_OPEN =
  'every HTTP request passes, whoever sends it; only the TCP port refuses, and to call that a default deny would be a false comfort';
const BLOCK_LIST =
  'the rule names whom or what it refuses and lets all others in: a block list, not a default deny';

/** Somebody is refused in these, and the default deny counts as open all the same. */
const EXCEPTIONS: Record<string, string> = {
  'path *': HTTP_OPEN,
  'host *': HTTP_OPEN,
  'ALLOW notPrincipals *': BLOCK_LIST,
  'ALLOW notPrincipals one': BLOCK_LIST,
  'ALLOW notNamespaces c': BLOCK_LIST,
  'ALLOW notServiceAccounts': BLOCK_LIST,
  'ALLOW notIpBlocks': BLOCK_LIST,
  'ALLOW notRequestPrincipals': BLOCK_LIST,
  'ALLOW notPaths': BLOCK_LIST,
  'ALLOW notPorts': BLOCK_LIST,
  'ALLOW header not': BLOCK_LIST,
  'ALLOW when destination.port not': BLOCK_LIST,
};

describe.each([
  ['istio/istiod.jsonl.gz', 85],
  ['istio/ambient.jsonl.gz', 105],
])('%s', (file, count) => {
  describeConformance(file, () => {
    const scenarios = readConformanceLines<Scenario>(file).filter(
      scenario => onlyAllows(scenario) && !(scenario.name in EXCEPTIONS),
    );

    it.each(scenarios)(
      '$name',
      ({ objects, meshConfig, questions, answers }) => {
        const snapshot = ClusterSnapshot.create({
          cluster: 'conformance',
          objects,
          settings: { meshConfig },
        });
        const asked = snapshot.workloads
          .map(workload => {
            const { namespace, name } = workload.reference;
            const verdicts = answers.filter((_, index) => {
              const { to, request } = questions[index];
              return (
                to.pod === `${namespace}/${name}` &&
                // A certificate of a foreign trust domain is refused in the handshake.
                (request?.principal ?? TRUST_DOMAIN).startsWith(TRUST_DOMAIN)
              );
            });
            return { workload, name, verdicts };
          })
          .filter(({ verdicts }) => verdicts.length > 0);
        expect(
          asked.map(({ name, workload }) => ({
            name,
            refuses: denies(workload, snapshot),
          })),
        ).toEqual(
          asked.map(({ name, verdicts }) => ({
            name,
            refuses: verdicts.includes('deny'),
          })),
        );
      },
    );

    it(`holds ${count} scenarios`, () => {
      expect(scenarios).toHaveLength(count);
    });
  });
});
