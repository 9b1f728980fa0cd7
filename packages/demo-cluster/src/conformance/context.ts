/** What the rules of the suite work with: a server, clients for its two accounts, and objects to try things on. */
import { ApiClient, ApiEndpoint } from './ApiClient';

/** A server that the suite may do with as it likes. */
export interface ConformanceServer extends ApiEndpoint {
  adminToken: string;
  readerToken: string;
  /** Lets older states expire; may return before they have. */
  expireHistory(): Promise<void>;
  stop(): Promise<void>;
}

export interface ConformanceContext {
  server: ConformanceServer;
  admin: ApiClient;
  reader: ApiClient;
  anonymous: ApiClient;
}

/** Set before the first test runs. */
export type GetContext = () => ConformanceContext;

export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
export const METADATA =
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
export const METADATA_LIST =
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

export const WIDGETS = '/apis/conformance.example/v1';

/** A definition with two versions, a status and columns. */
export const WIDGET_DEFINITION = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.conformance.example' },
  spec: {
    group: 'conformance.example',
    scope: 'Namespaced',
    names: {
      plural: 'widgets',
      singular: 'widget',
      kind: 'Widget',
      listKind: 'WidgetList',
      shortNames: ['wd'],
    },
    versions: ['v1', 'v1beta1'].map((name, index) => ({
      name,
      served: true,
      storage: index === 0,
      schema: {
        openAPIV3Schema: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
      subresources: { status: {} },
      additionalPrinterColumns: [
        { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    })),
  },
};

/** What the reader account is allowed on a server that goes by RBAC; the demo server's may do that anyway. */
export const READER_ROLE = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'conformance-reader' },
  rules: [
    { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
  ],
};

export const READER_BINDING = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'conformance-reader' },
  roleRef: {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: 'conformance-reader',
  },
  subjects: [
    { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'reader' },
  ],
};

export function configMap(name: string, more: Record<string, unknown> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...more },
    data: { key: 'value' },
  };
}

export function widget(name: string, size: number) {
  return {
    apiVersion: 'conformance.example/v1',
    kind: 'Widget',
    metadata: { name },
    spec: { size },
  };
}

/** A Deployment that asks for no pods. */
export function deployment(name: string) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            { name: 'main', image: 'main:1', env: [{ name: 'A', value: '1' }] },
          ],
        },
      },
    },
  };
}

/** Asks until the answer is as wanted; for what a server does in its own time. */
export async function eventually<T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean,
): Promise<T> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await ask();
    if (wanted(answer)) {
      return answer;
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return ask();
}

let namespaces = 0;

/** Makes a namespace for a group of tests; returns the path below which its objects are. */
export async function createNamespace({
  admin,
}: ConformanceContext): Promise<string> {
  namespaces++;
  const name = `conformance-${namespaces}`;
  await admin.post('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  });
  // What controllers put into it must not come between a test's own steps.
  await eventually(
    () => admin.get(`/api/v1/namespaces/${name}/configmaps/kube-root-ca.crt`),
    ({ code }) => code === 200,
  );
  return name;
}

/** The failure that a Status says, without what differs from run to run. */
export function failure(
  code: number,
  reason: string,
  message: unknown,
  details?: unknown,
) {
  return {
    code,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(details === undefined ? {} : { details }),
      code,
    },
  };
}

/** A message as a test says it: whole, or as a pattern. */
export function matching(message: string | RegExp): unknown {
  return typeof message === 'string' ? message : expect.stringMatching(message);
}
