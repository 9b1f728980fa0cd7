/** The command `demo-cluster`, and under the name `demo` the part of it that changes a demo that is running. */
import { Command, CommanderError } from 'commander';
import { InputError } from '../cluster/folder';
import { DemoError } from '../control/ControlClient';
import { DEFAULT_STATE_FILE } from '../control/stateFile';
import { ScenarioError } from '../scenarios/ScenarioRunner';
import { change, list, status } from './demo';
import { listKinds } from './kinds';
import { start } from './start';

const DEFAULT_SCENARIOS = 'examples/company/scenarios';
const [OK, REFUSED, USAGE] = [0, 1, 2];

const STATE = [
  '--state <file>',
  'where the running demo is described',
  DEFAULT_STATE_FILE,
] as const;

/** The program; called as its help names it. */
function createProgram(name: string): Command {
  const program = new Command(name)
    .description(
      'Changes the clusters of the running demo, to watch what the pages of its services say.',
    )
    .showHelpAfterError('Run with --help to see what there is.')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  ${name}                  the scenarios: what each does, and where to watch it
  ${name} break NAME       make a scenario happen
  ${name} fix NAME         undo it
  ${name} status           the clusters, and what is broken at the moment`,
    );
  program
    .command('list', { isDefault: true })
    .description('list the scenarios (the default)')
    .option(...STATE)
    .option(
      '--scenarios <folder>',
      'those to list while no demo runs',
      DEFAULT_SCENARIOS,
    )
    .allowExcessArguments()
    .action((options, command: Command) => {
      const [unknown] = command.args;
      if (unknown !== undefined) {
        command.error(`error: there is no command ${unknown}`);
      }
      return list(options);
    });
  program
    .command('break <name>')
    .description('make a scenario happen')
    .option(...STATE)
    .action((scenario, options) => change('break', scenario, options));
  program
    .command('fix <name>')
    .description('undo a scenario')
    .option(...STATE)
    .action((scenario, options) => change('fix', scenario, options));
  program
    .command('status')
    .description('the clusters, and what is broken at the moment')
    .option(...STATE)
    .action(status);
  program
    .command('kinds')
    .description(
      'the optional API groups that a cluster.yaml may name, and their kinds',
    )
    .action(listKinds);
  program
    .command('start')
    .description('serve every cluster of a folder until interrupted')
    .requiredOption(
      '--clusters <folder>',
      'a folder with a sub-folder for each cluster',
    )
    .requiredOption('--scenarios <folder>', 'a folder of scenarios')
    .option(...STATE)
    .option(
      '--port-base <port>',
      'serve on this port and those after it (default: free ports)',
      readPort,
    )
    .addHelpText(
      'after',
      `
Next to the state file it writes kubeconfig.yaml (a context for each cluster)
and app-config.yaml (Backstage's kubernetes section). It ends when the process
that started it does.`,
    )
    .action(start);
  return program;
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new CommanderError(
      USAGE,
      'commander.invalidArgument',
      `error: --port-base must be a port from 1 to 65535; it is ${text}`,
    );
  }
  return port;
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Runs the command and sets the exit code: 1 for what was refused, 2 for bad usage or input. */
export async function main(argv: readonly string[]): Promise<void> {
  const name = process.env.DEMO_COMMAND ?? 'demo-cluster';
  try {
    await createProgram(name).parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.code === 'commander.invalidArgument') {
        say(error.message);
      }
      process.exitCode = error.exitCode === OK ? OK : USAGE;
    } else if (error instanceof InputError || isSystemError(error)) {
      say(error.message);
      process.exitCode = USAGE;
    } else if (error instanceof ScenarioError || error instanceof DemoError) {
      say(error.message);
      process.exitCode = REFUSED;
    } else {
      throw error;
    }
  }
}

/** A file that is not there, a port that is taken: told by its message, without a stack. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
