/** The ways to the views below one page. */
import clsx from 'clsx';
import { Link } from 'react-router-dom';
import styles from './ViewLinks.module.css';

export interface ViewLinksProps {
  label: string;
  links: readonly { path: string; title: string; isCurrent: boolean }[];
}

export function ViewLinks({ label, links }: ViewLinksProps) {
  return (
    <nav aria-label={label}>
      <ul className={styles.links}>
        {links.map(({ path, title, isCurrent }) => (
          <li key={path}>
            <Link
              to={path}
              className={clsx(styles.link, isCurrent && styles.current)}
              aria-current={isCurrent ? 'page' : undefined}
            >
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
