/** What `demo` says: the scenarios, one that was broken or fixed, and how the clusters are. */
import { existsSync } from 'node:fs';
import type { ChangeSummary, ScenarioSummary } from '../control/ControlServer';
import {
  ControlClient,
  DemoStatus,
  NotRunningError,
} from '../control/ControlClient';
import { readScenarios } from '../scenarios/scenario';
import { clusterTable } from './clusterTable';
import { colors, wrap } from './terminal';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** `component:default/orders` as people look for it in the catalog. */
function watchLine(watch: string): string {
  return `watch ${colors.cyan(watch)}`;
}

function describe(scenario: ScenarioSummary): string {
  const { name, title, description, watch, expect, broken } = scenario;
  const lines = [
    `  ${colors.bold(name)}${broken ? `  ${colors.red('broken now')}` : ''}`,
    `    ${title}`,
    wrap(description, '    '),
  ];
  if (watch) {
    lines.push(`    ${watchLine(watch)}`);
  }
  if (expect) {
    lines.push(wrap(`expect: ${expect}`, '    '));
  }
  return lines.join('\n');
}

async function reach(file: string): Promise<DemoStatus | NotRunningError> {
  try {
    return await ControlClient.create(file).status();
  } catch (error) {
    if (error instanceof NotRunningError) {
      return error;
    }
    throw error;
  }
}

export async function list(options: {
  state: string;
  scenarios: string;
}): Promise<void> {
  const running = await reach(options.state);
  if (running instanceof NotRunningError) {
    if (!existsSync(options.scenarios)) {
      throw running;
    }
    const scenarios = [...readScenarios(options.scenarios).values()];
    print(
      scenarios
        .map(scenario => describe({ ...scenario, broken: false }))
        .join('\n\n'),
    );
    print(`\n${running.message}`);
    return;
  }
  print(running.scenarios.map(describe).join('\n\n'));
  print(
    `\nMake one happen:  bin/demo break NAME      Undo it:  bin/demo fix NAME`,
  );
}

export async function change(
  action: 'break' | 'fix',
  name: string,
  options: { state: string },
): Promise<void> {
  const client = ControlClient.create(options.state);
  print(outcome(action, await client.change(action, name)));
}

function outcome(action: 'break' | 'fix', result: ChangeSummary): string {
  const { scenario, changed, steps } = result;
  const { name, cluster, watch, expect } = scenario;
  if (!changed) {
    return action === 'break'
      ? `${name} is broken already; nothing was changed. Undo it:  bin/demo fix ${name}`
      : `${name} is not broken; nothing was changed. Make it happen:  bin/demo break ${name}`;
  }
  const lines = steps.map(step => `  ${colors.dim(cluster)}  ${step}`);
  if (action === 'fix') {
    return [`${colors.green('Fixed')} ${name}`, ...lines].join('\n');
  }
  return [
    `${colors.red('Broken')}: ${scenario.title}`,
    ...lines,
    ...(watch ? [`Now ${watchLine(watch)}`] : []),
    ...(expect ? [wrap(expect, '  ')] : []),
    `Undo it:  bin/demo fix ${name}`,
  ].join('\n');
}

export async function status(options: { state: string }): Promise<void> {
  const { clusters, scenarios } = await ControlClient.create(
    options.state,
  ).status();
  print(clusterTable(clusters));
  const broken = scenarios.filter(scenario => scenario.broken);
  print(
    broken.length === 0
      ? '\nNothing is broken.'
      : `\nBroken: ${broken.map(({ name }) => name).join(', ')}`,
  );
}
