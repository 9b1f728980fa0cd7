/** Reads the kinds that an API server has of its own out of the OpenAPI that it publishes, in the short form of `builtin/kinds.json`. */
import { KubernetesServers } from '@backstage-zero-trust/test-servers';

/** As `builtin/kinds.json` holds it; see `builtin/types.ts` for the words of a field. */
export interface BuiltinKinds {
  /** `apps/v1 Deployment` → the name of its type. */
  namespaced: Record<string, string>;
  cluster: Record<string, string>;
  types: Record<string, Record<string, string>>;
}

interface OpenApiSchema {
  $ref?: string;
  type?: string;
  format?: string;
  allOf?: OpenApiSchema[];
  oneOf?: OpenApiSchema[];
  items?: OpenApiSchema;
  additionalProperties?: OpenApiSchema | boolean;
  properties?: Record<string, OpenApiSchema>;
}

interface OpenApi {
  components?: { schemas?: Record<string, OpenApiSchema> };
  paths: Record<
    string,
    {
      post?: {
        'x-kubernetes-action'?: string;
        'x-kubernetes-group-version-kind'?: {
          group: string;
          version: string;
          kind: string;
        };
        requestBody?: {
          content: Record<string, { schema: OpenApiSchema }>;
        };
      };
    }
  >;
}

const PREFIX = '#/components/schemas/';

/** Types that say all with their name. */
const WORDS: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'integer-or-text',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'moment',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'moment',
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': 'metadata',
};

/** Of a server that knows no custom resources yet. */
export async function readBuiltinKinds(
  kubernetes: KubernetesServers,
): Promise<BuiltinKinds> {
  const paths = await pathsOf(kubernetes);
  const kinds: BuiltinKinds = { namespaced: {}, cluster: {}, types: {} };
  for (const [path, { serverRelativeURL }] of Object.entries(paths)) {
    if (path === 'api/v1' || /^apis\/[^/]+\/v[^/]+$/.test(path)) {
      readApi(await readJson<OpenApi>(kubernetes, serverRelativeURL), kinds);
    }
  }
  return {
    namespaced: sorted(kinds.namespaced),
    cluster: sorted(kinds.cluster),
    types: sorted(kinds.types),
  };
}

/** A server that just started may need a moment to publish them. */
async function pathsOf(
  kubernetes: KubernetesServers,
): Promise<Record<string, { serverRelativeURL: string }>> {
  for (;;) {
    const { paths } = await readJson<{
      paths?: Record<string, { serverRelativeURL: string }>;
    }>(kubernetes, '/openapi/v3');
    if (paths?.['apis/apps/v1']) {
      return paths;
    }
    await new Promise(done => setTimeout(done, 500));
  }
}

/** The API server calls its OpenAPI plain text. */
async function readJson<T>(
  kubernetes: KubernetesServers,
  path: string,
): Promise<T> {
  const { body } = await kubernetes.request<T | string>(path);
  return typeof body === 'string' ? (JSON.parse(body) as T) : body;
}

function readApi(api: OpenApi, kinds: BuiltinKinds): void {
  const schemas = api.components?.schemas ?? {};
  for (const [path, { post }] of Object.entries(api.paths)) {
    const is = post?.['x-kubernetes-group-version-kind'];
    const reference = Object.values(post?.requestBody?.content ?? {})[0]?.schema
      .$ref;
    // Subresources are not what people write.
    if (
      is &&
      reference &&
      post['x-kubernetes-action'] === 'post' &&
      !path.includes('{name}')
    ) {
      const apiVersion =
        is.group === '' ? is.version : `${is.group}/${is.version}`;
      const scope = path.includes('{namespace}') ? 'namespaced' : 'cluster';
      kinds[scope][`${apiVersion} ${is.kind}`] = shortName(reference);
      readType(reference.slice(PREFIX.length), schemas, kinds);
    }
  }
}

function readType(
  name: string,
  schemas: Record<string, OpenApiSchema>,
  kinds: BuiltinKinds,
): void {
  const short = shortName(PREFIX + name);
  if (kinds.types[short] || WORDS[name]) {
    return;
  }
  const fields: Record<string, string> = {};
  kinds.types[short] = fields;
  for (const [field, schema] of Object.entries(
    schemas[name]?.properties ?? {},
  )) {
    fields[field] = wordOf(schema, schemas, kinds);
  }
  kinds.types[short] = sorted(fields);
}

function wordOf(
  schema: OpenApiSchema,
  schemas: Record<string, OpenApiSchema>,
  kinds: BuiltinKinds,
): string {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (reference) {
    const name = reference.slice(PREFIX.length);
    const target = schemas[name];
    if (WORDS[name]) {
      return WORDS[name];
    }
    if (!target?.properties) {
      return target?.type === undefined || target.type === 'object'
        ? 'any'
        : wordOf(target, schemas, kinds);
    }
    readType(name, schemas, kinds);
    return `@${shortName(reference)}`;
  }
  switch (schema.type) {
    case 'array':
      return `[]${wordOf(schema.items ?? {}, schemas, kinds)}`;
    case 'object':
      return typeof schema.additionalProperties === 'object'
        ? `{}${wordOf(schema.additionalProperties, schemas, kinds)}`
        : 'any';
    case 'string':
      return schema.format === 'byte' ? 'bytes' : 'text';
    case 'integer':
      return schema.format ?? 'integer';
    case 'number':
    case 'boolean':
      return schema.type;
    default:
      return 'any';
  }
}

/** `io.k8s.api.apps.v1.Deployment` → `apps.v1.Deployment`. */
function shortName(reference: string): string {
  return reference
    .slice(PREFIX.length)
    .replace(
      /^io\.k8s\.(?:api|kube-aggregator\.pkg\.apis|apimachinery\.pkg\.apis|apiextensions-apiserver\.pkg\.apis)\./,
      '',
    );
}

function sorted<T>(entries: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(entries).sort(([left], [right]) => (left < right ? -1 : 1)),
  );
}
