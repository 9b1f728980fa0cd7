/** The OpenAPI description of the REST API: requests are checked against it, and it is served at `/openapi.json`. */
import {
  clusterList,
  controlList,
  entityFindings,
  entityPosture,
  level,
  pillar,
  serviceList,
  serviceSortField,
  severity,
  verdict,
} from './schemas';

/** What a page of services may hold. */
const MOST_SERVICES = 100;
/** Longer than any name that Kubernetes or Backstage takes. */
const LONGEST_TEXT = 255;

const text = { type: 'string', maxLength: LONGEST_TEXT } as const;

function inPath<const Name extends string>(name: Name) {
  return { name, in: 'path', required: true, schema: text } as const;
}

function inQuery<const Name extends string, const Schema extends object>(
  name: Name,
  schema: Schema,
) {
  return { name, in: 'query', required: false, schema } as const;
}

/** Taken as it is typed: `owner=group:default/sales` need not be encoded. */
function textInQuery<const Name extends string>(name: Name) {
  return { ...inQuery(name, text), allowReserved: true } as const;
}

function answer<const Name extends string>(description: string, name: Name) {
  return {
    '200': {
      description,
      content: {
        'application/json': {
          schema: { $ref: `#/components/schemas/${name}` as const },
        },
      },
    },
  } as const;
}

const entityParameters = [
  inPath('namespace'),
  inPath('kind'),
  inPath('name'),
] as const;

export const openapi = {
  openapi: '3.1.0',
  info: {
    title: 'zero-trust',
    version: '1',
    description:
      'Whether the services of the catalog are zero trust, judged from live clusters.',
    license: { name: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  components: {
    schemas: {
      EntityPosture: entityPosture,
      EntityFindings: entityFindings,
      ServiceList: serviceList,
      ClusterList: clusterList,
      ControlList: controlList,
    },
  },
  paths: {
    '/entities/{namespace}/{kind}/{name}/posture': {
      get: {
        operationId: 'GetEntityPosture',
        description: 'What the card of an entity shows first.',
        parameters: entityParameters,
        responses: answer('The posture', 'EntityPosture'),
      },
    },
    '/entities/{namespace}/{kind}/{name}/findings': {
      get: {
        operationId: 'GetEntityFindings',
        description: 'The findings of an entity’s workloads, the worst first.',
        parameters: [
          ...entityParameters,
          inQuery('pillar', pillar),
          inQuery('verdict', verdict),
          inQuery('severity', severity),
          textInQuery('cluster'),
        ],
        responses: answer('The findings', 'EntityFindings'),
      },
    },
    '/services': {
      get: {
        operationId: 'GetServices',
        description: 'The services that the caller may see, page by page.',
        parameters: [
          inQuery('offset', { type: 'integer', minimum: 0, maximum: 1e9 }),
          inQuery('limit', {
            type: 'integer',
            minimum: 1,
            maximum: MOST_SERVICES,
          }),
          inQuery('sort', serviceSortField),
          inQuery('order', { type: 'string', enum: ['asc', 'desc'] }),
          textInQuery('search'),
          textInQuery('owner'),
          inQuery('level', level),
          textInQuery('cluster'),
          inQuery('pillar', pillar),
        ],
        responses: answer('A page of services', 'ServiceList'),
      },
    },
    '/clusters': {
      get: {
        operationId: 'GetClusters',
        description: 'How well each cluster is seen.',
        responses: answer('The clusters', 'ClusterList'),
      },
    },
    '/controls': {
      get: {
        operationId: 'GetControls',
        description: 'The questions that are asked of every workload.',
        responses: answer('The controls', 'ControlList'),
      },
    },
  },
} as const;
