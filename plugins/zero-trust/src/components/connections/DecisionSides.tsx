/** What the policies of each end of a connection say, object by object. */
import { ReactNode } from 'react';
import type { ConnectionDecision } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import { TableFrame } from '../table';
import { FieldPath, ObjectName } from '../text';
import styles from './ConnectionDetail.module.css';

export interface DecisionSidesProps {
  decidedBy: readonly ConnectionDecision[];
  /** Names of the ends; undefined where no policy of the cluster speaks for it. */
  source: string | undefined;
  destination: string | undefined;
  /** Where one end refuses, it is not told what the other would say: an end without a word is left out. */
  isRefused?: boolean;
}

export function DecisionSides({
  decidedBy,
  source,
  destination,
  isRefused = false,
}: DecisionSidesProps) {
  const t = useMessages();
  const sides = [
    {
      direction: 'egress',
      title: source && t('connections.leaves', { workload: source }),
    },
    {
      direction: 'ingress',
      title: destination && t('connections.enters', { workload: destination }),
    },
  ] as const;
  return (
    <>
      {sides.map(({ direction, title }) => {
        const decisions = decidedBy.filter(
          decision => decision.direction === direction,
        );
        return (
          title &&
          !(isRefused && decisions.length === 0) && (
            <Side key={direction} title={title} decisions={decisions} />
          )
        );
      })}
    </>
  );
}

export function Part({
  title,
  children,
}: {
  title: string;
  children: ReactNode;
}) {
  return (
    <div className={styles.part}>
      <h3 className={styles.title}>{title}</h3>
      {children}
    </div>
  );
}

export interface ConditionsProps {
  title: string;
  conditions: readonly string[];
}

export function Conditions({ title, conditions }: ConditionsProps) {
  if (conditions.length === 0) {
    return null;
  }
  return (
    <Part title={title}>
      <ul className={styles.conditions}>
        {conditions.map(condition => (
          <li key={condition}>
            <code>{condition}</code>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Side({
  title,
  decisions,
}: {
  title: string;
  decisions: readonly ConnectionDecision[];
}) {
  const t = useMessages();
  return (
    <Part title={title}>
      {decisions.length === 0 ? (
        <p className={styles.text}>{t('connections.noWord')}</p>
      ) : (
        <DecisionTable label={title} decisions={decisions} />
      )}
    </Part>
  );
}

export interface DecisionTableProps {
  label: string;
  decisions: readonly ConnectionDecision[];
}

/** Which objects decided, by which field, and to what effect. */
export function DecisionTable({ label, decisions }: DecisionTableProps) {
  const t = useMessages();
  return (
    <div className={styles.side}>
      <TableFrame label={label} isDense>
        <thead>
          <tr>
            <th scope="col">{t('findings.object')}</th>
            <th scope="col">{t('findings.field')}</th>
            <th scope="col">{t('connections.effect')}</th>
          </tr>
        </thead>
        <tbody>
          {decisions.map(({ layer, direction, object, field, effect }) => (
            <tr
              key={`${layer}/${direction}/${object.kind}/${object.namespace}/${object.name}/${field}/${effect}`}
            >
              <td>
                <ObjectName object={object} />
              </td>
              <td>
                <FieldPath field={field} max={40} />
              </td>
              <td>{t(`connections.effects.${effect}`)}</td>
            </tr>
          ))}
        </tbody>
      </TableFrame>
    </div>
  );
}
