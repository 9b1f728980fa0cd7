/**
 * `scan --format sarif`: SARIF 2.1.0 (OASIS), as code hosts show findings beside
 * the lines that cause them. A result is a failure, an exempt one is suppressed;
 * what could not be judged is a notification, since it is no result.
 */
import { sep } from 'node:path';
import {
  ClusterSnapshot,
  Control,
  Finding,
  ObjectReference,
  Severity,
  describeObject,
} from '@backstage-zero-trust/posture-engine';
import type {
  Location,
  Log,
  Notification,
  ReportingDescriptor,
  Result,
} from 'sarif';
import { Places } from '../input/places';
import { ClusterFindings, Report } from './scanReport';

const LEVELS = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
} as const satisfies Record<Severity, Result.level>;

/** On the scale of CVSS, from 0 to 10, by which code hosts sort. */
const SCORES: Record<Severity, string> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
};

export async function scanSarif(
  results: readonly ClusterFindings[],
  report: Report,
  controls: readonly Control[],
  /** Of the first result; live clusters have none. */
  places: Places | undefined,
): Promise<string> {
  const rules = controls.map(ruleOf);
  const found: Result[] = [];
  const notifications: Notification[] = report.coverage.gaps.map(
    ({ reason }) => ({ level: 'warning', message: { text: reason } }),
  );
  for (const [index, { snapshot, findings }] of results.entries()) {
    for (const finding of findings) {
      if (finding.verdict === 'fail' || finding.verdict === 'exempt') {
        found.push(
          await resultOf(
            finding,
            snapshot,
            rules,
            index === 0 ? places : undefined,
          ),
        );
      } else if (finding.verdict === 'unknown') {
        notifications.push({
          level: 'warning',
          message: { text: `${nameOf(finding)}: ${finding.message}` },
          associatedRule: { id: finding.control },
        });
      }
    }
  }
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'zero-trust', rules } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: notifications,
          },
        ],
        results: found,
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleOf(control: Control): ReportingDescriptor {
  return {
    id: control.id,
    name: control.title,
    shortDescription: { text: control.title },
    fullDescription: { text: control.question },
    help: { text: control.why },
    defaultConfiguration: { level: LEVELS[control.severity] },
    properties: {
      tags: ['security', control.pillar],
      'security-severity': SCORES[control.severity],
    },
  };
}

async function resultOf(
  finding: Finding,
  snapshot: ClusterSnapshot,
  rules: readonly ReportingDescriptor[],
  places: Places | undefined,
): Promise<Result> {
  const { control, severity, subject, message, because, fix, exemption } =
    finding;
  const [first, ...others] = places
    ? await locationsOf(finding, snapshot, places)
    : [];
  return {
    ruleId: control,
    ruleIndex: rules.findIndex(({ id }) => id === control),
    level: LEVELS[severity],
    message: {
      text: [message, because, fix && `To repair: ${fix.summary}`]
        .filter(text => text !== undefined)
        .join(' '),
    },
    locations: [
      {
        ...first,
        logicalLocations: [
          {
            name: subject.name,
            fullyQualifiedName: nameOf(finding),
            kind: 'resource',
          },
        ],
      },
    ],
    ...(others.length > 0 && { relatedLocations: others }),
    partialFingerprints: {
      'subject/v1': [snapshot.cluster, nameOf(finding), control].join('/'),
    },
    properties: { severity, 'security-severity': SCORES[severity] },
    ...(exemption && {
      suppressions: [
        {
          kind: 'external',
          status: 'accepted',
          justification: `${exemption.reason} (approved by ${exemption.approver}, until ${exemption.expires})`,
        },
      ],
    }),
  };
}

/** Of the evidence, each line once; the workload itself where nothing of the evidence was written in a source. */
async function locationsOf(
  { evidence, subject }: Finding,
  snapshot: ClusterSnapshot,
  places: Places,
): Promise<Location[]> {
  const workload = snapshot.workload(subject);
  const proven = await Promise.all(
    evidence.map(({ object, field }) => locate(places, object, field)),
  );
  const found =
    proven.some(location => location) || !workload
      ? proven
      : [await locate(places, workload.object, 'metadata.name')];
  const distinct = new Map(
    found
      .filter(location => location !== undefined)
      .map(location => [JSON.stringify(location.physicalLocation), location]),
  );
  return [...distinct.values()];
}

async function locate(
  places: Places,
  object: ObjectReference,
  field: string,
): Promise<Location | undefined> {
  const place = await places.find(object, field);
  return (
    place && {
      physicalLocation: {
        artifactLocation: { uri: encodeURI(place.file.split(sep).join('/')) },
        ...(place.line !== undefined && { region: { startLine: place.line } }),
      },
      message: {
        text: `${describeObject(object)}${field === '' ? '' : `, ${field}`}`,
      },
    }
  );
}

function nameOf({ subject: { kind, namespace, name, port } }: Finding): string {
  return `${namespace}/${kind}/${name}${
    port === undefined || port === null ? '' : `:${port}`
  }`;
}
