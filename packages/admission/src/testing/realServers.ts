/** The real servers that documents are given to, and where to send them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  IstiodServer,
  KubernetesServers,
} from '@backstage-zero-trust/test-servers';
import kinds from '../builtin/kinds.json';
import { Schema } from '../structural/Schema';

export interface Written {
  apiVersion: string;
  kind: string;
  metadata?: { name?: string; namespace?: string };
}

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith('y')) {
    return `${name.slice(0, -1)}ies`;
  }
  return name.endsWith('s') ? `${name}es` : `${name}s`;
}

export function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return filesIn(path);
    }
    return /\.ya?ml$/.test(entry.name) ? [path] : [];
  });
}

/** The catalog's entities and others' lists lie among the manifests. */
export function isKnown(
  document: Partial<Written> | null,
  definitions: readonly Definition[],
): document is Written {
  const { apiVersion, kind } = document ?? {};
  if (apiVersion === undefined || kind === undefined) {
    return false;
  }
  const name = `${apiVersion} ${kind}`;
  const [group] = apiVersion.split('/');
  return (
    name in kinds.namespaced ||
    name in kinds.cluster ||
    definitions.some(
      ({ spec }) => spec.group === group && spec.names.kind === kind,
    )
  );
}

export interface Definition {
  kind: string;
  spec: {
    group: string;
    scope: string;
    names: { kind: string; plural: string };
    versions: {
      name: string;
      served: boolean;
      schema?: { openAPIV3Schema: Schema };
    }[];
  };
}

export function pathOf(
  { apiVersion, kind, metadata }: Written,
  definitions: readonly Definition[],
): string {
  const [group, version] = apiVersion.split('/');
  const custom = definitions.find(
    ({ spec }) => spec.group === group && spec.names.kind === kind,
  );
  const namespaced = custom
    ? custom.spec.scope === 'Namespaced'
    : `${apiVersion} ${kind}` in kinds.namespaced;
  const base = version === undefined ? '/api/v1' : `/apis/${apiVersion}`;
  const plural = custom?.spec.names.plural ?? pluralOf(kind);
  return namespaced
    ? `${base}/namespaces/${metadata?.namespace ?? 'default'}/${plural}`
    : `${base}/${plural}`;
}

/** As Istio registers it, but by address. */
export async function registerWebhook(
  kubernetes: KubernetesServers,
  istiod: IstiodServer,
): Promise<void> {
  const path = '/api/v1/namespaces/istio-system/configmaps/istio-ca-root-cert';
  let authority: string | undefined;
  while (authority === undefined) {
    const { body } = await kubernetes.request<{
      data?: Record<string, string>;
    }>(path);
    authority = body.data?.['root-cert.pem'];
    await new Promise(done => setTimeout(done, 200));
  }
  const { status } = await kubernetes.request(
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    {
      method: 'POST',
      body: {
        metadata: { name: 'istio' },
        webhooks: [
          {
            name: 'validation.istio.io',
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            failurePolicy: 'Fail',
            clientConfig: {
              url: `${istiod.webhookUrl}/validate`,
              caBundle: Buffer.from(authority).toString('base64'),
            },
            rules: [
              {
                operations: ['CREATE'],
                apiGroups: [
                  ...['security.istio.io', 'networking.istio.io'],
                  ...['telemetry.istio.io', 'extensions.istio.io'],
                ],
                apiVersions: ['*'],
                resources: ['*'],
              },
            ],
          },
        ],
      },
    },
  );
  if (status !== 201) {
    throw new Error(`the API server does not take the webhook: ${status}`);
  }
}
