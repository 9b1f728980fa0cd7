/** The verdicts as lines of the task's log, worst first, for people who have never read a policy. */
import {
  Finding,
  SEVERITIES,
  Severity,
  describeObject,
} from '@backstage-zero-trust/posture-engine';
import { JudgedManifests } from './judgeManifests';

export interface ReportLine {
  level: 'error' | 'warn' | 'info';
  text: string;
}

/** Whether `severity` is `threshold` or worse. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}

function subjectOf({ subject }: Finding): string {
  const name = describeObject(subject);
  switch (subject.port) {
    case undefined:
      return name;
    case null:
      return `${name}, all other ports`;
    default:
      return `${name}, port ${subject.port}`;
  }
}

function heading(finding: Finding): string {
  return `${finding.control} ${finding.title}, ${subjectOf(finding)}`;
}

function bySeverity(left: Finding, right: Finding): number {
  return SEVERITIES.indexOf(left.severity) - SEVERITIES.indexOf(right.severity);
}

/** What was looked at, what fails and what to do about it, what could not be judged, and what holds. */
export function reportLines(judged: JudgedManifests): ReportLine[] {
  const { findings, workloads, restsOn, unreadable } = judged;
  const lines: ReportLine[] = [
    {
      level: 'info',
      text: `Judged ${workloads} ${
        workloads === 1 ? 'workload' : 'workloads'
      }.`,
    },
    ...restsOn.map(text => ({ level: 'info', text } as const)),
    {
      level: 'info',
      text: 'Every verdict below holds as far as that, and no further.',
    },
  ];
  const having = (verdict: Finding['verdict']) =>
    findings.filter(finding => finding.verdict === verdict).sort(bySeverity);
  for (const finding of having('fail')) {
    const { severity, message, because, fix } = finding;
    lines.push({
      level: 'error',
      text: [
        `FAIL (${severity}) ${heading(finding)}`,
        `  ${message}`,
        ...(because ? [`  ${because}`] : []),
        ...(fix ? [`  What to do: ${fix.summary}`] : []),
      ].join('\n'),
    });
  }
  for (const finding of having('unknown')) {
    lines.push({
      level: 'warn',
      text: `UNKNOWN (${finding.severity}) ${heading(finding)}\n  ${
        finding.message
      }`,
    });
  }
  for (const name of unreadable) {
    lines.push({
      level: 'warn',
      text: `UNKNOWN ${name}\n  It runs pods, and no control can read an object of its kind.`,
    });
  }
  for (const finding of having('pass')) {
    lines.push({
      level: 'info',
      text: `pass ${heading(finding)}: ${finding.message}`,
    });
  }
  return lines;
}
