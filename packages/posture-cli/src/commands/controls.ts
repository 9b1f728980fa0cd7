/** `zero-trust controls`: the catalogue. */
import { CONTROLS, Control } from '@backstage-zero-trust/posture-engine';
import { Command } from 'commander';
import { EXIT, ExitCode } from '../exitCode';
import { formatOption } from '../input/options';
import { jsonDocument } from '../output/json';
import { table } from '../output/table';
import { Terminal } from '../terminal';

export function addControlsCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  program
    .command('controls')
    .description(
      'The catalogue: what is judged, why, and which frameworks ask for it.',
    )
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  $ zero-trust controls
  $ zero-trust controls --format json`,
    )
    .action(({ format }: { format: 'table' | 'json' }) => {
      terminal.write(
        format === 'json'
          ? jsonDocument('ControlList', { controls: CONTROLS.map(controlJson) })
          : table(
              ['Control', 'Pillar', 'Severity', 'Question'],
              CONTROLS.map(({ id, pillar, severity, title, question }) => [
                id,
                pillar,
                severity,
                `${title}. ${question}`,
              ]),
              terminal,
            ),
      );
      exit(EXIT.ok);
    });
}

function controlJson(control: Control) {
  const { id, title, pillar, severity, scope, question, why } = control;
  return {
    id,
    title,
    pillar,
    severity,
    scope,
    question,
    why,
    references: control.references.map(({ framework, requirement }) => ({
      framework,
      requirement,
    })),
  };
}
