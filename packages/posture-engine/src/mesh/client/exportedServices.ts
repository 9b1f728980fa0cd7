/** To whom a Service is exported: by its annotation, else by the mesh's default. */
import { ClusterSnapshot } from '../../snapshot';
import { Service } from '../../snapshot/kinds';
import { requireMesh } from '../mesh';
import { entryOf } from '../podFields';
import { ExportTo, exportSet } from './visibility';

export const EXPORT_TO = 'networking.istio.io/exportTo';

export function serviceExportTo(
  { metadata }: Service,
  snapshot: ClusterSnapshot,
): ExportTo {
  const written = entryOf(metadata.annotations ?? {}, EXPORT_TO);
  return exportSet(
    written ? written.split(',').map(item => item.trim()) : undefined,
    requireMesh(snapshot).defaultExportTo.services,
  );
}
