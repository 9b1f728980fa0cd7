/** A judge that remembers says of workloads behind Linkerd what one without a memory says, after any change anywhere. */
import fc from 'fast-check';
import { CONTROLS } from '../controls';
import { parseManifests } from '../manifests';
import { ClusterSnapshot, KubernetesObject } from '../snapshot';
import { linkerdConfig } from '../testing/linkerdManifests';
import {
  linkerdPods,
  linkerdPolicies,
} from '../testing/reference/randomLinkerd';
import { Judge, judge } from './judge';

const IN_LINKERD = CONTROLS.filter(({ id }) =>
  ['AN-1', 'AN-2', 'AN-4', 'AN-5', 'AN-6', 'AN-9', 'AZ-1'].includes(id),
);

const CONFIGS = [
  '',
  'proxy: { defaultInboundPolicy: deny }',
  'proxyInit: { ignoreOutboundPorts: "5432", ignoreInboundPorts: "8080" }',
].map(values =>
  values === ''
    ? []
    : parseManifests(linkerdConfig(values), 'test.yaml').objects.map(
        ({ object }) => object,
      ),
);

/** Authentications of another namespace, to which policies may refer. */
const elsewhere = (objects: readonly KubernetesObject[]) =>
  objects.map(object =>
    object.kind.endsWith('Authentication')
      ? { ...object, metadata: { ...object.metadata, namespace: 'jobs' } }
      : object,
  );

it('judges again what a change can touch', () => {
  fc.assert(
    fc.property(
      linkerdPods,
      linkerdPolicies,
      fc.array(
        fc.oneof(
          fc.record({ config: fc.constantFrom(...CONFIGS) }),
          fc.record({ policies: linkerdPolicies }),
          // One object comes, goes, or moves to another namespace.
          fc.record({ without: fc.nat(10) }),
          fc.record({ moved: fc.boolean() }),
        ),
        { minLength: 2, maxLength: 6 },
      ),
      (pods, first, steps) => {
        const remembering = Judge.create({ controls: IN_LINKERD });
        let now = { policies: first, config: CONFIGS[0], moved: false };
        for (const step of [{}, ...steps]) {
          now = { ...now, ...step };
          const policies =
            'without' in step
              ? now.policies.filter((_, index) => index !== step.without)
              : now.policies;
          const snapshot = ClusterSnapshot.create({
            cluster: 'test',
            objects: [
              ...pods,
              ...now.config,
              ...(now.moved ? elsewhere(policies) : policies),
            ],
          });
          expect(remembering.judge(snapshot)).toEqual(
            judge(snapshot, { controls: IN_LINKERD }),
          );
        }
      },
    ),
    { numRuns: 150 },
  );
});
