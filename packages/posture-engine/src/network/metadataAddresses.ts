/**
 * Where clouds tell a machine who it is: whoever asks gets what the node may
 * do, its credentials included. They answer in plain HTTP.
 */
import type { PodPort } from './services';

export const METADATA_PORT: PodPort = { protocol: 'TCP', port: 80 };

/** Of those that some clouds have besides, nobody can tell here whether the cluster runs there. */
export const METADATA_ADDRESSES: readonly string[] = [
  // AWS, Azure, Google, Oracle, OpenStack, DigitalOcean and others.
  '169.254.169.254',
  'fd00:ec2::254', // AWS by IPv6
  'fd20:ce::254', // Google by IPv6
];
