/** `start`: all clusters of a folder in this process, what happens to them in the terminal, until it is told to end. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DemoCluster } from '../cluster/DemoCluster';
import { InputError, shown } from '../cluster/folder';
import { ControlServer, summaryOf } from '../control/ControlServer';
import { removeState, writeState } from '../control/stateFile';
import { readScenarios } from '../scenarios/scenario';
import { ScenarioResult, ScenarioRunner } from '../scenarios/ScenarioRunner';
import type { Change } from '../store/writes';
import { clusterTable } from './clusterTable';
import {
  configFilesBeside,
  removeConfigFiles,
  writeConfigFiles,
} from './configFiles';
import { colors } from './terminal';
import { untilToldToEnd } from './untilToldToEnd';

export interface StartOptions {
  clusters: string;
  scenarios: string;
  state: string;
  portBase?: number;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function clusterFolders(folder: string): string[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  if (names.length === 0) {
    throw new InputError([
      {
        file: shown(folder),
        document: 1,
        field: '',
        message: 'holds no sub-folder, so there is no cluster to serve',
      },
    ]);
  }
  return names;
}

/** A line for each change that people care about: not the bookkeeping of controllers. */
class ChangeLog {
  #live = false;

  begin(): void {
    this.#live = true;
  }

  change(cluster: string, { user, verb, kind, namespace, name }: Change): void {
    const system = user.startsWith('system:');
    const bookkeeping = system && verb !== 'create' && verb !== 'delete';
    if (!this.#live || bookkeeping) {
      return;
    }
    const signs: Record<string, string> = {
      create: colors.green('+ created'),
      delete: colors.red('- deleted'),
    };
    const sign = signs[verb] ?? colors.yellow('~ changed');
    const object = `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
    const text = `${sign}  ${object}`;
    this.#line(cluster, system ? colors.dim(text) : text);
  }

  scenario(action: 'break' | 'fix', { scenario, steps }: ScenarioResult): void {
    const faults = steps.filter(step => / fault /.test(` ${step}`));
    for (const fault of faults) {
      this.#line(scenario.cluster, colors.yellow(`! ${fault}`));
    }
    this.#line(
      scenario.cluster,
      `${action === 'break' ? colors.red('broken') : colors.green('fixed')}  ${
        scenario.name
      }`,
    );
  }

  #line(cluster: string, text: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    print(`  ${colors.dim(time)}  ${cluster}  ${text}`);
  }
}

export async function start(options: StartOptions): Promise<void> {
  const begun = performance.now();
  const log = new ChangeLog();
  const clusters: DemoCluster[] = [];
  let control: ControlServer | undefined;
  const stop = async () => {
    if (removeState(options.state, process.pid)) {
      removeConfigFiles(configFilesBeside(options.state));
    }
    await control?.stop();
    await Promise.all(clusters.map(cluster => cluster.stop()));
  };
  try {
    const scenarios = readScenarios(options.scenarios);
    for (const [index, name] of clusterFolders(options.clusters).entries()) {
      clusters.push(
        await DemoCluster.start({
          name,
          folder: join(options.clusters, name),
          ...(options.portBase ? { port: options.portBase + index } : {}),
          onChange: change => log.change(name, change),
        }),
      );
    }
    const runner = ScenarioRunner.create(
      new Map(clusters.map(cluster => [cluster.name, cluster])),
      scenarios,
    );
    control = await ControlServer.start({
      clusters,
      scenarios: runner,
      onScenario: (action, result) => log.scenario(action, result),
    });
    const files = configFilesBeside(options.state);
    writeConfigFiles(files, clusters);
    writeState(
      options.state,
      { url: control.url, token: control.token, pid: process.pid },
      clusters.map(({ name, definition: { dataPlane }, url, adminToken }) => ({
        name,
        dataPlane,
        url,
        adminToken,
      })),
    );
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    print(`${colors.bold('Demo clusters')}, ready in ${seconds} s\n`);
    print(clusterTable(clusters.map(summaryOf)));
    print(
      `\n  ${scenarios.size} scenarios: bin/demo lists them. Reading with kubectl: KUBECONFIG=${files.kubeconfig}\n`,
    );
    log.begin();
    await untilToldToEnd();
  } finally {
    await stop();
  }
}
