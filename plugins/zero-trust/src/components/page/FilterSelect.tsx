/** One filter: a list of options with "all" first. */
import { Select } from '@backstage/ui';
import { useMessages } from '../../hooks/useMessages';
import styles from './FilterSelect.module.css';

export interface FilterOption {
  value: string;
  label: string;
}

export interface FilterSelectProps {
  label: string;
  /** Undefined: all. */
  value: string | undefined;
  options: readonly FilterOption[];
  onChange: (value: string | undefined) => void;
  /** One of the options has to be chosen: there is no "all". */
  isNeeded?: boolean;
  /** What to write where the options can be searched; they cannot, if omitted. */
  searchPlaceholder?: string;
}

/** Stands for no filter; no level, owner or cluster can be called so. */
const ALL = '*';

export function FilterSelect({
  label,
  value,
  options,
  onChange,
  isNeeded = false,
  searchPlaceholder,
}: FilterSelectProps) {
  const t = useMessages();
  // What the address says is shown even if nothing has it (any more).
  const known =
    value === undefined || options.some(option => option.value === value);
  const all = [
    ...(isNeeded ? [] : [{ value: ALL, label: t('filter.all') }]),
    ...options,
    ...(known ? [] : [{ value, label: value }]),
  ];
  return (
    <div className={styles.select}>
      <Select
        size="small"
        label={label}
        options={all}
        value={value ?? ALL}
        onChange={key =>
          onChange(key === ALL || key === null ? undefined : String(key))
        }
        {...(searchPlaceholder
          ? { search: { placeholder: searchPlaceholder } }
          : {})}
      />
    </div>
  );
}
