/**
 * Questions of `can`: a line of a batch, and the short names of the command
 * line. Lines are checked by hand, not by a schema: batches have many.
 */
import {
  ClusterSnapshot,
  EndpointName,
  JointQuestion,
  LAYERS,
  Layer,
  Protocol,
  protocolOf,
} from '@backstage-zero-trust/posture-engine';
import { InputError } from '../errors';
import { parseRequest } from './canRequest';
import { isAddress } from './reachFilter';

/** `id` is JSON. */
export type Line = { id: string } & (
  | { question: JointQuestion }
  | { error: string }
);

type Fields = Readonly<Record<string, unknown>>;

class MalformedError extends Error {}

/** Never throws. */
export function parseLine(text: string): Line {
  let id = 'null';
  try {
    const fields = parseObject(text);
    id = parseId(fields.id);
    return { id, question: parseQuestion(fields) };
  } catch (error) {
    if (error instanceof MalformedError) {
      return { id, error: error.message };
    }
    throw error;
  }
}

function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MalformedError('the line is not JSON');
  }
  if (!isObject(value)) {
    throw new MalformedError('the line is not a JSON object');
  }
  return value;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseId(id: unknown = null): string {
  if (id !== null && typeof id !== 'string' && typeof id !== 'number') {
    throw new MalformedError('id: must be text or a number');
  }
  return JSON.stringify(id);
}

function parseQuestion({
  from,
  to,
  port,
  protocol,
  layers,
  request,
  client,
  serverName,
}: Fields): JointQuestion {
  const source = parseEndpoint(from, 'from');
  if ('service' in source) {
    throw new MalformedError('from: a service is no client; name a pod');
  }
  const question: JointQuestion = {
    from: source,
    to: parseEndpoint(to, 'to'),
    port: parsePort(port),
    protocol: parseProtocol(protocol),
  };
  if (layers !== undefined) {
    question.layers = parseLayers(layers);
  }
  if (request !== undefined) {
    Object.assign(
      question,
      parseRequest(request, message => new MalformedError(message)),
    );
  }
  if (serverName !== undefined) {
    question.serverName = parseServerName(serverName);
  }
  return client === undefined
    ? question
    : Object.assign(question, parseClient(client));
}

function parseLayers(value: unknown): readonly Layer[] {
  if (!isLayers(value)) {
    throw new MalformedError(
      'layers: must be a list of network and mesh that is not empty',
    );
  }
  return value;
}

function isLayers(value: unknown): value is Layer[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(item => LAYERS.includes(item))
  );
}

function parseServerName(value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new MalformedError('serverName: must be the name of a TLS server');
  }
  return value;
}

/** What overrides the client's side. */
function parseClient(client: unknown): Pick<JointQuestion, 'clientTls'> {
  const tls: unknown = isObject(client) ? client.tls ?? 'auto' : undefined;
  switch (tls) {
    case 'auto':
      return {};
    case 'plaintext':
    case 'mtls':
      return { clientTls: tls };
    default:
      throw new MalformedError(
        'client: must be an object whose tls is auto, plaintext or mtls',
      );
  }
}

function parseEndpoint(value: unknown, field: string): EndpointName {
  const fields: Fields = isObject(value) ? value : {};
  const [kind, ...others] = Object.keys(fields);
  const name = fields[kind];
  if (others.length > 0 || typeof name !== 'string') {
    throw noEndpoint(field);
  }
  switch (kind) {
    case 'pod':
      requireParts(name, 2, 'namespace/name', `${field}.pod`);
      return { pod: name };
    case 'workload':
      requireParts(name, 3, 'namespace/Kind/name', `${field}.workload`);
      return { workload: name };
    case 'service':
      requireParts(name, 2, 'namespace/name', `${field}.service`);
      return { service: name };
    case 'ip':
      if (name.includes('/') || !isAddress(name)) {
        throw new MalformedError(`${field}.ip: must be an IP address`);
      }
      return { ip: name };
    default:
      throw noEndpoint(field);
  }
}

