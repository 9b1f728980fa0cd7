/**
 * The shapes of the API as JSON schemas. They say the same as the types of
 * zero-trust-common; the compiler holds every response to both.
 */
import { SERVICE_SORT_FIELDS } from '@backstage-zero-trust/plugin-zero-trust-common';
import {
  ENFORCEMENTS,
  LEVELS,
  PILLARS,
  SEVERITIES,
  VERDICTS,
} from '@backstage-zero-trust/posture-engine';

export const text = { type: 'string' } as const;
export const whole = { type: 'integer' } as const;
/** A container port; null where every port that nothing names is meant. */
const port = { type: ['integer', 'null'] } as const;

export function list<Items extends object>(items: Items) {
  return { type: 'array', items } as const;
}

/** An object with these properties and no others. */
export function shape<
  const Properties extends Record<string, object>,
  const Required extends readonly (keyof Properties & string)[],
>(properties: Properties, required: Required) {
  return {
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  } as const;
}

export const pillar = { type: 'string', enum: PILLARS } as const;
export const severity = { type: 'string', enum: SEVERITIES } as const;
export const verdict = { type: 'string', enum: VERDICTS } as const;
export const level = { type: 'string', enum: LEVELS } as const;
export const serviceSortField = {
  type: 'string',
  enum: SERVICE_SORT_FIELDS,
} as const;
const clusterState = {
  type: 'string',
  enum: ['syncing', 'ready', 'degraded', 'stale', 'unreachable'],
} as const;

export const workload = shape({ kind: text, namespace: text, name: text }, [
  'kind',
  'namespace',
  'name',
]);

export const object = shape(
  { apiVersion: text, kind: text, namespace: text, name: text },
  ['apiVersion', 'kind', 'name'],
);

const evidence = shape(
  {
    object,
    field: text,
    value: { description: 'Any JSON; null where the field is absent' },
  },
  ['object', 'field', 'value'],
);

const finding = shape(
  {
    id: text,
    cluster: text,
    since: text,
    control: text,
    title: text,
    pillar,
    subject: shape({ ...workload.properties, port }, [
      'kind',
      'namespace',
      'name',
    ]),
    verdict,
    severity,
    enforcement: { type: 'string', enum: ENFORCEMENTS },
    message: text,
    because: text,
    evidence: list(evidence),
    witness: shape(
      {
        from: text,
        to: text,
        port,
        protocol: text,
        transport: { type: 'string', enum: ['mtls', 'plaintext'] },
        action: text,
      },
      ['from', 'to'],
    ),
    fix: shape(
      {
        summary: text,
        objects: list({ description: 'A Kubernetes object to apply' }),
      },
      ['summary'],
    ),
    missing: list(
      shape({ verb: text, group: text, resource: text, namespace: text }, [
        'verb',
        'group',
        'resource',
      ]),
    ),
    exemption: shape(
      {
        control: text,
        subject: shape(workload.properties, []),
        reason: text,
        owner: text,
        approver: text,
        expires: text,
      },
      ['control', 'subject', 'reason', 'owner', 'approver', 'expires'],
    ),
  },
  [
    'id',
    'cluster',
    'since',
    'control',
    'title',
    'pillar',
    'subject',
    'verdict',
    'severity',
    'enforcement',
    'message',
    'evidence',
  ],
);

const pillarSummary = shape(
  { pillar, verdict, severity, failing: whole, applicable: whole },
  ['pillar', 'verdict', 'failing', 'applicable'],
);

const summary = shape(
  {
    score: whole,
    level,
    applicable: whole,
    judged: whole,
    counts: shape(
      {
        fail: whole,
        unknown: whole,
        exempt: whole,
        pass: whole,
        'not-applicable': whole,
      },
      VERDICTS,
    ),
    pillars: list(pillarSummary),
  },
  ['level', 'applicable', 'judged', 'counts', 'pillars'],
);

const history = list(
  shape({ date: text, score: whole, level }, ['date', 'score', 'level']),
);

export const entityFindings = shape({ items: list(finding) }, ['items']);

export const entityPosture = shape(
  {
    entityRef: text,
    state: {
      type: 'string',
      enum: ['not-annotated', 'not-found', 'pending', 'judged'],
    },
    message: text,
    summary,
    clusters: list(
      shape(
        {
          cluster: text,
          summary,
          state: clusterState,
          lastSync: text,
          message: text,
          workloads: list(workload),
        },
        ['cluster', 'summary', 'state', 'workloads'],
      ),
    ),
    worst: list(finding),
    history,
    evaluatedAt: text,
    lookedIn: list(
      shape({ name: text, state: clusterState, message: text }, [
        'name',
        'state',
      ]),
    ),
  },
  ['entityRef', 'state', 'clusters', 'worst', 'history', 'lookedIn'],
);

const servicePosture = shape(
  {
    entityRef: text,
    title: text,
    owner: text,
    system: text,
    level,
    score: whole,
    trend: whole,
    history,
    pillars: list(pillarSummary),
    applicable: whole,
    judged: whole,
    failing: whole,
    clusters: list(text),
    worst: shape({ id: text, control: text, severity, message: text, pillar }, [
      'id',
      'control',
      'severity',
      'message',
      'pillar',
    ]),
    evaluatedAt: text,
  },
  [
    'entityRef',
    'title',
    'level',
    'history',
    'pillars',
    'applicable',
    'judged',
    'failing',
    'clusters',
    'evaluatedAt',
  ],
);

export const serviceList = shape(
  {
    items: list(servicePosture),
    totalCount: whole,
    levels: shape(
      {
        exposed: whole,
        partial: whole,
        unknown: whole,
        hardened: whole,
        'zero trust': whole,
      },
      LEVELS,
    ),
    owners: list(text),
  },
  ['items', 'totalCount', 'levels', 'owners'],
);

export const clusterList = shape(
  {
    items: list(
      shape(
        {
          name: text,
          title: text,
          state: clusterState,
          lastSync: text,
          message: text,
          kinds: list(
            shape(
              {
                kind: text,
                group: text,
                resource: text,
                state: {
                  type: 'string',
                  enum: ['listed', 'not-installed', 'forbidden', 'failed'],
                },
                objects: whole,
                message: text,
              },
              ['kind', 'group', 'resource', 'state', 'objects'],
            ),
          ),
          workloads: whole,
        },
        ['name', 'state', 'kinds', 'workloads'],
      ),
    ),
  },
  ['items'],
);

export const controlList = shape(
  {
    items: list(
      shape(
        {
          id: text,
          title: text,
          pillar,
          severity,
          question: text,
          why: text,
          references: list(
            shape({ framework: text, requirement: text }, [
              'framework',
              'requirement',
            ]),
          ),
        },
        ['id', 'title', 'pillar', 'severity', 'question', 'why', 'references'],
      ),
    ),
  },
  ['items'],
);
