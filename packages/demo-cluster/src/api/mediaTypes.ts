/** Which form of an answer a client takes, and which form a body came in. */
import { parse } from 'yaml';
import {
  badRequest,
  noSuchForm,
  notAcceptable,
  unsupportedMediaType,
} from './status';

/** How objects are answered; metadata of one object and of a list are asked for by different names. */
export type Form = 'object' | 'metadata' | 'metadataList' | 'table';

const FORMS: Record<string, Form> = {
  PartialObjectMetadata: 'metadata',
  PartialObjectMetadataList: 'metadataList',
  Table: 'table',
};

const ACCEPTED = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
];

interface MediaRange {
  type: string;
  parameters: Record<string, string>;
}

export function parseAccept(accept: string | undefined): MediaRange[] {
  return (accept || '*/*').split(',').map(part => {
    const [type, ...parameters] = part.split(';').map(piece => piece.trim());
    return {
      type: type.toLowerCase(),
      parameters: Object.fromEntries(
        parameters.map(parameter => {
          const [key, value = ''] = parameter.split('=');
          return [key.trim(), value.trim()];
        }),
      ),
    };
  });
}

function isJson(type: string): boolean {
  return ['application/json', 'application/*', '*/*'].includes(type);
}

/** The first acceptable form, or a 406. */
export function negotiateForm(accept: string | undefined): Form {
  const ranges = parseAccept(accept);
  for (const { type, parameters } of ranges) {
    if (!isJson(type)) {
      continue;
    }
    if (parameters.as === undefined) {
      return 'object';
    }
    const form = FORMS[parameters.as];
    if (form && parameters.g === 'meta.k8s.io' && parameters.v === 'v1') {
      return form;
    }
  }
  const known = ranges.some(
    ({ type }) => isJson(type) || ACCEPTED.includes(type),
  );
  throw known ? noSuchForm(ACCEPTED) : notAcceptable(ACCEPTED);
}

/** YAML as the real server reads it: 1.1, so that `yes` is a boolean. */
export function readYaml(text: string): unknown {
  return parse(text, {
    version: '1.1',
    maxAliasCount: 100,
    prettyErrors: false,
  });
}

/** The text of a body as a value, by its content type; `expected` is the kind that errors name. */
export function readBody(
  text: string,
  contentType: string | undefined,
  expected: string,
): unknown {
  const type = (contentType ?? 'application/json')
    .split(';')[0]
    .trim()
    .toLowerCase();
  const readers: Record<string, (input: string) => unknown> = {
    '': JSON.parse,
    'application/json': JSON.parse,
    'application/yaml': readYaml,
  };
  const read = readers[type];
  if (!read) {
    throw unsupportedMediaType(ACCEPTED);
  }
  try {
    return read(text);
  } catch (error) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${expected}): couldn't get version/kind; json parse error: ${
        error instanceof Error ? error.message : String(error)
      }`,
    );
  }
}
