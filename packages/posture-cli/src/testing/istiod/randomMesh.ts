/**
 * Random meshes: pods with and without proxies, Services before them, and
 * policies of every kind, in three namespaces and the root namespace.
 */
import { StoredObject } from '@backstage-zero-trust/test-servers';
import fc from 'fast-check';
import {
  authorizationPolicy,
  requestAuthentication,
} from './randomAuthorization';
import {
  destinationRule,
  peerAuthentication,
  sidecar,
} from './randomTransport';
import { randomWaypoint } from './randomWaypoint';
import { randomPod, randomService, slicesOf } from './randomWorkloads';
import {
  ALIASES,
  NAMESPACES,
  ROOTS,
  TRUST_DOMAINS,
  creationTimestamp,
  rarely,
  word,
  written,
} from './words';

export interface RandomMesh {
  meshConfig: { rootNamespace: string; [field: string]: unknown };
  /** Whether the mesh has ztunnels beside sidecars. */
  ambient: boolean;
  /** With their labels. */
  namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
  objects: readonly StoredObject[];
}

type Policy = Omit<StoredObject, 'metadata'> & {
  annotations: object;
};

/** Up to so many policies of a kind. */
function policies(each: fc.Arbitrary<Policy>, root: string, most: number) {
  const prefix = { AuthorizationPolicy: 'ap', PeerAuthentication: 'pa' };
  return fc
    .array(
      fc.tuple(
        each,
        word([...NAMESPACES, ...NAMESPACES, root]),
        creationTimestamp,
      ),
      { maxLength: most },
    )
    .map(list =>
      list.map(
        (
          [{ annotations, ...object }, namespace, created],
          index,
        ): StoredObject => ({
          ...object,
          apiVersion: object.apiVersion as string,
          kind: object.kind as string,
          metadata: {
            name: `${
              prefix[object.kind as 'PeerAuthentication'] ?? 'x'
            }-${index}`,
            namespace,
            creationTimestamp: created,
            annotations,
          },
        }),
      ),
    );
}

const meshConfig = (rootNamespace: string) =>
  fc
    .record({
      trustDomain: word(TRUST_DOMAINS),
      trustDomainAliases: rarely(
        fc.subarray([...ALIASES], { minLength: 1 }),
        2,
      ),
      enableAutoMtls: rarely(fc.boolean(), 6),
      outboundTrafficPolicy: rarely(
        word([{ mode: 'REGISTRY_ONLY' }, { mode: 'ALLOW_ANY' }, {}]),
        4,
      ),
      pathNormalization: rarely(
        word(['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES']).map(
          normalization => ({ normalization }),
        ),
        2,
      ),
      defaultDestinationRuleExportTo: rarely(fc.constant(['.']), 8),
      defaultServiceExportTo: rarely(fc.constant(['.']), 20),
    })
    .map(config => ({
      ...written(config),
      rootNamespace,
      extensionProviders: [
        {
          name: 'grpc',
          envoyExtAuthzGrpc: { service: 's1.a.svc.cluster.local', port: 80 },
        },
        {
          name: 'http',
          envoyExtAuthzHttp: { service: 's1.a.svc.cluster.local', port: 80 },
        },
      ],
    }));

const POD_PLACES = ['a', 'a', 'b', 'b', 'c'] as const;

function meshIn(root: string, ambient: boolean): fc.Arbitrary<RandomMesh> {
  return fc
    .record({
      config: meshConfig(root),
      pods: fc.tuple(
        ...[...POD_PLACES, root].map((namespace, index) =>
          randomPod(namespace, index, ambient),
        ),
      ),
      services: fc.tuple(
        randomService('s1', 'a', 1, ambient),
        randomService('s2', 'b', 2, ambient),
        rarely(randomService('s3', 'a', 3, ambient), 1.7),
      ),
      peers: policies(peerAuthentication, root, 6),
      rules: policies(destinationRule, root, 5),
      authorizations: policies(authorizationPolicy(ambient), root, 5),
      tokens: policies(requestAuthentication(ambient), root, 3),
      sidecars: policies(sidecar, root, 2),
      waypoint: ambient ? randomWaypoint : fc.constant(undefined),
    })
    .map(({ config, pods, services, waypoint, ...kinds }) => {
      const present = services.filter(each => each !== undefined);
      return {
        meshConfig: config,
        ambient,
        namespaces: {
          ...Object.fromEntries([...NAMESPACES, root].map(name => [name, {}])),
          a: waypoint?.namespaceLabels ?? {},
        },
        objects: [
          ...pods,
          ...present,
          ...present.flatMap(each => slicesOf(each, pods)),
          // istiod judges a workload's policy when it comes, by those above it.
          ...[...kinds.peers].sort(byScope(root)),
          ...kinds.rules,
          ...kinds.authorizations,
          ...kinds.tokens,
          ...kinds.sidecars,
          ...(waypoint?.objects ?? []),
        ],
      };
    });
}

function byScope(root: string) {
  const rank = ({ metadata }: StoredObject) =>
    metadata.namespace === root ? 0 : 1;
  return (one: StoredObject, other: StoredObject) => rank(one) - rank(other);
}

export const randomMesh = (ambient: boolean): fc.Arbitrary<RandomMesh> =>
  word(ROOTS).chain(root => meshIn(root, ambient));
