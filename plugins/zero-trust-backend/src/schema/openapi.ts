/** The OpenAPI description of the REST API: requests are checked against it, and it is served at `/openapi.json`. */
import {
  blastRadiusList,
  connectionAnswer,
  entityBlastRadius,
  entityConnections,
  namespaceMatrix,
  protocol,
  transport,
} from './connectionSchemas';
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

/** What a page of services, and of workloads, may hold. */
const MOST_SERVICES = 100;
const MOST_CONNECTIONS = 500;
/** Longer than any name that Kubernetes or Backstage takes. */
const LONGEST_TEXT = 255;

/** Of one part of a request, and how many of the same there may be. */
const LONGEST_PART = 4096;
const MOST_PARTS = 20;

/** PostgreSQL has no NUL in text. */
const text = {
  type: 'string',
  maxLength: LONGEST_TEXT,
  pattern: '^[^\\u0000]*$',
} as const;

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

function page<const Most extends number>(most: Most) {
  return [
    inQuery('offset', { type: 'integer', minimum: 0, maximum: 1e9 }),
    inQuery('limit', { type: 'integer', minimum: 1, maximum: most }),
  ] as const;
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

function longText<const Pattern extends string>(pattern: Pattern) {
  return { type: 'string', maxLength: LONGEST_PART, pattern } as const;
}

function listInQuery<const Name extends string, const Item extends object>(
  name: Name,
  items: Item,
) {
  return inQuery(name, {
    type: 'array',
    items,
    maxItems: MOST_PARTS,
  } as const);
}

/** Of an HTTP request. Reserved letters are taken as they are typed. */
const requestParameters = [
  inQuery('method', longText('^[A-Za-z-]+$')),
  { ...inQuery('path', longText('^/[^\\s\\u0000]*$')), allowReserved: true },
  { ...inQuery('host', text), allowReserved: true },
  {
    ...listInQuery('header', longText("^[A-Za-z0-9!#$%&'*+.^_`|~-]+:")),
    allowReserved: true,
  },
  {
    ...inQuery(
      'principal',
      longText('^(spiffe://)?[^/\\s]+/ns/[^/\\s]+/sa/[^/\\s]+$'),
    ),
    allowReserved: true,
  },
  textInQuery('issuer'),
  textInQuery('subject'),
  { ...listInQuery('audience', text), allowReserved: true },
  { ...inQuery('claims', longText('^\\s*\\{')), allowReserved: true },
] as const;

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
      EntityConnections: entityConnections,
      EntityBlastRadius: entityBlastRadius,
      ServiceList: serviceList,
      BlastRadiusList: blastRadiusList,
      ClusterList: clusterList,
      NamespaceMatrix: namespaceMatrix,
      ConnectionAnswer: connectionAnswer,
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
    '/entities/{namespace}/{kind}/{name}/connections': {
      get: {
        operationId: 'GetEntityConnections',
        description:
          'Who may reach an entity’s workloads and whom they may reach, by network policies, and what the mesh makes of it. What is not listed is refused by the network.',
        parameters: [
          ...entityParameters,
          ...page(MOST_CONNECTIONS),
          inQuery('direction', { type: 'string', enum: ['in', 'out'] }),
          textInQuery('cluster'),
          // The empty one stands for what is outside.
          { ...textInQuery('namespace'), allowEmptyValue: true },
          textInQuery('search'),
          inQuery('transport', transport),
        ],
        responses: answer('A page of connections', 'EntityConnections'),
      },
    },
    '/entities/{namespace}/{kind}/{name}/blast-radius': {
      get: {
        operationId: 'GetEntityBlastRadius',
        description:
          'Where somebody can go who takes over one of an entity’s workloads.',
        parameters: entityParameters,
        responses: answer('The blast radius', 'EntityBlastRadius'),
      },
    },
    '/services': {
      get: {
        operationId: 'GetServices',
        description: 'The services that the caller may see, page by page.',
        parameters: [
          ...page(MOST_SERVICES),
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
    '/blast-radius': {
      get: {
        operationId: 'GetBlastRadius',
        description:
          'How far somebody gets who takes over a workload, the widest first, page by page.',
        parameters: [
          ...page(MOST_SERVICES),
          textInQuery('cluster'),
          textInQuery('search'),
        ],
        responses: answer('A page of workloads', 'BlastRadiusList'),
      },
    },
    '/clusters': {
      get: {
        operationId: 'GetClusters',
        description: 'How well each cluster is seen.',
        responses: answer('The clusters', 'ClusterList'),
      },
    },
    '/clusters/{cluster}/namespaces': {
      get: {
        operationId: 'GetNamespaceMatrix',
        description: 'Which namespaces of a cluster reach which.',
        parameters: [inPath('cluster')],
        responses: answer('The matrix', 'NamespaceMatrix'),
      },
    },
    '/clusters/{cluster}/connection': {
      get: {
        operationId: 'GetConnection',
        description:
          'Whether one workload may reach another, a Service, or an address outside, on one port, or send it one HTTP request; by the network and the mesh. Each end is `namespace/Kind/name` or an IP address.',
        parameters: [
          inPath('cluster'),
          { ...textInQuery('from'), required: true },
          { ...textInQuery('to'), required: true },
          {
            ...inQuery('port', { type: 'integer', minimum: 1, maximum: 65535 }),
            required: true,
          },
          inQuery('protocol', protocol),
          ...requestParameters,
        ],
        responses: answer('The answer', 'ConnectionAnswer'),
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
