/** The options that say where to look; the same for every command over clusters. */
import {
  NETWORK_NAMES,
  NetworkName,
} from '@backstage-zero-trust/posture-engine';
import { Command, Option } from 'commander';

export interface SourceOptions {
  context?: string;
  kubeconfig?: string;
  allContexts?: boolean;
  meshConfig?: string;
  cni?: NetworkName;
  keepGoing?: boolean;
}

export const SOURCE_ARGUMENT = [
  '[source...]',
  'folders (read recursively), files, or - for standard input: YAML or JSON, all together one cluster',
] as const;

/** A command that takes SOURCEs. */
export function withSources(command: Command): Command {
  const sources = command
    .argument(...SOURCE_ARGUMENT)
    .option(
      '--context <name>',
      'a live cluster, by its context in the kubeconfig',
    )
    .option(
      '--kubeconfig <file>',
      'a kubeconfig, whose current context is the cluster unless --context or --all-contexts says otherwise',
    )
    .addOption(
      new Option(
        '--all-contexts',
        'every cluster of the kubeconfig; one that cannot be reached costs nothing else',
      ).conflicts('context'),
    );
  return withManifestOptions(sources);
}

/** How manifests are read, for every command that reads any. */
export function withManifestOptions(command: Command): Command {
  return command
    .option(
      '--mesh-config <file>',
      "Istio's MeshConfig, for a source without the ConfigMap istio-system/istio",
    )
    .addOption(
      new Option(
        '--cni <network>',
        'what enforces network policies, whatever the source shows',
      )
        .choices(NETWORK_NAMES)
        // A fleet seldom has one network.
        .conflicts('allContexts'),
    )
    .option(
      '--keep-going',
      'go past documents that cannot be read, and list them on standard error',
    );
}

/** For options that may be given several times. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

/** `--format`; most commands have these two. */
export function formatOption(
  formats: readonly string[] = ['table', 'json'],
): Option {
  return new Option('--format <format>', 'how to print the result')
    .choices(formats)
    .default('table');
}
