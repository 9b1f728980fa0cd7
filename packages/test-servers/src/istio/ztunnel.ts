/** What istiod tells a ztunnel: every workload and Service of the mesh, and the policies that ztunnels enforce. */
import { basename, join } from 'node:path';
import { Root } from 'protobufjs';
import { requireBinaries } from '../binaries';
import { AdsStream } from './AdsStream';
import { IstiodServer } from './IstiodServer';

const ADDRESS = 'istio.workload.Address';
const AUTHORIZATION = 'istio.security.Authorization';

/** The parts of `istio.workload.Workload` that tests look at. */
export interface ZtunnelWorkload {
  name: string;
  namespace: string;
  /** In bytes. */
  addresses: Uint8Array[];
  tunnelProtocol: 'NONE' | 'HBONE' | 'LEGACY_ISTIO_MTLS';
  trustDomain: string;
  serviceAccount: string;
  /** `namespace/name` of policies that apply to it alone. */
  authorizationPolicies: string[];
  waypoint?: ZtunnelGateway;
}

export interface ZtunnelGateway {
  hostname?: { namespace: string; hostname: string };
  address?: { address: Uint8Array };
}

export interface ZtunnelService {
  name: string;
  namespace: string;
  hostname: string;
  waypoint?: ZtunnelGateway;
}

/** `istio.security.Authorization`: of its groups one must match; of a group all rules, of a rule one match. */
export interface ZtunnelPolicy {
  name: string;
  namespace: string;
  scope: 'GLOBAL' | 'NAMESPACE' | 'WORKLOAD_SELECTOR';
  action: 'ALLOW' | 'DENY';
  dryRun: boolean;
  groups: { rules: { matches: ZtunnelMatch[] }[] }[];
}

export interface ZtunnelText {
  matchType?: 'exact' | 'prefix' | 'suffix' | 'presence';
  exact?: string;
  prefix?: string;
  suffix?: string;
}

export interface ZtunnelBlock {
  address: Uint8Array;
  /** Of the prefix, in bits. */
  length: number;
}

type Opposites<T> = T & {
  [K in keyof T & string as `not${Capitalize<K>}`]: T[K];
};

export type ZtunnelMatch = Opposites<{
  namespaces: ZtunnelText[];
  serviceAccounts: { namespace: string; serviceAccount: string }[];
  principals: ZtunnelText[];
  sourceIps: ZtunnelBlock[];
  destinationIps: ZtunnelBlock[];
  destinationPorts: number[];
}>;

export interface ZtunnelState {
  workloads: ZtunnelWorkload[];
  services: ZtunnelService[];
  policies: ZtunnelPolicy[];
}

/** Asks istiod as the ztunnel of a node. */
export async function askAsZtunnel(
  istiod: IstiodServer,
): Promise<ZtunnelState> {
  const root = messageTypes();
  const stream = AdsStream.open(
    istiod.discoveryAddress,
    {
      id: 'ztunnel~127.0.0.1~ztunnel.istio-system~istio-system.svc.cluster.local',
      metadata: {
        NAME: 'ztunnel',
        NAMESPACE: 'istio-system',
        CLUSTER_ID: 'Kubernetes',
        NODE_NAME: 'node-1',
        ISTIO_VERSION: '1.31.0',
      },
    },
    'changes',
  );
  const read = async (type: string): Promise<object[]> => {
    const url = `type.googleapis.com/${type}`;
    await stream.subscribe(url);
    const message = root.lookupType(type);
    return [...stream.resources(url).values()].map(bytes =>
      message.toObject(message.decode(bytes), {
        arrays: true,
        defaults: true,
        enums: String,
        oneofs: true,
      }),
    );
  };
  try {
    const addresses = (await read(ADDRESS)) as {
      workload?: ZtunnelWorkload;
      service?: ZtunnelService;
    }[];
    return {
      workloads: addresses.flatMap(({ workload }) => workload ?? []),
      services: addresses.flatMap(({ service }) => service ?? []),
      policies: (await read(AUTHORIZATION)) as ZtunnelPolicy[],
    };
  } finally {
    stream.close();
  }
}

function messageTypes(): Root {
  const folder = requireBinaries('istio');
  const root = new Root();
  root.resolvePath = (_, target) =>
    target.startsWith('google/') ? target : join(folder, basename(target));
  root.loadSync(['workload.proto', 'authorization.proto']);
  return root;
}
