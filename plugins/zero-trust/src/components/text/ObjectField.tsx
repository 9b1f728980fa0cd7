/** The object that a sentence rests on, and the field of it, as cells of a table show them. */
import type { ObjectReference } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { LongName } from './LongName';

export function ObjectName({ object }: { object: ObjectReference }) {
  const { kind, namespace, name } = object;
  return (
    <>
      {kind} <LongName name={namespace ? `${namespace}/${name}` : name} />
    </>
  );
}

/** `max`: as many letters of the path as are shown. '' stands for the object as a whole. */
export function FieldPath({ field, max }: { field: string; max: number }) {
  const t = useMessages();
  return field ? (
    <code>
      <LongName name={field} max={max} />
    </code>
  ) : (
    <>{t('findings.wholeObject')}</>
  );
}
