/** The objects and fields that a verdict rests on. */
import { stringify } from 'yaml';
import type { Evidence } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { FieldPath, ObjectName } from '../text';
import { TableFrame } from '../table';

export function EvidenceTable({ evidence }: { evidence: readonly Evidence[] }) {
  const t = useMessages();
  return (
    <TableFrame label={t('findings.evidence')} isDense>
      <thead>
        <tr>
          <th scope="col">{t('findings.object')}</th>
          <th scope="col">{t('findings.field')}</th>
          <th scope="col">{t('findings.value')}</th>
        </tr>
      </thead>
      <tbody>
        {evidence.map(({ object, field, value }, index) => (
          // The same field may be evidence twice; the list is replaced as a whole.
          <tr key={index}>
            <td>
              <ObjectName object={object} />
            </td>
            <td>
              <FieldPath field={field} max={64} />
            </td>
            <td>
              {value === null ? (
                t('findings.absent')
              ) : (
                <code>
                  {typeof value === 'object'
                    ? stringify(value).trimEnd()
                    : String(value)}
                </code>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </TableFrame>
  );
}
