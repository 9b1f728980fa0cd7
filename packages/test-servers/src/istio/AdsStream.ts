/**
 * The client's end of Envoy's aggregated discovery service, as a proxy without
 * a data plane: it says who it is, subscribes, and acknowledges all that it
 * gets. What the server computed for an Envoy is then readable in the server's
 * `/debug/config_dump`; what it tells a ztunnel is kept here.
 */
import { ClientDuplexStream, Client, credentials } from '@grpc/grpc-js';
import { common, parse } from 'protobufjs';

/** A proxy as it introduces itself. */
export interface ProxyNode {
  /** `sidecar~10.0.0.1~web.shop~shop.svc.cluster.local` */
  id: string;
  metadata: Readonly<Record<string, unknown>>;
}

/** One stream's kind: ztunnel asks for changes, Envoy for the whole state. */
export type DiscoveryProtocol = 'state' | 'changes';

const METHODS: Readonly<Record<DiscoveryProtocol, string>> = {
  state: 'StreamAggregatedResources',
  changes: 'DeltaAggregatedResources',
};

const { root } = parse(
  `
  syntax = "proto3";
  import "google/protobuf/struct.proto";
  message Node {
    string id = 1;
    google.protobuf.Struct metadata = 3;
  }
  message DiscoveryRequest {
    string version_info = 1;
    Node node = 2;
    repeated string resource_names = 3;
    string type_url = 4;
    string response_nonce = 5;
  }
  message DiscoveryResponse {
    string version_info = 1;
    string type_url = 4;
    string nonce = 5;
  }
  message DeltaDiscoveryRequest {
    Node node = 1;
    string type_url = 2;
    repeated string resource_names_subscribe = 3;
    string response_nonce = 6;
  }
  message Any {
    string type_url = 1;
    bytes value = 2;
  }
  message Resource {
    Any resource = 2;
    string name = 3;
  }
  message DeltaDiscoveryResponse {
    repeated Resource resources = 2;
    string type_url = 4;
    string nonce = 5;
    repeated string removed_resources = 6;
  }
  `,
  { keepCase: true },
);
root.addJSON(common.get('google/protobuf/struct.proto')?.nested ?? {});

interface Answer {
  version_info?: string;
  type_url: string;
  nonce: string;
  /** In answers to a stream of changes alone. */
  resources?: { name: string; resource: { value: Uint8Array } }[];
  removed_resources?: string[];
}

const CODECS = {
  state: {
    request: root.lookupType('DiscoveryRequest'),
    response: root.lookupType('DiscoveryResponse'),
  },
  changes: {
    request: root.lookupType('DeltaDiscoveryRequest'),
    response: root.lookupType('DeltaDiscoveryResponse'),
  },
};

export class AdsStream {
  static open(
    address: string,
    node: ProxyNode,
    protocol: DiscoveryProtocol = 'state',
  ): AdsStream {
    const client = new Client(address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': -1,
    });
    return new AdsStream(client, node, protocol);
  }

  readonly #call: ClientDuplexStream<Buffer, Buffer>;
  readonly #awaited = new Map<string, () => void>();
  readonly #names = new Map<string, readonly string[]>();
  readonly #resources = new Map<string, Map<string, Uint8Array>>();
  #failed: (error: Error) => void = () => {};
  readonly #failure = new Promise<never>((_, reject) => {
    this.#failed = reject;
  });
  #introduced = false;

  private constructor(
    private readonly client: Client,
    private readonly node: ProxyNode,
    private readonly protocol: DiscoveryProtocol,
  ) {
    this.#call = client.makeBidiStreamRequest(
      `/envoy.service.discovery.v3.AggregatedDiscoveryService/${METHODS[protocol]}`,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
    );
    this.#call.on('error', error => this.#failed(error));
    this.#call.on('data', (bytes: Buffer) => this.#receive(bytes));
    // Whoever waits for an answer hears of it; nobody may be waiting.
    this.#failure.catch(() => {});
  }

  /** Resolves when the server has answered. `names` of resources; none asks for all. */
  async subscribe(
    typeUrl: string,
    names: readonly string[] = [],
  ): Promise<void> {
    const answered = new Promise<void>(resolve => {
      this.#awaited.set(typeUrl, resolve);
    });
    this.#names.set(typeUrl, names);
    this.#send({
      type_url: typeUrl,
      ...(this.protocol === 'state'
        ? { resource_names: names }
        : { resource_names_subscribe: names }),
      ...(this.#introduced
        ? {}
        : {
            node: {
              id: this.node.id,
              metadata: { fields: structFields(this.node.metadata) },
            },
          }),
    });
    this.#introduced = true;
    await Promise.race([answered, this.#failure]);
  }

  /** What a stream of changes has told of a type so far: messages by names, encoded. */
  resources(typeUrl: string): ReadonlyMap<string, Uint8Array> {
    return this.#resources.get(typeUrl) ?? new Map();
  }

  close(): void {
    this.#call.cancel();
    this.client.close();
  }

  #receive(bytes: Buffer): void {
    const { response } = CODECS[this.protocol];
    const answer = response.toObject(response.decode(bytes), {
      arrays: true,
    }) as Answer;
    const known = this.#resources.get(answer.type_url) ?? new Map();
    this.#resources.set(answer.type_url, known);
    for (const { name, resource } of answer.resources ?? []) {
      known.set(name, resource.value);
    }
    for (const name of answer.removed_resources ?? []) {
      known.delete(name);
    }
    this.#send({
      type_url: answer.type_url,
      response_nonce: answer.nonce,
      // Whoever asks for the whole state says again what he asks for.
      ...(this.protocol === 'state'
        ? {
            version_info: answer.version_info,
            resource_names: this.#names.get(answer.type_url),
          }
        : {}),
    });
    this.#awaited.get(answer.type_url)?.();
  }

  #send(message: object): void {
    const { request } = CODECS[this.protocol];
    this.#call.write(
      Buffer.from(request.encode(request.fromObject(message)).finish()),
    );
  }
}

/** JSON as protobuf's `Struct` holds it. */
function structFields(
  values: Readonly<Record<string, unknown>>,
): Record<string, object> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, structValue(value)]),
  );
}

function structValue(value: unknown): object {
  if (Array.isArray(value)) {
    return { listValue: { values: value.map(structValue) } };
  }
  if (typeof value === 'object' && value !== null) {
    return { structValue: { fields: structFields({ ...value }) } };
  }
  return typeof value === 'boolean'
    ? { boolValue: value }
    : { stringValue: String(value) };
}
