/**
 * Templates of paths: `{*}` is one segment that is not empty, `{**}` the rest of
 * the path, also empty. As Envoy's `uri_template_internal.cc` reads them, both
 * take only characters that RFC 3986 allows in a segment, without `*`.
 */

const ONE = '{*}';
const ANY = '{**}';
const SEGMENT_CHARACTERS = "a-zA-Z0-9\\-._~%!$&'()+,;:@=";

export function isPathTemplate(path: string): boolean {
  return path.includes(ONE) || path.includes(ANY);
}

export class PathTemplate {
  static create(written: string): PathTemplate {
    const parts = written.split(/(\{\*\*?\})/);
    const expression = parts.map(part => {
      switch (part) {
        case ONE:
          return `[${SEGMENT_CHARACTERS}]+`;
        case ANY:
          return `[${SEGMENT_CHARACTERS}/]*`;
        default:
          return part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
      }
    });
    return new PathTemplate(
      parts[0],
      new RegExp(`^${expression.join('')}$`),
      parts.filter(part => part === ANY).length < 2,
    );
  }

  private constructor(
    /** What stands before the first wildcard. */
    readonly head: string,
    private readonly expression: RegExp,
    private readonly valid: boolean,
  ) {}

  /** Envoy refuses a template with a wildcard after `{**}`; it then matches nothing. */
  matches(path: string): boolean {
    return this.valid && this.expression.test(path);
  }
}
