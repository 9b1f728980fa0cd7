/**
 * Where objects were written: file, document and line. Reports point there, so
 * that a pipeline can show a finding beside the line that causes it.
 */
import {
  ManifestObject,
  ObjectReference,
  identityOf,
  parsePath,
  referenceTo,
} from '@backstage-zero-trust/posture-engine';
import { LineCounter, Node, isNode, parseAllDocuments } from 'yaml';

export interface Place {
  file: string;
  /** From 1; absent where the text cannot be read again. */
  line?: number;
}

/** The texts of files, undefined for what can be read only once. */
export type ReadAgain = (file: string) => Promise<string | undefined>;

type Documents = readonly {
  find(entry: ManifestObject, field: string): number | undefined;
}[];

export class Places {
  static create(objects: readonly ManifestObject[], read: ReadAgain): Places {
    return new Places(objects, read);
  }

  #byIdentity: ReadonlyMap<string, ManifestObject> | undefined;
  readonly #files = new Map<string, Promise<Documents>>();

  private constructor(
    private readonly objects: readonly ManifestObject[],
    private readonly read: ReadAgain,
  ) {}

  /** Of a field, or of the nearest one around it that was written; undefined for objects that no source holds. */
  async find(
    object: ObjectReference,
    field: string,
  ): Promise<Place | undefined> {
    // Most commands have places and never ask.
    this.#byIdentity ??= new Map(
      this.objects.map(entry => [identityOf(referenceTo(entry.object)), entry]),
    );
    const entry = this.#byIdentity.get(identityOf(object));
    if (!entry) {
      return undefined;
    }
    const documents = await this.#documents(entry.file);
    const line = documents[entry.document - 1]?.find(entry, field);
    return { file: entry.file, ...(line !== undefined && { line }) };
  }

  #documents(file: string): Promise<Documents> {
    const known =
      this.#files.get(file) ??
      this.read(file).then(text => (text === undefined ? [] : linesOf(text)));
    this.#files.set(file, known);
    return known;
  }
}

function linesOf(text: string): Documents {
  const counter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: counter });
  return [...documents].map(document => ({
    find({ object }, field) {
      const inList = document.getIn(['items']);
      const prefix = isNode(inList)
        ? itemOf(document.toJS({ maxAliasCount: -1 }), object)
        : [];
      const path = [...prefix, ...parsePath(field)];
      for (let length = path.length; length >= 0; length--) {
        const node: unknown =
          length === 0
            ? document.contents
            : document.getIn(path.slice(0, length), true);
        const start = isNode(node) ? startOf(node) : undefined;
        if (start !== undefined) {
          return counter.linePos(start).line;
        }
      }
      return undefined;
    },
  }));
}

function startOf({ range }: Node): number | undefined {
  return range?.[0];
}

/** The path to an object within a List. */
function itemOf(
  list: { items?: unknown },
  { metadata }: ManifestObject['object'],
): (string | number)[] {
  const items: unknown[] = Array.isArray(list.items) ? list.items : [];
  const index = items.findIndex(item => {
    const { name, namespace } =
      (item as { metadata?: typeof metadata } | null)?.metadata ?? {};
    return name === metadata.name && namespace === metadata.namespace;
  });
  return index < 0 ? [] : ['items', index];
}
