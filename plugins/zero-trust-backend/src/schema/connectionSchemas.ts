/** The shapes of the API about connections. */
import { TRANSPORTS } from '@backstage-zero-trust/plugin-zero-trust-common';
import { PROTOCOLS } from '@backstage-zero-trust/posture-engine';
import { list, object, shape, text, whole, workload } from './schemas';

export const protocol = { type: 'string', enum: PROTOCOLS } as const;
export const transport = { type: 'string', enum: TRANSPORTS } as const;
const truth = { type: 'boolean' } as const;

const ports = list(
  shape({ protocol, from: whole, to: whole }, ['protocol', 'from', 'to']),
);

const peer = {
  oneOf: [
    shape(
      {
        kind: { type: 'string', enum: ['workload'] },
        workload,
        entityRef: text,
        title: text,
      },
      ['kind', 'workload'],
    ),
    shape({ kind: { type: 'string', enum: ['outside'] }, cidrs: list(text) }, [
      'kind',
      'cidrs',
    ]),
  ],
} as const;

const decidedBy = list(
  shape(
    {
      layer: text,
      direction: { type: 'string', enum: ['ingress', 'egress'] },
      effect: {
        type: 'string',
        enum: ['allow', 'deny', 'pass', 'unknown'],
      },
      object,
      field: text,
    },
    ['layer', 'direction', 'effect', 'object', 'field'],
  ),
);

const mesh = shape(
  {
    transport,
    identities: list(text),
    reason: text,
    decidedBy,
    partly: truth,
    served: truth,
  },
  ['transport', 'identities', 'reason', 'decidedBy', 'partly', 'served'],
);

const connection = shape(
  {
    id: text,
    cluster: text,
    workload,
    direction: { type: 'string', enum: ['in', 'out'] },
    peer,
    ports,
    verdict: {
      type: 'string',
      enum: ['allow', 'conditional', 'unknown', 'deny'],
    },
    conditions: list(text),
    reason: text,
    decidedBy,
    mesh,
  },
  [
    'id',
    'cluster',
    'workload',
    'direction',
    'peer',
    'ports',
    'verdict',
    'conditions',
    'decidedBy',
  ],
);

const caveats = list(
  shape({ cluster: text, message: text }, ['cluster', 'message']),
);

export const entityConnections = shape(
  {
    items: list(connection),
    totalCount: whole,
    counts: shape({ in: whole, out: whole }, ['in', 'out']),
    stopped: shape({ in: whole, out: whole }, ['in', 'out']),
    namespaces: list(
      shape({ namespace: text, count: whole }, ['namespace', 'count']),
    ),
    transports: list(
      shape({ transport, count: whole }, ['transport', 'count']),
    ),
    caveats,
    evaluatedAt: text,
  },
  [
    'items',
    'totalCount',
    'counts',
    'stopped',
    'namespaces',
    'transports',
    'caveats',
  ],
);

const blastRadius = {
  cluster: text,
  workload,
  entityRef: text,
  title: text,
  owner: text,
  direct: whole,
  total: whole,
  possible: whole,
  outOf: whole,
  outside: truth,
} as const;

const REQUIRED = [
  'cluster',
  'workload',
  'direct',
  'total',
  'possible',
  'outOf',
  'outside',
] as const;

export const blastRadiusList = shape(
  { items: list(shape(blastRadius, REQUIRED)), totalCount: whole, caveats },
  ['items', 'totalCount', 'caveats'],
);

export const entityBlastRadius = shape(
  {
    items: list(
      shape(
        {
          ...blastRadius,
          reached: list(
            shape(
              {
                workload,
                entityRef: text,
                title: text,
                hops: whole,
                via: workload,
                ports,
                certain: truth,
              },
              ['workload', 'hops', 'via', 'ports', 'certain'],
            ),
          ),
        },
        [...REQUIRED, 'reached'],
      ),
    ),
    caveats,
    evaluatedAt: text,
  },
  ['items', 'caveats'],
);

export const namespaceMatrix = shape(
  {
    cluster: text,
    namespaces: list(
      shape({ name: text, workloads: whole }, ['name', 'workloads']),
    ),
    cells: list(
      shape(
        { from: whole, to: whole, open: whole, unknown: whole, pairs: whole },
        ['from', 'to', 'open', 'unknown', 'pairs'],
      ),
    ),
    caveats: list(text),
    evaluatedAt: text,
  },
  ['cluster', 'namespaces', 'cells', 'caveats'],
);

const verdict = {
  type: 'string',
  enum: ['allow', 'conditional', 'deny', 'unknown'],
} as const;

const step = shape(
  {
    step: {
      type: 'string',
      enum: [
        'network',
        'transport',
        'peer-authentication',
        'request-authentication',
        'authorization',
      ],
    },
    verdict: { ...verdict, enum: [...verdict.enum, 'not-asked'] },
    message: text,
    conditions: list(text),
    decidedBy,
  },
  ['step', 'verdict', 'conditions', 'decidedBy'],
);

export const connectionAnswer = shape(
  {
    verdict,
    message: text,
    conditions: list(text),
    steps: list(step),
    transport: { type: 'string', enum: ['mtls', 'plaintext', 'tls'] },
    identity: text,
    partly: truth,
    caveats: list(text),
    evaluatedAt: text,
  },
  [
    'verdict',
    'message',
    'conditions',
    'steps',
    'partly',
    'caveats',
    'evaluatedAt',
  ],
);
