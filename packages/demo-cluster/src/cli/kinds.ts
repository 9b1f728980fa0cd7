/** Lists what a cluster may be told to serve beside the built-in kinds. */
import { OPTIONAL_GROUPS, OPTIONAL_KINDS } from '../kinds/optionalKinds';
import { table } from './terminal';

export function listKinds(): void {
  const rows = OPTIONAL_GROUPS.map(group => [
    group,
    OPTIONAL_KINDS.filter(kind => kind.group === group)
      .map(({ kind }) => kind)
      .join(', '),
  ]);
  process.stdout.write(`${table(['API GROUP', 'KINDS'], rows)}\n`);
}
