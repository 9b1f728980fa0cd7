/** A search that asks when the typing pauses; the address decides when it changes otherwise. */
import { useState } from 'react';
import useDebounce from 'react-use/esm/useDebounce';
import { SearchField } from '@backstage/ui';
import styles from './FilterSelect.module.css';

/** Long enough to finish a word, short enough not to wait. */
const TYPING_PAUSE = 250;

export interface FilterSearchProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

export function FilterSearch({
  label,
  value = '',
  onChange,
}: FilterSearchProps) {
  const [typed, setTyped] = useState(value);
  const [asked, setAsked] = useState(value);
  if (value !== asked) {
    setAsked(value);
    setTyped(value);
  }
  useDebounce(
    () => {
      if (typed !== asked) {
        setAsked(typed);
        onChange(typed || undefined);
      }
    },
    TYPING_PAUSE,
    [typed],
  );
  return (
    <div className={styles.search}>
      <SearchField
        size="small"
        aria-label={label}
        placeholder={label}
        value={typed}
        onChange={setTyped}
      />
    </div>
  );
}
