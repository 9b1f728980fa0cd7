/** What the clusters' networks are not known to enforce, so that not all that is shown may be so. */
import type { ConnectionCaveat } from '@backstage-zero-trust/plugin-zero-trust-common';
import { Notice } from './Notices';
import styles from './Notices.module.css';

export interface CaveatsProps {
  caveats: readonly ConnectionCaveat[];
  /** Whether to say of which cluster: needless where there is but one. */
  isNamed?: boolean;
}

/** What holds for several clusters is said once. */
export function Caveats({ caveats, isNamed = false }: CaveatsProps) {
  const clustersOf = new Map<string, string[]>();
  for (const { cluster, message } of caveats) {
    clustersOf.set(message, [...(clustersOf.get(message) ?? []), cluster]);
  }
  if (clustersOf.size === 0) {
    return null;
  }
  return (
    <div className={styles.notices}>
      {[...clustersOf].map(([message, clusters]) => (
        <Notice key={message}>
          {isNamed && `${clusters.join(', ')}: `}
          {message}
        </Notice>
      ))}
    </div>
  );
}
