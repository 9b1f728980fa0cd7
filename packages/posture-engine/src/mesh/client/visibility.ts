/** To which namespaces an object is exported: `exportTo`, with `.` for its own, `*` for all, `~` for none. */

export type ExportTo = ReadonlySet<string>;

/** What is written, else the mesh's default; empty means everybody. */
export function exportSet(
  written: readonly string[] | undefined,
  defaults: readonly string[],
): ExportTo {
  return new Set(written?.length ? written : defaults);
}

export function isVisibleTo(
  exportTo: ExportTo,
  own: string,
  namespace: string,
): boolean {
  if (exportTo.size === 0 || exportTo.has('*')) {
    return true;
  }
  return (
    !exportTo.has('~') &&
    (exportTo.has(namespace) || (exportTo.has('.') && own === namespace))
  );
}
