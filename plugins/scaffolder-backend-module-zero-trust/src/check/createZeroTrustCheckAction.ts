/** `zero-trust:check`: what would fail once it runs is not published in the first place. */
import { InputError, NotAllowedError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import {
  CONTROLS,
  Control,
  NETWORK_NAMES,
  SEVERITIES,
  VERDICTS,
} from '@backstage-zero-trust/posture-engine';
import { examples } from './examples';
import { JudgedManifests, judgeManifests } from './judgeManifests';
import { readManifests } from './readManifests';
import { atLeast, reportLines } from './report';

export function createZeroTrustCheckAction() {
  return createTemplateAction({
    id: 'zero-trust:check',
    description:
      'Judges the Kubernetes manifests of the workspace by the zero-trust controls, and stops the task when one of them fails',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        path: z =>
          z
            .string()
            .min(1)
            .describe(
              'File or folder of the workspace whose manifests are to be published. Every .yaml, .yml and .json file in it is read and has to be a Kubernetes object',
            ),
        surroundings: z =>
          z
            .array(z.string().min(1))
            .optional()
            .describe(
              'Files or folders of the workspace with what the cluster already has, such as its namespaces and mesh-wide policies. They count, and are not judged',
            ),
        dataPlane: z =>
          z
            .enum(['sidecar', 'ambient'])
            .optional()
            .describe(
              'Assume that namespaces which no manifest describes are part of the mesh in this mode. The log says where that was assumed',
            ),
        cni: z =>
          z
            .enum(NETWORK_NAMES)
            .optional()
            .describe(
              'What enforces network policies in the cluster. Left out, whether anything does (NW-4) is not judged unless the surroundings show it, and the log says so',
            ),
        failOn: z =>
          z
            .enum(SEVERITIES)
            .optional()
            .describe(
              'Stop at findings of this severity or worse; low, that is at any, if omitted',
            ),
        failOnUnknown: z =>
          z
            .boolean()
            .optional()
            .describe(
              'Stop also where a control of that severity cannot be judged: what nobody could check is not known to be right. True if omitted',
            ),
        controls: z =>
          z
            .array(z.string())
            .min(1)
            .optional()
            .describe('Ids of the controls to judge by; all, if omitted'),
      },
      output: {
        score: z =>
          z.number().optional().describe('0 to 100; absent if nothing applies'),
        level: z =>
          z
            .string()
            .describe('exposed, partial, unknown, hardened or zero trust'),
        findings: z =>
          z
            .record(z.enum(VERDICTS), z.number())
            .describe('How many findings have each verdict'),
        restsOn: z =>
          z
            .array(z.string())
            .describe('What was assumed and what was not looked at'),
      },
    },
    async handler(ctx) {
      // Here, since the scaffolder only checks input against the schema and fills in nothing.
      const {
        path,
        surroundings = [],
        dataPlane,
        cni,
        failOn = 'low',
        failOnUnknown = true,
      } = ctx.input;
      const judged = judgeManifests({
        manifests: await readManifests(ctx.workspacePath, [path]),
        surroundings: await readManifests(ctx.workspacePath, surroundings),
        ...(ctx.input.controls
          ? { controls: chosenControls(ctx.input.controls) }
          : {}),
        ...(dataPlane ? { dataPlane } : {}),
        ...(cni ? { cni } : {}),
      });
      for (const { level, text } of reportLines(judged)) {
        ctx.logger[level](text);
      }
      const { score, level, counts } = outcomeOf(judged);
      if (score !== undefined) {
        ctx.output('score', score);
      }
      ctx.output('level', level);
      ctx.output('findings', counts);
      ctx.output('restsOn', judged.restsOn);
      refuse(judged, path, failOn, failOnUnknown);
    },
  });
}

function chosenControls(ids: readonly string[]) {
  return ids.map((id): Control => {
    const control = CONTROLS.find(candidate => candidate.id === id);
    if (!control) {
      throw new InputError(
        `There is no control "${id}"; there are ${CONTROLS.map(
          candidate => candidate.id,
        ).join(', ')}`,
      );
    }
    return control;
  });
}

function outcomeOf({ findings, summary }: JudgedManifests) {
  const counts = Object.fromEntries(
    VERDICTS.map(verdict => [
      verdict,
      findings.filter(finding => finding.verdict === verdict).length,
    ]),
  );
  return { score: summary.score, level: summary.level, counts };
}

function refuse(
  judged: JudgedManifests,
  path: string,
  failOn: (typeof SEVERITIES)[number],
  failOnUnknown: boolean,
): void {
  if (judged.summary.applicable === 0 && judged.unreadable.length === 0) {
    throw new NotAllowedError(
      judged.workloads === 0
        ? `Nothing was judged: "${path}" holds no Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob or Pod`
        : `Nothing was judged: no chosen control applies to what "${path}" holds`,
    );
  }
  const serious = judged.findings.filter(({ severity }) =>
    atLeast(severity, failOn),
  );
  const failing = serious.filter(({ verdict }) => verdict === 'fail');
  const unknown = serious.filter(({ verdict }) => verdict === 'unknown');
  const undecided = unknown.length + judged.unreadable.length;
  const reasons = [
    ...(failing.length > 0
      ? [`${failing.length} failing (${idsOf(failing)})`]
      : []),
    ...(failOnUnknown && undecided > 0
      ? [
          `${undecided} that cannot be judged${
            unknown.length > 0 ? ` (${idsOf(unknown)})` : ''
          }`,
        ]
      : []),
  ];
  if (reasons.length > 0) {
    throw new NotAllowedError(
      `Not published: ${reasons.join(
        ' and ',
      )}. The log above says who could do what, and how to repair it`,
    );
  }
}

function idsOf(findings: readonly { control: string }[]): string {
  return [...new Set(findings.map(({ control }) => control))].join(', ');
}
