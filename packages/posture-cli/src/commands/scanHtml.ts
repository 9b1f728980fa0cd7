/**
 * `scan --format html`: one file without scripts and without links to elsewhere,
 * to read, to print and to keep: when, over what, what was not seen, every
 * workload, and every finding that is not a pass.
 */
import {
  Finding,
  LEVELS,
  SEVERITIES,
  describeObject,
} from '@backstage-zero-trust/posture-engine';
import { Markup, html } from '../output/html';
import { STYLE } from './scanHtmlStyle';
import { ClusterFindings, Report } from './scanReport';
import { TOLD, byWorkload, counted, subjectOf } from './scanTable';

export function scanHtml(
  results: readonly ClusterFindings[],
  report: Report,
): string {
  const at = results[0]?.snapshot.observedAt;
  const told = results.flatMap(({ snapshot, findings }) =>
    findings
      .filter(({ verdict }) => TOLD.includes(verdict))
      .sort(byWorkload)
      .map(finding => ({ finding, cluster: snapshot.cluster })),
  );
  const clusters = results.map(({ snapshot }) => snapshot.cluster);
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Zero trust: ${clusters.join(', ')}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>Zero trust: ${clusters.join(', ')}</h1>
          <p class="hint">
            ${at === undefined
              ? ''
              : `As of ${at.slice(0, 16).replace('T', ' ')} UTC. `}${counted(
              report.subjects.length,
              'workload',
            )},
            ${judgedOf(report.coverage)} applicable controls judged.
          </p>
          ${sums(results, report)} ${notSeen(report)} ${workloads(report)}
          <h2>Findings</h2>
          ${told.length === 0
            ? html`<p>Nothing fails, and nothing is unknown.</p>`
            : told.map(({ finding, cluster }) =>
                findingOf(finding, clusters.length > 1 ? cluster : undefined),
              )}
        </main>
      </body>
    </html> `.toString();
}

/** What stands between backticks is code. */
function proseOf(text: string): Markup[] {
  return text
    .split('`')
    .map((part, index) =>
      index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`,
    );
}

function judgedOf({
  judged,
  applicable,
}: Report['coverage'] | Report['subjects'][number]): string {
  return `${judged} of ${applicable}`;
}

function sums(
  results: readonly ClusterFindings[],
  { subjects, score }: Report,
): Markup {
  const findings = results.flatMap(result => result.findings);
  const failing = findings.filter(({ verdict }) => verdict === 'fail');
  const tiles = [
    { name: 'Score', value: score === null ? 'none' : String(score) },
    ...LEVELS.map(level => ({
      name: `workloads ${level}`,
      value: String(subjects.filter(subject => subject.level === level).length),
    })),
    ...SEVERITIES.map(severity => ({
      name: `findings ${severity}`,
      value: String(
        failing.filter(finding => finding.severity === severity).length,
      ),
    })),
    {
      name: 'findings unknown',
      value: String(
        findings.filter(({ verdict }) => verdict === 'unknown').length,
      ),
    },
  ];
  return html`<dl class="tiles">
    ${tiles.map(
      ({ name, value }) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function notSeen({ coverage: { gaps } }: Report): Markup | '' {
  return gaps.length === 0
    ? ''
    : html`<h2>Not seen</h2>
        <ul>
          ${gaps.map(
            ({ cluster, reason }) =>
              html`<li>${cluster ? `${cluster}: ` : ''}${reason}</li>`,
          )}
        </ul>`;
}

function workloads({ subjects }: Report): Markup {
  return html`<h2>Workloads</h2>
    <table>
      <thead>
        <tr>
          <th scope="col">Workload</th>
          <th scope="col">Level</th>
          <th scope="col" class="number">Score</th>
          <th scope="col" class="number">Judged</th>
        </tr>
      </thead>
      <tbody>
        ${subjects.map(
          subject =>
            html`<tr>
              <td>
                ${subject.cluster === undefined ? '' : `${subject.cluster}: `}
                ${describeObject(subject)}
              </td>
              <td>
                <span class="mark ${subject.level.replace(' ', '-')}"
                  >${subject.level}</span
                >
              </td>
              <td class="number">${String(subject.score ?? 'none')}</td>
              <td class="number">${judgedOf(subject)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function findingOf(finding: Finding, cluster: string | undefined): Markup {
  const { verdict, severity, control, title, pillar } = finding;
  const mark = verdict === 'fail' ? severity : verdict;
  return html`<article>
    <h3>
      <span class="mark ${mark}">${mark}</span>
      ${cluster === undefined ? '' : `${cluster}: `}${subjectOf(finding)}
    </h3>
    <p class="hint">${control} ${title} (${pillar})</p>
    <p>${finding.message} ${finding.because ?? ''}</p>
    ${finding.fix
      ? html`<p><strong>To repair:</strong> ${proseOf(finding.fix.summary)}</p>`
      : ''}
    ${finding.exemption
      ? html`<p>
          <strong>Exempt</strong> until ${finding.exemption.expires}:
          ${finding.exemption.reason} (owner ${finding.exemption.owner},
          approved by ${finding.exemption.approver})
        </p>`
      : ''}
    ${finding.evidence.length === 0
      ? ''
      : html`<ul class="evidence">
          ${finding.evidence.map(
            ({ object, field, value }) =>
              html`<li>
                ${describeObject(object)}
                <code
                  >${field === '' ? '' : `${field}: `}${JSON.stringify(
                    value,
                  )}</code
                >
              </li>`,
          )}
        </ul>`}
  </article>`;
}
