/** What is wrong, right and unknown about the service orders. */
import type {
  ControlDescription,
  EntityFinding,
} from '@backstage-zero-trust/plugin-zero-trust-common';

const SINCE = '2026-05-04T09:30:00Z';

export const plaintextPort: EntityFinding = {
  id: 'prod-eu:AN-2:shop/orders:8080',
  cluster: 'prod-eu',
  since: SINCE,
  control: 'AN-2',
  title: 'Effective inbound mTLS mode per port',
  pillar: 'authentication',
  subject: {
    kind: 'Deployment',
    namespace: 'shop',
    name: 'orders',
    port: 8080,
  },
  verdict: 'fail',
  severity: 'high',
  enforcement: 'absent',
  message:
    'Any pod in the cluster can call port 8080 of orders without encryption.',
  because:
    'PeerAuthentication shop/orders sets portLevelMtls.8080 to PERMISSIVE, and no policy restricts callers.',
  evidence: [
    {
      object: {
        apiVersion: 'security.istio.io/v1',
        kind: 'PeerAuthentication',
        namespace: 'shop',
        name: 'orders',
      },
      field: 'spec.portLevelMtls.8080.mode',
      value: 'PERMISSIVE',
    },
    {
      object: {
        apiVersion: 'security.istio.io/v1',
        kind: 'PeerAuthentication',
        namespace: 'istio-system',
        name: 'default',
      },
      field: 'spec.selector',
      value: null,
    },
  ],
  witness: {
    from: 'any pod in the cluster',
    to: 'orders in shop',
    port: 8080,
    protocol: 'HTTP',
    transport: 'plaintext',
  },
  fix: {
    summary:
      'Set the port to STRICT. One caller uses plaintext today and would be cut off: legacy/nightly-export.',
    objects: [
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'PeerAuthentication',
        metadata: { name: 'orders', namespace: 'shop' },
        spec: {
          selector: { matchLabels: { app: 'orders' } },
          mtls: { mode: 'STRICT' },
        },
      },
    ],
  },
};

export const openEgress: EntityFinding = {
  ...plaintextPort,
  id: 'prod-eu:NW-1:shop/orders:egress',
  control: 'NW-1',
  title: 'Default deny per direction',
  pillar: 'network',
  subject: { kind: 'Deployment', namespace: 'shop', name: 'orders' },
  message: 'orders can open connections to the whole internet.',
  because: 'No NetworkPolicy in shop selects its pods for egress.',
  evidence: [],
  witness: {
    from: 'orders in shop',
    to: '203.0.113.7, standing for any address outside',
    port: null,
  },
  fix: {
    summary:
      'Deny all egress of the namespace and allow what the service depends on: payments, and DNS.',
  },
};

export const staticSecret: EntityFinding = {
  ...plaintextPort,
  id: 'prod-eu:SE-4:shop/orders',
  control: 'SE-4',
  title: 'Static secret material',
  pillar: 'secrets',
  severity: 'medium',
  subject: { kind: 'Deployment', namespace: 'shop', name: 'orders' },
  message:
    'Whoever can read the Deployment of orders can read the password of its database.',
  because:
    'The container app holds it in the environment variable DB_PASSWORD.',
  evidence: [],
  witness: undefined,
  fix: { summary: 'Take it from Vault, and change the password.' },
};

export const ownIdentity: EntityFinding = {
  ...plaintextPort,
  id: 'prod-eu:ID-1:shop/orders',
  control: 'ID-1',
  title: 'Own ServiceAccount',
  pillar: 'identity',
  subject: { kind: 'Deployment', namespace: 'shop', name: 'orders' },
  verdict: 'pass',
  enforcement: 'enforced',
  message: 'No other workload runs as the ServiceAccount shop/orders.',
  because: undefined,
  witness: undefined,
  fix: undefined,
  evidence: [
    {
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'orders',
      },
      field: 'spec.template.spec.serviceAccountName',
      value: 'orders',
    },
  ],
};

export const unseenPolicies: EntityFinding = {
  ...plaintextPort,
  id: 'prod-eu:AZ-1:shop/orders',
  control: 'AZ-1',
  title: 'Effective default deny of the mesh',
  pillar: 'authorization',
  subject: { kind: 'Deployment', namespace: 'shop', name: 'orders' },
  verdict: 'unknown',
  message:
    'Cannot be told: in prod-eu, listing authorizationpolicies is forbidden: grant the verb "list".',
  because: undefined,
  witness: undefined,
  fix: undefined,
  evidence: [],
  missing: [
    {
      verb: 'list',
      group: 'security.istio.io',
      resource: 'authorizationpolicies',
    },
  ],
};

export const exemptContainer: EntityFinding = {
  ...plaintextPort,
  id: 'prod-eu:WL-1:shop/orders',
  control: 'WL-1',
  title: 'Effective Pod Security',
  pillar: 'workload',
  severity: 'medium',
  subject: { kind: 'Deployment', namespace: 'shop', name: 'orders' },
  verdict: 'exempt',
  message: 'The container agent of orders may become root on its node.',
  because: undefined,
  witness: undefined,
  evidence: [],
  fix: { summary: 'Drop all capabilities and run as a user that is not root.' },
  exemption: {
    control: 'WL-1',
    subject: { namespace: 'shop', name: 'orders' },
    reason: 'The vendor ships a fix in November.',
    owner: 'group:default/shop',
    approver: 'user:default/kim',
    expires: '2026-12-03T00:00:00Z',
  },
};

export const findings: EntityFinding[] = [
  ownIdentity,
  plaintextPort,
  unseenPolicies,
  openEgress,
  staticSecret,
  exemptContainer,
];

export const controls: ControlDescription[] = [
  {
    id: 'AN-2',
    title: 'Effective inbound mTLS mode per port',
    pillar: 'authentication',
    severity: 'high',
    question: 'Does every port of the service refuse callers without mTLS?',
    why: 'A port that accepts plaintext can be called by anybody who reaches it, and read by anybody on the way.',
    references: [
      { framework: 'NIST SP 800-207A', requirement: 'section 4.1' },
      { framework: 'NSA/CISA KHG', requirement: 'Network separation' },
    ],
  },
];
