/** `zero-trust can`: may this reach that, and which objects say so. */
import {
  JointAnswer,
  JointQuestions,
  Layer,
  NetworkVerdict,
  describeObject,
} from '@backstage-zero-trust/posture-engine';
import { Command, Option } from 'commander';
import { InputError } from '../errors';
import { ExitCode } from '../exitCode';
import { readCluster } from '../input/clusters';
import { STANDARD_INPUT } from '../input/files';
import { readFile } from '../input/lines';
import { SourceOptions, formatOption, withSources } from '../input/options';
import { jsonDocument } from '../output/json';
import { table } from '../output/table';
import { printable } from '../output/text';
import { Colors, Terminal } from '../terminal';
import { answerFields, exitCodeOf } from './canAnswer';
import { answerBatch } from './canBatch';
import { questionOf } from './canQuestion';
import { layersIn } from './layers';

interface CanOptions extends SourceOptions {
  from?: string;
  to?: string;
  port?: string;
  protocol: string;
  layers?: Layer[];
  request?: string;
  serverName?: string;
  batch?: string;
  format: 'table' | 'json';
}

export function addCanCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  withSources(
    program
      .command('can')
      .description(
        'Whether the network and the mesh let a connection or a request through, and the objects that decided.',
      ),
  )
    .option(
      '--from <end>',
      'who connects: namespace/pod, namespace/Kind/name of a workload, or an address',
    )
    .option('--to <end>', 'to whom; also namespace/name of a Service')
    .option(
      '--port <port>',
      'a number, or the name that the destination gives it',
    )
    .option('--protocol <protocol>', 'TCP, UDP or SCTP', 'TCP')
    .addOption(
      new Option(
        '--layers <layers>',
        'which layers decide: network, mesh or network,mesh; all that the source has if left out',
      ).argParser(layersIn),
    )
    .option(
      '--request <file>',
      'an HTTP request as JSON: method, path, host, headers, principal, jwt; - for standard input',
    )
    .option(
      '--server-name <name>',
      'the name that a TLS client asks for (SNI), where it calls an address outside',
    )
    .addOption(
      new Option(
        '--batch <file>',
        'many questions, a JSON object a line; - for standard input',
      ).conflicts([
        'from',
        'to',
        'port',
        'format',
        'layers',
        'request',
        'serverName',
      ]),
    )
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Where a name may mean several things, put pod:, workload:, ip: or service: before it.
Of a workload's pods it is enough that one gets through.

Examples:
  $ zero-trust can deploy/ --from shop/Deployment/web --to shop/Deployment/orders --port 8080
  $ zero-trust can --context prod-eu --from 203.0.113.7 --to service:shop/web --port https
  $ zero-trust can deploy/ --from shop/web --to 203.0.113.7 --port 443 --server-name api.partner.example
  $ zero-trust can deploy/ --batch questions.jsonl > answers.jsonl`,
    )
    .action(async (sources: string[], options: CanOptions) => {
      const { batch } = options;
      const asked = batch === undefined ? requireQuestion(options) : undefined;
      if (batch === STANDARD_INPUT && sources.includes(STANDARD_INPUT)) {
        throw new InputError(
          'standard input cannot be both a source and the batch',
        );
      }
      const snapshot = await readCluster(
        sources,
        options,
        terminal,
        'connections are asked about in one cluster at a time',
      );
      const questions = JointQuestions.create(snapshot);
      if (asked) {
        const question = questionOf(
          { ...asked, ...(await readRequest(options.request, terminal)) },
          snapshot,
        );
        const answer = questions.answer(question);
        terminal.write(
          options.format === 'json'
            ? jsonDocument('ConnectionDecision', answerFields(answer))
            : describeAnswer(answer, terminal),
        );
        exit(exitCodeOf(new Set([answer.verdict])));
      } else if (batch !== undefined) {
        exit(
          batch === STANDARD_INPUT
            ? await answerBatch(terminal.stdin, questions, terminal)
            : await answerBatch(readFile(batch), questions, terminal),
        );
      }
    });
}

async function readRequest(
  file: string | undefined,
  terminal: Terminal,
): Promise<{ request?: unknown }> {
  if (file === undefined) {
    return {};
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of file === STANDARD_INPUT
    ? terminal.stdin
    : readFile(file)) {
    pieces.push(piece);
  }
  try {
    return { request: JSON.parse(Buffer.concat(pieces).toString('utf8')) };
  } catch {
    throw new InputError(`${file}: is not JSON`);
  }
}

function requireQuestion({
  from,
  to,
  port,
  protocol,
  layers,
  serverName,
}: CanOptions) {
  if (from === undefined || to === undefined || port === undefined) {
    throw new InputError('say --from, --to and --port, or --batch');
  }
  return { from, to, port, protocol, layers, serverName };
}

function describeAnswer(
  { verdict, transport, decidedBy, conditions, reason }: JointAnswer,
  terminal: Terminal,
): string {
  const { colors } = terminal;
  return [
    `${paintOf(verdict, colors)(colors.bold(verdict))}  ${printable(reason)}\n`,
    ...(conditions.length > 0
      ? [`only where ${printable(conditions.join(', or '))}\n`]
      : []),
    ...(transport ? [`transport: ${transport}\n`] : []),
    ...(decidedBy.length > 0
      ? [
          table(
            ['Layer', 'Direction', 'Effect', 'Decided by'],
            decidedBy.map(({ layer, direction, effect, object, field }) => [
              layer,
              direction,
              effect,
              `${describeObject(object)} (${field})`,
            ]),
            terminal,
          ),
        ]
      : []),
  ].join('');
}

function paintOf(verdict: NetworkVerdict, colors: Colors) {
  switch (verdict) {
    case 'allow':
      return colors.green;
    case 'deny':
      return colors.red;
    default:
      return colors.yellow;
  }
}
