/** `zero-trust access`: what the roles and bindings of a cluster allow, and whom. */
import {
  AccessRequest,
  ClusterSnapshot,
  accessGaps,
  describeObject,
  describeRequest,
  ownGroupsOf,
} from '@backstage-zero-trust/posture-engine';
import { Command, Option } from 'commander';
import { InputError } from '../errors';
import { EXIT, ExitCode } from '../exitCode';
import { readCluster } from '../input/clusters';
import { STANDARD_INPUT } from '../input/files';
import { readFile } from '../input/lines';
import {
  SourceOptions,
  collect,
  formatOption,
  withSources,
} from '../input/options';
import { jsonDocument } from '../output/json';
import { table } from '../output/table';
import { oneLine, printable } from '../output/text';
import { Terminal } from '../terminal';
import {
  answerAccess,
  decidedBy,
  describeSubject,
  exitCodeOf,
  holdersOf,
  subjectJson,
  verdictFields,
} from './accessAnswer';
import { answerAccessBatch } from './accessBatch';
import { parseResource } from './accessResources';

interface AccessOptions extends SourceOptions {
  as?: string;
  group?: string[];
  verb?: string;
  resource?: string;
  path?: string;
  namespace?: string;
  name?: string;
  whoCan?: string[];
  batch?: string;
  format: 'table' | 'json';
}

type Asked = { request: AccessRequest } & ({ user: string } | { all: true });

export function addAccessCommand(
  program: Command,
  terminal: Terminal,
  exit: (code: ExitCode) => void,
): void {
  withSources(
    program
      .command('access')
      .description(
        "What the cluster's roles and bindings (RBAC) allow, with the binding and the rule that do.",
      ),
  )
    .option(
      '--as <user>',
      'who asks; an account is system:serviceaccount:NAMESPACE:NAME',
    )
    .option(
      '--group <group>',
      'a group of the user, beside those that every such user is in; again for more',
      collect,
    )
    .option('--verb <verb>', 'get, list, create, impersonate, ...')
    .option('--resource <resource>', 'pods, pods/exec, deployments.apps, ...')
    .option('--path <path>', 'a path that is no resource, such as /metrics')
    .option('--namespace <name>', 'where; left out, in all namespaces at once')
    .option('--name <name>', 'the object that the request names, if any')
    .option('--who-can <verb resource...>', 'everybody who may do this')
    .addOption(
      new Option(
        '--batch <file>',
        'many questions, the spec of a SubjectAccessReview a line; - for standard input',
      ).conflicts([
        ...['as', 'group', 'verb', 'resource', 'path', 'namespace', 'name'],
        ...['whoCan', 'format'],
      ]),
    )
    .addOption(formatOption())
    .addHelpText(
      'after',
      `
Examples:
  $ zero-trust access --context prod-eu --as alice --group dev --verb create --resource pods/exec --namespace shop
  $ zero-trust access deploy/ --as system:serviceaccount:ci:deployer --verb create --resource deployments --namespace shop
  $ zero-trust access --context prod-eu --who-can create serviceaccounts/token --namespace shop --name orders
  $ zero-trust access deploy/ --batch reviews.jsonl > answers.jsonl`,
    )
    .action(async (sources: string[], options: AccessOptions) => {
      const { batch } = options;
      const asked = batch === undefined ? questionOf(options) : undefined;
      if (batch === STANDARD_INPUT && sources.includes(STANDARD_INPUT)) {
        throw new InputError(
          'standard input cannot be both a source and the batch',
        );
      }
      const snapshot = await readCluster(
        sources,
        options,
        terminal,
        'access is asked about in one cluster at a time',
      );
      if (asked) {
        exit(answer(snapshot, asked, options, terminal));
      } else if (batch !== undefined) {
        exit(
          await answerAccessBatch(
            batch === STANDARD_INPUT ? terminal.stdin : readFile(batch),
            snapshot,
            terminal,
          ),
        );
      }
    });
}

function questionOf(options: AccessOptions): Asked {
  const { as, group, verb, resource, path, whoCan } = options;
  if (whoCan) {
    const [wanted, what, ...rest] = whoCan;
    if (what === undefined || rest.length > 0) {
      throw new InputError('--who-can takes a verb and a resource');
    }
    if (as ?? group ?? verb ?? resource ?? path) {
      throw new InputError(
        '--who-can goes with --namespace and --name only: it asks about everybody',
      );
    }
    return {
      all: true,
      request: what.startsWith('/')
        ? pathRequest(wanted, what, options)
        : resourceRequest(wanted, what, options),
    };
  }
  if (as === undefined || verb === undefined || !resource === !path) {
    throw new InputError(
      'say --as, --verb and --resource or --path; or --who-can; or --batch',
    );
  }
  return {
    user: as,
    request: path
      ? pathRequest(verb, path, options)
      : resourceRequest(verb, resource ?? '', options),
  };
}

function pathRequest(
  verb: string,
  path: string,
  { namespace, name }: AccessOptions,
): AccessRequest {
  if (namespace ?? name) {
    throw new InputError('a path has no --namespace and no --name');
  }
  return { verb, path };
}

function resourceRequest(
  verb: string,
  resource: string,
  { namespace, name }: AccessOptions,
): AccessRequest {
  return {
    verb,
    ...parseResource(resource),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

function answer(
  snapshot: ClusterSnapshot,
  asked: Asked,
  { group = [], format }: AccessOptions,
  terminal: Terminal,
): ExitCode {
  if ('all' in asked) {
    return listHolders(snapshot, asked.request, format, terminal);
  }
  const { user, request } = asked;
  const verdict = answerAccess(
    snapshot,
    { user, groups: [...group, ...ownGroupsOf(user)] },
    request,
  );
  const { bold, green, red, yellow } = terminal.colors;
  const word = { true: 'allowed', false: 'denied', null: 'unknown' } as const;
  const paint = { true: green, false: red, null: yellow } as const;
  const key = `${verdict.allowed}` as const;
  terminal.write(
    format === 'json'
      ? jsonDocument('AccessDecision', verdictFields(verdict))
      : `${paint[key](bold(word[key]))}  ${printable(verdict.reason)}\n`,
  );
  return exitCodeOf(new Set([verdict.allowed]));
}

function listHolders(
  snapshot: ClusterSnapshot,
  request: AccessRequest,
  format: AccessOptions['format'],
  terminal: Terminal,
): ExitCode {
  const holders = holdersOf(snapshot, request);
  const gaps = accessGaps(snapshot, request);
  for (const { reason } of gaps) {
    terminal.writeError(`${oneLine(`There may be more: ${reason}.`)}\n`);
  }
  if (format === 'json') {
    terminal.write(
      jsonDocument('AccessList', {
        subjects: holders.map(({ subject, by }) => ({
          ...subjectJson(subject),
          decidedBy: by.flatMap(decidedBy),
        })),
        gaps: gaps.map(({ reason }) => reason),
      }),
    );
  } else if (holders.length === 0) {
    terminal.write(
      `No binding lets anybody ${printable(describeRequest(request))}.\n`,
    );
  } else {
    terminal.write(
      table(
        ['Who', 'By'],
        holders.map(({ subject, by }) => [
          describeSubject(subject),
          by
            .map(
              ({ grant, rule }) =>
                `${describeObject(grant.binding)} (${
                  rule.field
                } of ${describeObject(rule.object)})`,
            )
            .join('\n'),
        ]),
        terminal,
      ),
    );
  }
  return gaps.length > 0 ? EXIT.unknown : EXIT.ok;
}
