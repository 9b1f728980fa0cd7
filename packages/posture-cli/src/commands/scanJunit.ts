/**
 * `scan --format junit`: a suite for each workload, a test case for each control
 * on it (and on each port), as pipelines show test results. A failure fails, what
 * could not be judged is an error, what is exempt or does not apply is skipped.
 */
import {
  Finding,
  Workload,
  describeObject,
} from '@backstage-zero-trust/posture-engine';
import { XMLBuilder } from 'fast-xml-parser';
import { ClusterFindings, findingsOfWorkloads } from './scanReport';

export function scanJunit(results: readonly ClusterFindings[]): string {
  const suites = results.flatMap(result =>
    findingsOfWorkloads(result).map(({ workload, findings }) =>
      suiteOf(
        workload,
        findings,
        results.length > 1 ? result.snapshot.cluster : '',
      ),
    ),
  );
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    format: true,
    suppressEmptyNode: true,
  });
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    testsuites: {
      '@name': 'zero-trust',
      '@tests': total(suites, '@tests'),
      '@failures': total(suites, '@failures'),
      '@errors': total(suites, '@errors'),
      '@skipped': total(suites, '@skipped'),
      testsuite: suites,
    },
  });
}

type Suite = ReturnType<typeof suiteOf>;

function total(
  suites: readonly Suite[],
  what: '@tests' | '@failures' | '@errors' | '@skipped',
): number {
  return suites.reduce((sum, suite) => sum + suite[what], 0);
}

function suiteOf(
  { reference }: Workload,
  own: readonly Finding[],
  cluster: string,
) {
  const count = (...verdicts: Finding['verdict'][]) =>
    own.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const name = [cluster, reference.namespace, reference.kind, reference.name]
    .filter(part => part !== '')
    .join('/');
  return {
    '@name': name,
    '@tests': own.length,
    '@failures': count('fail'),
    '@errors': count('unknown'),
    '@skipped': count('exempt', 'not-applicable'),
    testcase: own.map(finding => caseOf(finding, name)),
  };
}

function caseOf(finding: Finding, suite: string) {
  const { control, title, subject, message, severity } = finding;
  const port =
    subject.port === undefined ? '' : `, port ${subject.port ?? 'any other'}`;
  return {
    '@classname': suite,
    '@name': `${control} ${title}${port}`,
    ...outcomeOf(finding, message, severity),
  };
}

function outcomeOf(finding: Finding, message: string, severity: string) {
  switch (finding.verdict) {
    case 'fail':
      return {
        failure: {
          '@message': message,
          '@type': severity,
          '#text': detailsOf(finding),
        },
      };
    case 'unknown':
      return { error: { '@message': message, '@type': 'unknown' } };
    case 'exempt':
      return {
        skipped: { '@message': `exempt: ${finding.exemption?.reason ?? ''}` },
      };
    case 'not-applicable':
      return { skipped: { '@message': message } };
    default:
      return { 'system-out': message };
  }
}

function detailsOf({ because, fix, evidence }: Finding): string {
  return [
    because,
    fix && `To repair: ${fix.summary}`,
    ...evidence.map(
      ({ object, field, value }) =>
        `${describeObject(object)}${
          field === '' ? '' : ` ${field}`
        }: ${JSON.stringify(value)}`,
    ),
  ]
    .filter(line => line !== undefined)
    .join('\n');
}