function noEndpoint(field: string): MalformedError {
  return new MalformedError(
    `${field}: must be an object with one text, pod, workload, ip or service`,
  );
}

/** That a name has so many parts between slashes, none of them empty. Looks at it once: batches have many. */
function requireParts(
  name: string,
  number: number,
  shape: string,
  field: string,
): void {
  let parts = 1;
  let start = 0;
  let slash = name.indexOf('/');
  while (slash > start) {
    parts++;
    start = slash + 1;
    slash = name.indexOf('/', start);
  }
  // An empty part ends the loop at its slash.
  if (slash !== -1 || parts !== number || start === name.length) {
    throw new MalformedError(`${field}: must be ${shape}`);
  }
}

function parsePort(port: unknown): number | string {
  if (
    typeof port === 'number'
      ? Number.isInteger(port) && port >= 1 && port <= 65_535
      : typeof port === 'string' && /[a-z]/i.test(port)
  ) {
    return port as number | string;
  }
  throw new MalformedError('port: must be a number from 1 to 65535, or a name');
}

function parseProtocol(text: unknown = 'TCP'): Protocol {
  const protocol = typeof text === 'string' ? protocolOf(text) : undefined;
  if (!protocol) {
    throw new MalformedError('protocol: must be TCP, UDP or SCTP');
  }
  return protocol;
}

export interface QuestionOptions {
  from: string;
  to: string;
  port: string;
  protocol: string;
  layers?: readonly Layer[];
  /** As JSON has it. */
  request?: unknown;
  serverName?: string;
}

/** One question from options, with short names. Throws an {@link InputError}. */
export function questionOf(
  { from, to, port, protocol, layers, request, serverName }: QuestionOptions,
  snapshot: ClusterSnapshot,
): JointQuestion {
  try {
    return parseQuestion({
      from: fullName(from, 'from', snapshot),
      to: fullName(to, 'to', snapshot),
      port: /^\d+$/.test(port) ? Number(port) : port,
      protocol,
      layers,
      request,
      serverName,
    });
  } catch (error) {
    throw error instanceof MalformedError
      ? new InputError(`--${error.message}`)
      : error;
  }
}

const KIND_PREFIX = /^(pod|workload|ip|service):(.*)$/;

/** `pod:shop/web-1` as it stands; else what a name can only mean. */
function fullName(
  text: string,
  field: 'from' | 'to',
  snapshot: ClusterSnapshot,
): Fields {
  const prefixed = KIND_PREFIX.exec(text);
  if (prefixed) {
    return { [prefixed[1]]: prefixed[2] };
  }
  if (isAddress(text)) {
    return { ip: text };
  }
  const [namespace, name, ...rest] = text.split('/');
  if (name === undefined || rest.length > 1) {
    throw new InputError(
      `--${field}: "${text}" is no address, namespace/name or namespace/Kind/name`,
    );
  }
  if (rest.length === 1) {
    return { workload: text };
  }
  if (snapshot.get('Pod', name, namespace)) {
    return { pod: text };
  }
  const workloads = snapshot
    .workloadsIn(namespace)
    .filter(({ reference }) => reference.name === name);
  const isService =
    field === 'to' && snapshot.get('Service', name, namespace) !== undefined;
  if (workloads.length + (isService ? 1 : 0) > 1) {
    const meanings = [
      ...workloads.map(
        ({ reference }) => `workload:${namespace}/${reference.kind}/${name}`,
      ),
      ...(isService ? [`service:${text}`] : []),
    ];
    throw new InputError(
      `--${field}: "${text}" may mean ${meanings.join(' or ')}: say which`,
    );
  }
  if (workloads.length === 1) {
    return { workload: `${namespace}/${workloads[0].reference.kind}/${name}` };
  }
  return isService ? { service: text } : { pod: text };
}
