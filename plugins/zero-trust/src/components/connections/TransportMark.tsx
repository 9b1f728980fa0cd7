/** What a connection is on the wire, as a shape and a word. */
import clsx from 'clsx';
import {
  RemixiconComponentType,
  RiForbid2Line,
  RiLinkUnlinkM,
  RiLock2Line,
  RiLockLine,
  RiLockUnlockLine,
  RiQuestionLine,
  RiShuffleLine,
} from '@remixicon/react';
import type { Transport } from '@backstage-zero-trust/plugin-zero-trust-common';
import { useMessages } from '../../hooks/useMessages';
import type { Tone } from '../marks/tones';
import tones from '../marks/tone.module.css';
import styles from './TransportMark.module.css';

const LOOKS: Record<Transport, { icon: RemixiconComponentType; tone: Tone }> = {
  mtls: { icon: RiLockLine, tone: 'pass' },
  plaintext: { icon: RiLockUnlockLine, tone: 'high' },
  either: { icon: RiShuffleLine, tone: 'medium' },
  tls: { icon: RiLock2Line, tone: 'low' },
  refused: { icon: RiLinkUnlinkM, tone: 'medium' },
  none: { icon: RiForbid2Line, tone: 'unknown' },
  unknown: { icon: RiQuestionLine, tone: 'unknown' },
};

export function TransportIcon({ transport }: { transport: Transport }) {
  const { icon: Icon, tone } = LOOKS[transport];
  return (
    <Icon
      size={16}
      className={clsx(tones.glyph, tones[tone])}
      aria-hidden="true"
    />
  );
}

export function TransportMark({ transport }: { transport: Transport }) {
  const t = useMessages();
  return (
    <span
      className={styles.mark}
      title={t(`connections.transportMeaning.${transport}`)}
    >
      <TransportIcon transport={transport} />
      {t(`connections.transports.${transport}`)}
    </span>
  );
}
