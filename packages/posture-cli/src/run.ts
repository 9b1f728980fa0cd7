/** From arguments to an exit code: the commands, and what becomes of their errors. */
import { ClusterRequestError } from '@backstage-zero-trust/cluster-collector';
import { Command, CommanderError } from 'commander';
import { addAccessCommand } from './commands/access';
import { addCanCommand } from './commands/can';
import { addControlsCommand } from './commands/controls';
import { addDiffCommand } from './commands/diff';
import { addExplainCommand } from './commands/explain';
import { addFixCommand } from './commands/fix';
import { addMtlsCommand } from './commands/mtls';
import { addPodSecurityCommand } from './commands/podSecurity';
import { addReachCommand } from './commands/reach';
import { addScanCommand } from './commands/scan';
import { addValidateCommand } from './commands/validate';
import { InputError } from './errors';
import { EXIT, ExitCode } from './exitCode';
import { oneLine } from './output/text';
import { Terminal, processTerminal } from './terminal';

/** Runs one command. Never throws: what goes wrong is a line on standard error and an exit code. */
export async function run(
  args: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram(terminal, code => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.ok : EXIT.unusable;
    }
    terminal.writeError(`zero-trust: ${messageOf(error)}\n`);
    return EXIT.unusable;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof InputError || error instanceof ClusterRequestError) {
    return oneLine(error.message);
  }
  return `an error of the program itself, please report it: ${oneLine(
    error instanceof Error ? error.stack ?? error.message : String(error),
  )}`;
}

function createProgram(
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): Command {
  const program = new Command('zero-trust')
    .description(
      'Whether services are really zero trust, from folders of manifests and live clusters.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: text => terminal.write(text),
      writeErr: text => terminal.writeError(text),
      outputError: (text, write) =>
        write(`zero-trust: ${oneLine(text.replace(/^error: /, ''))}\n`),
      getOutHelpWidth: () => terminal.width,
      getErrHelpWidth: () => terminal.width,
    })
    .addHelpText(
      'after',
      `
Exit codes:
  0  done, and nothing that was asked about fails
  1  done, and something fails
  2  bad usage or unreadable input
  3  it could not be determined

Examples:
  $ zero-trust scan deploy/
  $ zero-trust reach deploy/ --from external
  $ zero-trust mtls --context prod-eu
  $ kubectl get deployment web -o yaml | zero-trust pod-security --level restricted -`,
    );
  for (const add of [
    addScanCommand,
    addReachCommand,
    addCanCommand,
    addMtlsCommand,
    addDiffCommand,
    addExplainCommand,
    addFixCommand,
    addPodSecurityCommand,
    addValidateCommand,
    addAccessCommand,
    addControlsCommand,
  ]) {
    add(program, terminal, exit);
  }
  return program;
}

/** The command of this process. */
export function main(): void {
  // Who reads only the beginning (`| head`) wants no complaint about the rest.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      throw error;
    }
  });
  // Not process.exit: it would cut what a slow reader has not taken yet.
  void run(process.argv.slice(2), processTerminal()).then(code => {
    process.exitCode = code;
  });
}
