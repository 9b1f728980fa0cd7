/**
 * Text to values, as kubectl reads text: YAML 1.1 with the limits that make a
 * small file a small tree.
 */
import {
  CollectionTag,
  Document,
  DocumentOptions,
  LineCounter,
  ParseOptions,
  ScalarTag,
  SchemaOptions,
  Tags,
  parseAllDocuments,
} from 'yaml';
import { keepColons } from './flowColons';
import { readPlain } from './plainYaml';

/** One document of a text: its content (null for an empty one), or why it cannot be read. */
export type DocumentResult = { content: unknown } | { error: string };

/** Aliases inside aliased content multiply; real manifests use a handful. */
const MOST_ALIASES = 1000;
/** Values of one document after its aliases are followed. */
const MOST_VALUES = 10_000_000;
/** Nothing that an API server stores is nested this deep. */
const DEEPEST = 500;

/**
 * YAML 1.1 without what the YAML library of Kubernetes leaves out: numbers to
 * the base 60 (`12:30`), dates, and types that JSON does not have; with the
 * octal numbers of YAML 1.2 (`0o17`), which it reads.
 */
function kubernetesTags(tags: Tags): Tags {
  const left = tags.filter(tag => typeof tag === 'string' || !isLeftOut(tag));
  const octal: ScalarTag = {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^[-+]?0o[0-7_]+$/,
    resolve: text => {
      const digits = parseInt(text.replace(/[-+_]|0o/g, ''), 8);
      return text.startsWith('-') ? -digits : digits;
    },
  };
  return [octal, ...left.map(withDigits)];
}

/** A dot alone, or `e5`, is text: `exportTo: [.]`. */
function withDigits<T extends Tags[number]>(tag: T): T {
  return typeof tag === 'object' &&
    tag.tag === 'tag:yaml.org,2002:float' &&
    'test' in tag &&
    tag.test?.source.includes('\\.[')
    ? {
        ...tag,
        test: new RegExp(`^(?=[-+]?\\.?_*[0-9])(?:${tag.test.source})`),
      }
    : tag;
}

function isLeftOut({ tag, format }: ScalarTag | CollectionTag): boolean {
  return (
    format === 'TIME' ||
    ['timestamp', 'binary', 'omap', 'pairs', 'set'].some(
      name => tag === `tag:yaml.org,2002:${name}`,
    )
  );
}

/** How documents and values are read, and written. */
export const AS_KUBECTL = {
  version: '1.1',
  schema: 'yaml-1.1',
  customTags: kubernetesTags,
  prettyErrors: false,
  uniqueKeys: true,
  logLevel: 'error',
} as const satisfies ParseOptions & DocumentOptions & SchemaOptions;

/** All documents of a text, in order. JSON is read as such, since large lists come as JSON. Never throws. */
export function readDocuments(text: string): DocumentResult[] {
  if (/^\s*[{[]/.test(text)) {
    try {
      return [bounded(JSON.parse(text))];
    } catch {
      // Not JSON after all: flow YAML starts alike, and says better what is wrong.
    }
  }
  return documentsIn(text).flatMap(({ lines, firstLine }) => {
    const plain = readPlain(lines);
    return plain ? [plain] : readFully(lines.join('\n'), firstLine);
  });
}

interface DocumentLines {
  lines: readonly string[];
  /** How many lines of the text come before. */
  firstLine: number;
}

/** One piece where the text has marks of other kinds than `---` between documents. */
function documentsIn(text: string): DocumentLines[] {
  const lines = text.split('\n');
  if (
    text.includes('\r') ||
    text.startsWith('\uFEFF') ||
    lines.some(line => line.startsWith('%') || line.startsWith('...'))
  ) {
    return [{ lines, firstLine: 0 }];
  }
  const documents: DocumentLines[] = [];
  let start = 0;
  const end = (line: number) => {
    const piece = lines.slice(start, line);
    // Before the first mark there need be no document.
    if (start > 0 || piece.some(one => /^\s*[^\s#]/.test(one))) {
      documents.push({ lines: piece, firstLine: start });
    }
    start = line;
  };
  lines.forEach((line, index) => {
    if (/^---(?:\s|$)/.test(line) && index > 0) {
      end(index);
    }
  });
  end(lines.length);
  return documents;
}

function readFully(text: string, firstLine: number): DocumentResult[] {
  const lines = new LineCounter();
  let documents: Document.Parsed[];
  try {
    documents = [
      ...parseAllDocuments(text, { ...AS_KUBECTL, lineCounter: lines }),
    ];
  } catch (error) {
    return [{ error: describe(error) }];
  }
  return documents.map(document => {
    if (document.errors.length > 0) {
      const [error] = document.errors;
      const { line, col } = lines.linePos(error.pos[0]);
      return {
        error: `line ${line + firstLine}, column ${col}: ${error.message}`,
      };
    }
    try {
      keepColons(document, text);
      return bounded(document.toJS({ maxAliasCount: MOST_ALIASES }));
    } catch (error) {
      return { error: describe(error) };
    }
  });
}

/** A parser's own recursion gives out on text that is nested thousands of levels deep. */
function describe(error: unknown): string {
  if (error instanceof RangeError) {
    return 'nested too deeply';
  }
  return error instanceof Error ? error.message : String(error);
}

/** Follows every alias as often as it is used, without recursion: what comes after may then recurse. */
function bounded(content: unknown): DocumentResult {
  let count = 0;
  let level: unknown[] = [content];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) {
      return { error: `nested more than ${DEEPEST} levels deep` };
    }
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'object' && value !== null) {
        for (const child of Object.values(value)) {
          next.push(child);
        }
      }
    }
    count += next.length;
    if (count > MOST_VALUES) {
      return {
        error: `more than ${MOST_VALUES} values once its aliases are followed`,
      };
    }
    level = next;
  }
  return { content };
}
