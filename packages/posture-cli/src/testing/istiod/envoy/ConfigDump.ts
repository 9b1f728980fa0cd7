/** A proxy's whole configuration, from istiod's `/debug/config_dump?include_eds`. */
import { Message, messageOf, messagesOf, textOf } from './json';

export class ConfigDump {
  static create(dump: unknown): ConfigDump {
    const sections = new Map(
      messagesOf(messageOf(dump).configs).map(section => [
        textOf(section['@type']).replace(/^.*\.v3\./, ''),
        section,
      ]),
    );
    const listeners = messagesOf(
      sections.get('ListenersConfigDump')?.dynamicListeners,
    ).map(({ activeState }) => messageOf(messageOf(activeState).listener));
    const clusters = messagesOf(
      sections.get('ClustersConfigDump')?.dynamicActiveClusters,
    ).map(({ cluster }) => messageOf(cluster));
    const endpoints = messagesOf(
      sections.get('EndpointsConfigDump')?.dynamicEndpointConfigs,
    ).map(({ endpointConfig }) => messageOf(endpointConfig));
    return new ConfigDump(
      byName(listeners, 'name'),
      byName(clusters, 'name'),
      byName(endpoints, 'clusterName'),
    );
  }

  private constructor(
    readonly listeners: ReadonlyMap<string, Message>,
    readonly clusters: ReadonlyMap<string, Message>,
    /** Their members, by the names of clusters. */
    readonly endpoints: ReadonlyMap<string, Message>,
  ) {}
}

function byName(
  messages: readonly Message[],
  field: string,
): ReadonlyMap<string, Message> {
  return new Map(messages.map(message => [textOf(message[field]), message]));
}
